"""What a request meets outside of the allocator: the task that asks, and whoever finds memory for it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from verified_buddy.linux.compaction import CompactResult
from verified_buddy.linux.system import AllocContext
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn


class Task(NamedTuple):
    """Who asks for pages, or gives them back.  Linux: struct task_struct, and the context it runs in."""

    cpu: int = 0
    memalloc: bool = False
    """It reclaims memory, so it may use all reserves."""
    no_reclaim: bool = False
    """It reclaims memory already, so it must not begin to."""
    oom_victim: bool = False
    """It is being killed to free its memory."""
    realtime: bool = False
    noio: bool = False
    nofs: bool = False
    pin: bool = False
    """It pins pages for long, so they must not be movable."""
    in_task: bool = True
    """False for an interrupt."""
    fatal_signal: bool = False
    cpuset: AbstractSet[int] | None = None
    """The nodes that it may use; None if no cpusets are in use."""
    memcg: object = None
    """The group that is charged for what it asks for; None for the root, and for kernel threads."""


NOBODY = Task()
"""A task of the first CPU without any privileges."""


class World:
    """Reclaim, compaction, killing, charging: none of them does anything here; override those that should."""

    def reclaim(self, task: Task, gfp_mask: int, order: int, context: AllocContext) -> int:
        """Free pages for the request; how many.  Linux: try_to_free_pages(), mm/vmscan.c."""
        return 0

    def reclaimable(self, zone: ZoneRef) -> int:
        """How many pages of the zone could be freed.  Linux: zone_reclaimable_pages(), mm/vmscan.c."""
        return 0

    def node_reclaim(self, task: Task, zone: ZoneRef, gfp_mask: int, order: int) -> bool:
        """Free pages of the zone's node; False if that is not enabled.

        Linux: node_reclaim(), mm/vmscan.c.
        """
        return False

    def compact(
        self, task: Task, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext, priority: int
    ) -> tuple[CompactResult, Pfn | None]:
        """Move pages so that blocks come free, and perhaps take one.

        Linux: try_to_compact_pages(), mm/compaction.c.
        """
        return CompactResult.SKIPPED, None

    def compaction_suitable(self, order: int, alloc_flags: int, context: AllocContext) -> bool:
        """Whether compaction might help.  Linux: compaction_zonelist_suitable(), mm/compaction.c."""
        return False

    def out_of_memory(self, task: Task, gfp_mask: int, order: int) -> bool:
        """Kill some task; False if there is none.

        Linux: out_of_memory(), mm/oom_kill.c.
        """
        return False

    def may_kill(self, task: Task) -> bool:
        """Whether the task dumps no core, and storage is not suspended."""
        return True

    def dirty_ok(self, node: int) -> bool:
        """Whether the node may have more dirty pages.  Linux: node_dirty_ok(), mm/page-writeback.c."""
        return True

    def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
        """Charge the block to the task's group; whether its limits allow that.

        Linux: __memcg_kmem_charge_page(), mm/memcontrol.c.
        """
        return True

    def uncharge(self, pfn: Pfn, order: int) -> None:
        """Take the charge back.  Linux: __memcg_kmem_uncharge_page(), mm/memcontrol.c."""

    def movable_pages(self, pfn: Pfn) -> int:
        """How many pages from this one to the end of its pageblock are in use and movable."""
        return 0
