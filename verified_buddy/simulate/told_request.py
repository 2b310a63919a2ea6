"""A request that tells of its way, as probes on the kernel's functions would."""

from __future__ import annotations

from collections.abc import Container

from verified_buddy.free_area import Migratetype
from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import WMARK_MASK, WMARK_MIN
from verified_buddy.linux.compaction import CompactResult
from verified_buddy.linux.node_zones import NodeZones
from verified_buddy.linux.request import Request
from verified_buddy.linux.system import AllocContext, Look
from verified_buddy.linux.watermark import quick_ok
from verified_buddy.linux.world import Task
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Order, Pfn
from verified_buddy.simulate.addresses import NODEMASK, page_address, zone_address
from verified_buddy.simulate.groups import ENOMEM
from verified_buddy.simulate.voice import Voice


class ToldRequest(Request):
    """A request of a machine that tells."""

    def __init__(self, nodes: NodeZones, task: Task, voice: Voice) -> None:
        super().__init__(nodes, task)
        self.voice, self.teller = voice, voice.teller
        self.cpu = self.teller.cpu = task.cpu
        self.flags = 0
        """Of the search that began last, as are the next two."""
        self.searching = 0
        self.highest_zoneidx = 0
        self.slow_ends = self.compact_ends = False
        """Whether the slow path, or compaction, has begun and its end is not told."""
        self.pfn: Pfn | None = None
        """What the last search found."""
        gfp_mask, order, node, nodemask = self.voice.asked
        self.probe("req", f"gfp={gfp_mask:#x} order={order} nid={node} nmask={masked(nodemask)}")

    def probe(self, name: str, fields: str, place: str = "") -> None:
        """What a probe tells on the task's CPU."""
        self.teller.probe(self.cpu, name, fields, place)

    # The way.
    def searches(self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext) -> None:
        """As any request."""
        super().searches(gfp_mask, order, alloc_flags, context)
        self.flags, self.searching, self.highest_zoneidx = alloc_flags, gfp_mask, context.highest_zoneidx
        preferred = 0 if context.preferred is None else zone_address(context.preferred)
        asked = f"gfp={gfp_mask:#x} order={order} flags={alloc_flags:#x} hz={context.highest_zoneidx}"
        mask = "" if context.nodemask is None else f" nm={bits_of(context.nodemask, self.online_nodes):#x}"
        where = f"mt={context.migratetype} pzone={preferred:#x} nmask={masked(context.nodemask)}"
        self.probe("gpff", f"{asked} {where} spread={int(context.spread_dirty_pages)}{mask}")

    def looked(self, look: Look) -> None:
        """As any request; what the test of the watermark called is told after the look."""
        super().looked(look)
        address, highest = f"{zone_address(look.zone):#x}", self.highest_zoneidx
        marks = f"order={look.order} mark={look.mark} boost={look.boost} hz={highest}"
        seen = f"flags={look.alloc_flags:#x} free={look.free} resv={look.reserved_highatomic}"
        self.probe("wmf", f"zone={address} {marks} {seen}")
        zone, flags = self.zone(look.zone), look.alloc_flags
        if look.order == 0 and quick_ok(zone, 0, look.mark, highest, flags, look.free):
            return
        passed = self.voice.check(zone, look.order, look.mark, highest, flags, look.free)
        atomic = look.order == 0 and self.searching & gfp.ATOMIC != 0 and look.boost != 0
        if not passed and atomic and flags & WMARK_MASK == WMARK_MIN:
            self.voice.check(zone, 0, zone.watermark.min, highest, flags, look.free)

    def found(self, pfn: Pfn | None) -> None:
        """As any request."""
        self.pfn = pfn
        self.probe("gpff_ret", f"page={page_address(pfn)}")
        if self.compact_ends:
            self.compact_ends = False
            self.probe("dcomp_ret", f"page={page_address(pfn)}")

    def slows(self, gfp_mask: int, order: int) -> None:
        """As any request."""
        super().slows(gfp_mask, order)
        self.slow_ends = True
        self.probe("slow", f"gfp={gfp_mask:#x} order={order}")

    def end_slow(self) -> None:
        """The slow path has ended, if it began."""
        if self.slow_ends:
            self.slow_ends = False
            self.probe("slow_ret", f"page={page_address(self.pfn)}")

    def traced(self, pfn: Pfn | None, order: int, gfp_mask: int, migratetype: Migratetype) -> None:
        """The request has ended."""
        self.end_slow()
        self.voice.allocated(self.cpu, pfn, order, migratetype, gfp_mask)

    # What is done.
    def rmqueue(self, zone: ZoneRef, order: Order, migratetype: Migratetype, alloc_flags: int) -> Pfn | None:
        """As any request."""
        self.probe("tryz", f"zone={zone_address(zone):#x}")
        return super().rmqueue(zone, order, migratetype, alloc_flags)

    def wakeup_kswapd(self, zone: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
        """As any request."""
        fields = f"zone={zone_address(zone):#x} gfp={gfp_mask:#x} order={order} hz={highest_zoneidx}"
        self.probe("wkswapd", fields)
        super().wakeup_kswapd(zone, gfp_mask, order, highest_zoneidx)

    def compact(
        self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext, priority: int
    ) -> tuple[CompactResult, Pfn | None]:
        """As any request; a search that follows belongs to it."""
        fields = f"gfp={gfp_mask:#x} order={order} flags={alloc_flags:#x} prio={priority}"
        self.probe("dcomp", fields)
        result, pfn = super().compact(gfp_mask, order, alloc_flags, context, priority)
        self.compact_ends = order > 0 and result is not CompactResult.SKIPPED and pfn is None
        if not self.compact_ends:
            self.pfn = pfn
            self.probe("dcomp_ret", f"page={page_address(pfn)}")
        return result, pfn

    def dirty_ok(self, node: int) -> bool:
        """As any request."""
        allowed = super().dirty_ok(node)
        self.probe("dirtyok", f"ret={int(allowed)}")
        return allowed

    def reclaim(self, gfp_mask: int, order: int, context: AllocContext) -> int:
        """As any request."""
        self.probe("drecl", f"order={order} gfp={gfp_mask:#x} nmask={masked(context.nodemask)}")
        pages = super().reclaim(gfp_mask, order, context)
        self.probe("drecl_ret", f"ret={pages}")
        return pages

    def reclaimable(self, zone: ZoneRef) -> int:
        """As any request; the zone is tested next with all that it could have.

        Linux: should_reclaim_retry(), mm/page_alloc.c, after the slow path's own last search.
        """
        pages = super().reclaimable(zone)
        state = self.zone(zone)
        mark, free = state.watermark.min + state.boost, pages + state.free_pages_exact()
        self.voice.check(state, self.voice.asked[1], mark, self.highest_zoneidx, self.flags, free)
        return pages

    def unreserve_highatomic(self, context: AllocContext, *, force: bool) -> bool:
        """As any request."""
        self.probe("unres", f"force={int(force)}")
        moved = super().unreserve_highatomic(context, force=force)
        self.probe("unres_ret", f"ret={int(moved)}")
        return moved

    def out_of_memory(self, gfp_mask: int, order: int) -> bool:
        """As any request."""
        self.probe("oom", f"gfp={gfp_mask:#x} order={order}")
        killed = super().out_of_memory(gfp_mask, order)
        self.probe("oom_ret", f"ret={int(killed)}")
        return killed

    def charge(self, pfn: Pfn, order: int, gfp_mask: int) -> bool:
        """As any request."""
        self.end_slow()
        if not self.voice.accounts:
            return super().charge(pfn, order, gfp_mask)
        self.probe("kmemch", f"page={page_address(pfn)} gfp={gfp_mask:#x} order={order}")
        charged = super().charge(pfn, order, gfp_mask)
        self.probe("kmemch_ret", f"ret={0 if charged else -ENOMEM}")
        return charged


def masked(nodemask: Container[int] | None) -> str:
    """Where the nodemask is, 0 for none."""
    return "0x0" if nodemask is None else f"{NODEMASK:#x}"


def bits_of(nodemask: Container[int], nodes: int) -> int:
    """A bit for each of its nodes."""
    return sum(1 << node for node in range(nodes) if node in nodemask)
