"""A request on its slow path: what it remembers, and what it does in more than one state."""

from __future__ import annotations

from collections.abc import Callable

from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import CPUSET, KSWAPD, pfmemalloc_flags
from verified_buddy.linux.compaction import USUAL_PRIORITY, CompactResult
from verified_buddy.linux.gfp import gfp_compaction_allowed
from verified_buddy.linux.pcp import COSTLY_ORDER
from verified_buddy.linux.system import AllocContext, System
from verified_buddy.linux.zonelist import eligible, first_zone
from verified_buddy.pfn import Order, Pfn

Search = Callable[[System, int, Order, int, AllocContext], Pfn | None]
"""get_page_from_freelist()."""


class SlowPath:
    """What a request remembers on its way."""

    __slots__ = (
        "alloc_flags",
        "compact_priority",
        "compact_result",
        "compaction_retries",
        "context",
        "gfp_mask",
        "no_progress_loops",
        "order",
        "pfn",
        "progress",
        "search",
        "system",
    )

    def __init__(
        self, system: System, gfp_mask: int, order: Order, context: AllocContext, search: Search
    ) -> None:
        self.system = system
        self.gfp_mask = gfp_mask
        self.order = order
        self.context = context
        self.search = search
        self.alloc_flags = 0
        self.no_progress_loops = 0
        self.compaction_retries = 0
        self.compact_priority = USUAL_PRIORITY
        self.compact_result = CompactResult.SKIPPED
        self.progress = 0
        """How many pages were reclaimed last."""
        self.pfn: Pfn | None = None

    def has(self, bits: int) -> bool:
        """Whether the mask has any of the bits."""
        return self.gfp_mask & bits != 0

    @property
    def costly(self) -> bool:
        """Whether the order is so great that it may be refused."""
        return self.order > COSTLY_ORDER

    @property
    def can_compact(self) -> bool:
        """Whether it may wait for compaction."""
        return gfp_compaction_allowed(self.gfp_mask)

    def got(self, alloc_flags: int, gfp_mask: int | None = None) -> bool:
        """Search the free lists; whether there was a block."""
        mask = self.gfp_mask if gfp_mask is None else gfp_mask
        self.pfn = self.search(self.system, mask, self.order, alloc_flags, self.context)
        return self.pfn is not None

    def look_anew(self) -> None:
        """Find the first zone again."""
        context = self.context
        preferred = first_zone(context.zonelist, context.highest_zoneidx, context.nodemask)
        self.context = context._replace(preferred=preferred)


def reserve_flags(way: SlowPath) -> int:
    """Which reserves the task may use whatever its mask asks for; 0 for none.

    Linux: __gfp_pfmemalloc_flags(), mm/page_alloc.c.
    """
    system = way.system
    return pfmemalloc_flags(way.gfp_mask, memalloc=system.memalloc(), oom_victim=system.oom_victim())


def wake_all_kswapds(way: SlowPath) -> None:
    """Wake kswapd of every node that the request may use.

    Linux: wake_all_kswapds(), mm/page_alloc.c.
    """
    if way.alloc_flags & KSWAPD == 0:
        return
    context, node = way.context, -1
    for zone in eligible(context.zonelist, context.highest_zoneidx, context.nodemask):
        if zone.node != node and way.system.zone(zone).managed != 0:
            way.system.wakeup_kswapd(zone, way.gfp_mask, way.order, context.highest_zoneidx)
            node = zone.node


def direct_compact(way: SlowPath, priority: int) -> bool:
    """Compact memory for the request, and search; whether there was a block.

    Linux: __alloc_pages_direct_compact(), mm/page_alloc.c.
    """
    system = way.system
    way.compact_result, captured = system.compact(
        way.gfp_mask, way.order, way.alloc_flags, way.context, priority
    )
    if way.order == 0 or way.compact_result is CompactResult.SKIPPED:
        return False
    if captured is not None:
        way.pfn = captured
        zero = system.init_on_alloc or way.has(gfp.ZERO)
        system.prep_new_page(captured, way.order, zero=zero, compound=way.has(gfp.COMP))
        return True
    return way.got(way.alloc_flags)


def search_all_nodes(way: SlowPath, alloc_flags: int) -> bool:
    """Search the task's cpuset, and then all nodes.  Linux: __alloc_pages_cpuset_fallback()."""
    return way.got(alloc_flags | CPUSET) or way.got(alloc_flags)
