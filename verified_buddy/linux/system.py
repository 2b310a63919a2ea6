"""What a request meets on its way: zones, the task that asks, and who reclaims memory for it.

Two systems exist: one of live zones, and one that a kernel's recording answers for.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple, Protocol

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.compaction import CompactResult
from verified_buddy.linux.watermark import Watermarks, reduced_mark, unusable_free
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Order, Pfn


class ZoneState(Protocol):
    """A zone as a request sees it at one moment; pages throughout.  Linux: struct zone."""

    @property
    def managed(self) -> int:
        """The pages that the buddy allocator has."""

    @property
    def watermark(self) -> Watermarks:
        """The watermarks, without boost."""

    @property
    def boost(self) -> int:
        """What a steal has added to each of them."""

    @property
    def lowmem_reserve(self) -> Sequence[int]:
        """By the highest zone index of a request: what it must leave besides."""

    @property
    def nr_reserved_highatomic(self) -> int:
        """The pages of reserved pageblocks."""

    @property
    def drift_mark(self) -> int:
        """Below it the counter is not trusted; 0: always.  Linux: percpu_drift_mark."""

    def has_free(self, order: int, migratetype: int) -> bool:
        """Whether a block of that order is listed under that type."""

    def free_pages(self) -> int:
        """The counter of free pages, as it is read.  Linux: zone_page_state(), NR_FREE_PAGES."""

    def free_pages_exact(self) -> int:
        """The same with what every CPU has not added yet.  Linux: zone_page_state_snapshot()."""


class Look(NamedTuple):
    """A zone that a request looked at, and whether its watermark let the request pass."""

    zone: ZoneRef
    order: int
    alloc_flags: int
    mark: int
    """The watermark, its boost included."""
    boost: int
    reserve: int
    """What the zone keeps from requests that could be served by a higher one."""
    free: int
    reserved_highatomic: int
    passed: bool

    @property
    def usable(self) -> int:
        """The free pages that count for the request."""
        return self.free - unusable_free(self.order, self.alloc_flags, self.reserved_highatomic)

    @property
    def needed(self) -> int:
        """The comparison passes only if more pages than these are usable."""
        return reduced_mark(self.mark, self.alloc_flags) + self.reserve

    @property
    def margin(self) -> int:
        """How many pages are usable beyond those; the comparison passes if that is above 0."""
        return self.usable - self.needed


class AllocContext(NamedTuple):
    """Where a request may look.  Linux: struct alloc_context, mm/internal.h."""

    zonelist: Sequence[ZoneRef]
    highest_zoneidx: int
    nodemask: Container[int] | None
    preferred: ZoneRef | None
    """The first zone that may serve it; None if there is none."""
    migratetype: Migratetype
    spread_dirty_pages: bool = False
    """Whether nodes that have too many dirty pages are passed over."""


class System(Protocol):
    """The zones, the task that asks, and what happens at its request."""

    @property
    def online_nodes(self) -> int:
        """How many nodes there are."""

    @property
    def gfp_allowed_mask(self) -> int:
        """The bits that masks may have by now; early in boot some may not."""

    @property
    def mobility_off(self) -> bool:
        """Whether the machine is too small for grouping pages by mobility."""

    @property
    def init_on_alloc(self) -> bool:
        """Whether every block is zeroed that is handed out."""

    def zonelist(self, node: int, *, thisnode: bool) -> Sequence[ZoneRef]:
        """The zones for a request at that node, best first.  Linux: node_zonelist()."""

    def populated(self, zone: ZoneRef) -> bool:
        """Whether the zone has pages."""

    def zone(self, zone: ZoneRef) -> ZoneState:
        """The zone as it is now."""

    # The task.
    def gfp_context(self, gfp_mask: int) -> int:
        """The mask, less what the task must not do.  Linux: current_gfp_context()."""

    def cpuset(self) -> Container[int] | None:
        """The nodes of the task's cpuset; None if no cpusets are in use."""

    def in_task(self) -> bool:
        """Whether a task asks, and no interrupt."""

    def realtime(self) -> bool:
        """Whether a realtime task asks, and no interrupt."""

    def memalloc(self) -> bool:
        """Whether who asks reclaims memory, and may use all of it.  Linux: PF_MEMALLOC."""

    def no_reclaim(self) -> bool:
        """Whether the task must not reclaim, since it does already.  Linux: PF_MEMALLOC, of the task."""

    def oom_victim(self) -> bool:
        """Whether the task is being killed to free its memory."""

    def fatal_signal(self) -> bool:
        """Whether the task is about to die."""

    def changed(self) -> bool:
        """Whether its cpuset or the zonelists changed since this was asked last."""

    # What is told of the way.
    def searches(self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext) -> None:
        """The free lists are about to be searched."""

    def looked(self, look: Look) -> None:
        """A zone was looked at."""

    def found(self, pfn: Pfn | None) -> None:
        """The search has ended."""

    def traced(self, pfn: Pfn | None, order: int, gfp_mask: int, migratetype: Migratetype) -> None:
        """The request has ended.  Linux: trace_mm_page_alloc()."""

    def slows(self, gfp_mask: int, order: int) -> None:
        """The first search was in vain, and the slow path begins."""

    def failed(self, gfp_mask: int, order: int) -> None:
        """The slow path has no page.  Linux: warn_alloc()."""

    # What is done.
    def dirty_ok(self, node: int) -> bool:
        """Whether the node may have more dirty pages.  Linux: node_dirty_ok()."""

    def node_reclaim(self, zone: ZoneRef, gfp_mask: int, order: int) -> bool:
        """Reclaim in the zone's node, if that is enabled and near; whether the mark is to be read again."""

    def rmqueue(self, zone: ZoneRef, order: Order, migratetype: Migratetype, alloc_flags: int) -> Pfn | None:
        """Take a block of the zone, and reserve its pageblock if the flags say so.

        Linux: rmqueue() and reserve_highatomic_pageblock(), mm/page_alloc.c.
        """

    def was_boosted(self, zone: ZoneRef) -> bool:
        """Whether a steal has boosted the zone's watermarks since this was asked last."""

    def prep_new_page(self, pfn: Pfn, order: int, *, zero: bool, compound: bool) -> None:
        """Make the block ready for its owner.

        Linux: prep_new_page(), mm/page_alloc.c.
        """

    def wakeup_kswapd(self, zone: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
        """Ask kswapd of the zone's node for blocks of the order.

        Linux: wakeup_kswapd(), mm/vmscan.c.
        """

    def compact(
        self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext, priority: int
    ) -> tuple[CompactResult, Pfn | None]:
        """Compact memory; how that ended, and the block that was captured.  Linux: try_to_compact_pages()."""

    def compaction_suitable(self, order: int, alloc_flags: int, context: AllocContext) -> bool:
        """Whether compaction might help once more is reclaimed.  Linux: compaction_zonelist_suitable()."""

    def reclaim(self, gfp_mask: int, order: int, context: AllocContext) -> int:
        """Reclaim memory; how many pages.  Linux: try_to_free_pages(), mm/vmscan.c."""

    def reclaimable(self, zone: ZoneRef) -> int:
        """How many pages of the zone could be reclaimed.  Linux: zone_reclaimable_pages()."""

    def unreserve_highatomic(self, context: AllocContext, *, force: bool) -> bool:
        """Give a reserved pageblock back; whether pages moved.  Linux: unreserve_highatomic_pageblock()."""

    def drain_all(self) -> None:
        """Drain all per-CPU lists.  Linux: drain_all_pages()."""

    def oom_lock(self) -> bool:
        """Whether nobody else is killing tasks at the moment; then nobody else will until ``oom_unlock``."""

    def oom_unlock(self) -> None:
        """The request has done killing."""

    def may_kill(self) -> bool:
        """Whether the task dumps no core, and storage is not suspended."""

    def out_of_memory(self, gfp_mask: int, order: int) -> bool:
        """Kill a task; whether memory will come back.

        Linux: out_of_memory(), mm/oom_kill.c.
        """

    def charge(self, pfn: Pfn, order: int, gfp_mask: int) -> bool:
        """Charge the block to the task's memory cgroup; whether that went through."""

    def free_pages(self, pfn: Pfn, order: Order) -> None:
        """Give the block back.  Linux: __free_pages()."""
