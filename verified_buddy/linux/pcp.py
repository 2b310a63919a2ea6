"""Per-CPU page lists: a cache of blocks between the callers on one CPU and a zone's free lists.

A page on such a list is neither free nor in use.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from verified_buddy.free_area import FreeList, Migratetype
from verified_buddy.linux.fallback import rmqueue
from verified_buddy.linux.migratetype import MOVABLE, PCPTYPES
from verified_buddy.linux.mobility import MobilityZone, MovablePages, free_one_page
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER
from verified_buddy.pfn import ORDERS, Order, Pfn

COSTLY_ORDER: Final = ORDERS[3]
"""The largest order that is asked for often; Linux: PAGE_ALLOC_COSTLY_ORDER, include/linux/mmzone.h."""

NR_PCP_LISTS: Final = PCPTYPES * (COSTLY_ORDER + 1) + 2
"""Lists a zone and CPU: one for each order up to 3 and type, and two of huge pages."""

BATCH_SCALE_MAX: Final = 5
"""How often the amount that is drained may double; Linux: CONFIG_PCP_BATCH_SCALE_MAX."""


def pcp_allowed_order(order: Order) -> bool:
    """Whether blocks of the order pass through per-CPU lists.

    Linux: pcp_allowed_order(), mm/page_alloc.c.

    post: __return__ == (order <= 3 or order == 9)
    """
    return order <= COSTLY_ORDER or order == PAGEBLOCK_ORDER


def order_to_pindex(migratetype: Migratetype, order: Order) -> int:
    """The list of blocks of that order and type; a type that has none uses the movable one.

    Linux: order_to_pindex(), and free_unref_page() for the types above, mm/page_alloc.c.

    pre: 0 <= order <= 3 or order == 9
    pre: 0 <= migratetype <= 4
    post: order != 9 or __return__ == (12 if migratetype == 0 or migratetype == 2 else 13)
    post: order == 9 or __return__ == 3 * order + (migratetype if migratetype <= 2 else 1)
    """
    if migratetype >= PCPTYPES:
        migratetype = MOVABLE
    if order > COSTLY_ORDER:
        return NR_PCP_LISTS - 1 if migratetype == MOVABLE else NR_PCP_LISTS - 2
    return PCPTYPES * order + migratetype


def pindex_to_order(pindex: int) -> Order:
    """The order of a list's blocks.

    Linux: pindex_to_order(), mm/page_alloc.c.

    pre: 0 <= pindex < 14
    post: __return__ == (9 if pindex >= 12 else pindex // 3)
    """
    return ORDERS[pindex // PCPTYPES] if pindex < NR_PCP_LISTS - 2 else PAGEBLOCK_ORDER


PCP_PAGES: Final = tuple(1 << pindex_to_order(pindex) for pindex in range(NR_PCP_LISTS))
"""By list: the pages of each of its blocks."""


class PerCpuPages:
    """The lists of one CPU in one zone.  Linux: struct per_cpu_pages, include/linux/mmzone.h.

    ``count`` and ``high`` are in pages, ``batch`` in pages of order 0.
    """

    __slots__ = ("batch", "count", "free_factor", "high", "lists")

    def __init__(self, high: int = 0, batch: int = 1) -> None:
        self.lists: list[FreeList] = [OrderedDict() for _ in range(NR_PCP_LISTS)]
        self.count = 0
        self.free_factor = 0
        self.high = high
        self.batch = batch

    def add(self, pindex: int, pfn: Pfn, migratetype: Migratetype, *, tail: bool) -> None:
        """List an owned block, with the type under which it will go back."""
        blocks = self.lists[pindex]
        blocks[pfn] = migratetype
        if not tail:
            blocks.move_to_end(pfn, last=False)
        self.count += PCP_PAGES[pindex]

    def remove(self, pindex: int, pfn: Pfn) -> Migratetype:
        """Unlist a block, which the caller owns now; the type that it was listed with."""
        self.count -= PCP_PAGES[pindex]
        return self.lists[pindex].pop(pfn)

    def first(self, pindex: int) -> Pfn | None:
        """The head of a list, which is handed out next; None if the list is empty."""
        return next(iter(self.lists[pindex]), None)

    def last(self, pindex: int) -> Pfn | None:
        """The tail of a list, which is drained next; None if the list is empty."""
        return next(reversed(self.lists[pindex]), None)


def refill_blocks(batch: int, order: Order) -> int:
    """How many blocks an empty list is refilled with.

    Linux: the batch that rmqueue_pcplist() passes on, __rmqueue_pcplist(), mm/page_alloc.c.

    pre: batch >= 1
    post: __return__ == (max(batch // 2**order, 2) if batch > 1 else 1)
    """
    return max(batch >> order, 2) if batch > 1 else batch


def refill_one(
    zone: MobilityZone,
    pcp: PerCpuPages,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    *,
    no_fragment: bool = False,
) -> bool:
    """Move one block from the free lists to the tail of its per-CPU list; False if there is none.

    Linux: one turn of rmqueue_bulk(), mm/page_alloc.c.
    """
    pfn = rmqueue(zone, order, migratetype, movable_pages, no_fragment=no_fragment)
    if pfn is None:
        return False
    pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)
    return True


def rmqueue_bulk(
    zone: MobilityZone,
    pcp: PerCpuPages,
    order: Order,
    migratetype: Migratetype,
    blocks: int,
    movable_pages: MovablePages,
    *,
    no_fragment: bool = False,
) -> None:
    """Move so many blocks to their per-CPU list, or all that there are.

    Linux: rmqueue_bulk(), mm/page_alloc.c.
    """
    zone.stealing = False
    while blocks > 0:
        if not refill_one(zone, pcp, order, migratetype, movable_pages, no_fragment=no_fragment):
            return
        blocks -= 1


def rmqueue_pcplist(
    zone: MobilityZone,
    pcp: PerCpuPages,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    *,
    no_fragment: bool = False,
    bulk: bool = False,
) -> Pfn | None:
    """Hand out the head of a per-CPU list, which is refilled first if it is empty; None if it stays so.

    ``bulk``: for the bulk allocator, which leaves the free factor alone.
    Linux: rmqueue_pcplist() and __alloc_pages_bulk(), mm/page_alloc.c.
    """
    pindex = order_to_pindex(migratetype, order)
    if not bulk:
        pcp.free_factor >>= 1
    if pcp.first(pindex) is None:
        blocks = refill_blocks(pcp.batch, order)
        rmqueue_bulk(zone, pcp, order, migratetype, blocks, movable_pages, no_fragment=no_fragment)
    pfn = pcp.first(pindex)
    if pfn is not None:
        pcp.remove(pindex, pfn)
    return pfn


def drain_one(zone: MobilityZone, pcp: PerCpuPages, pindex: int) -> bool:
    """Give the tail of a per-CPU list back to the free lists; False if the list is empty.

    It goes back under the type that it was listed with; where pageblocks are isolated, under its
    pageblock's.  Linux: the innermost loop of free_pcppages_bulk(), mm/page_alloc.c.
    """
    pfn = pcp.last(pindex)
    if pfn is None:
        return False
    migratetype = pcp.remove(pindex, pfn)
    if zone.nr_isolate_pageblock != 0:
        migratetype = zone.pageblocks.migratetype(pfn)
    free_one_page(zone, pfn, pindex_to_order(pindex), migratetype)
    return True


def next_pindex(pcp: PerCpuPages, pindex: int) -> int | None:
    """The first list from that one on, and round, that is not empty; None if all are.

    Linux: the search in free_pcppages_bulk(), mm/page_alloc.c.
    """
    for step in range(NR_PCP_LISTS):
        candidate = (pindex + step) % NR_PCP_LISTS
        if pcp.first(candidate) is not None:
            return candidate
    return None


def free_pcppages_bulk(zone: MobilityZone, pcp: PerCpuPages, pages: int, pindex: int) -> None:
    """Drain that many pages, or a little more: whole lists, the oldest blocks first, from one list on.

    Linux: free_pcppages_bulk(), mm/page_alloc.c.
    """
    while pages > 0:
        found = next_pindex(pcp, pindex)
        if found is None:
            return
        pindex = found
        drain_one(zone, pcp, pindex)
        pages -= PCP_PAGES[pindex]


def pcp_limit(pcp: PerCpuPages, order: Order, *, reclaim_active: bool) -> int:
    """The number of pages at which a block of the order that is freed makes the lists drain.

    Linux: nr_pcp_high(), mm/page_alloc.c; ``reclaim_active`` is its ZONE_RECLAIM_ACTIVE.

    pre: pcp.high >= 0 and pcp.batch >= 1
    post: pcp.free_factor == 0 or not 1 <= order <= 3 or __return__ == 0
    post: (pcp.free_factor > 0 and 1 <= order <= 3) or reclaim_active or __return__ == pcp.high
    post: __return__ == 0 or not reclaim_active or __return__ == min(4 * pcp.batch, pcp.high)
    post: (pcp.free_factor > 0 and 1 <= order <= 3) or pcp.high == 0 or __return__ > 0
    """
    if pcp.high == 0 or (pcp.free_factor != 0 and 0 < order <= COSTLY_ORDER):
        return 0
    return min(pcp.batch << 2, pcp.high) if reclaim_active else pcp.high


def pages_to_drain(pcp: PerCpuPages, order: Order, limit: int) -> int:
    """How many pages to drain at that limit; the next time in a row it will be twice as many.

    Linux: nr_pcp_free(), mm/page_alloc.c.

    pre: pcp.batch >= 1 and 0 <= pcp.free_factor <= 5 and limit >= 0
    post: __return__ == pcp.count or __old__.pcp.free_factor == 0 or not 1 <= order <= 3
    post: __return__ == 1 or limit >= pcp.batch or (__old__.pcp.free_factor > 0 and 1 <= order <= 3)
    post: __old__.pcp.free_factor > 0 or limit < pcp.batch or __return__ == min(pcp.batch, limit - pcp.batch)
    post: 1 <= order <= 3 or limit < pcp.batch or __return__ <= limit - pcp.batch
    post: 1 <= order <= 3 or __return__ in (1, limit - pcp.batch, pcp.batch * 2**__old__.pcp.free_factor)
    post: pcp.free_factor <= min(__old__.pcp.free_factor + 1, 5)
    post: pcp.free_factor >= __old__.pcp.free_factor
    """
    if pcp.free_factor != 0 and 0 < order <= COSTLY_ORDER:
        return pcp.count
    if limit < pcp.batch:
        return 1
    pages, most = pcp.batch << pcp.free_factor, limit - pcp.batch
    if pages < most and pcp.free_factor < BATCH_SCALE_MAX:
        pcp.free_factor += 1
    return min(max(pcp.batch, pages), most)


def free_unref_page_commit(
    zone: MobilityZone,
    pcp: PerCpuPages,
    pfn: Pfn,
    order: Order,
    migratetype: Migratetype,
    *,
    reclaim_active: bool = False,
) -> None:
    """Put an owned block at the head of its per-CPU list, and drain if that is too much.

    Linux: free_unref_page_commit(), mm/page_alloc.c.
    """
    pindex = order_to_pindex(migratetype, order)
    pcp.add(pindex, pfn, migratetype, tail=False)
    limit = pcp_limit(pcp, order, reclaim_active=reclaim_active)
    if pcp.count >= limit:
        free_pcppages_bulk(zone, pcp, pages_to_drain(pcp, order, limit), pindex)


def drain_pages_zone(zone: MobilityZone, pcp: PerCpuPages) -> None:
    """Drain all lists of the CPU.

    Linux: drain_pages_zone(), mm/page_alloc.c.
    """
    while pcp.count > 0:
        free_pcppages_bulk(zone, pcp, min(pcp.count, pcp.batch << BATCH_SCALE_MAX), 0)
