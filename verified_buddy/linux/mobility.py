"""A zone whose pages are grouped by mobility: typed free lists over typed pageblocks.

As in ``verified_buddy.buddy``, every block given to these functions is owned by the caller and lies
within the zone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.linux.migratetype import ISOLATE, MIGRATETYPES, MOVABLE, is_mergeable
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, Pageblocks, pageblock_start
from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn

MovablePages = Callable[[Pfn], int]
"""How many pages from the page to the end of its pageblock are in use and movable: on an LRU list, or a
driver's."""


class FallbackPolicy(NamedTuple):
    """What a request does whose own lists are empty, under the name of the kernel that does so."""

    name: str
    """The kernel's version."""
    fall_back: Callable[[MobilityZone, Order, Migratetype, MovablePages, bool], Pfn | None]
    """Take a block of the order from another type, or move some to the type; None if there is none.

    The last argument is Linux's ALLOC_NOFRAGMENT: spare what is smaller than a pageblock.
    """
    retype: Callable[[MobilityZone, Pfn, Order, Migratetype], None] | None = None
    """What becomes of a buddy's type, where whole pageblocks merge; the last argument is the freed one's."""
    boost: Callable[[MobilityZone], None] = lambda zone: None
    """Told before a block smaller than its pageblock goes to another type.  Linux: boost_watermark()."""


class MobilityZone:
    """One zone of a node: pages [start, end), its free lists, and what it holds in reserve.

    Linux: struct zone, include/linux/mmzone.h.
    """

    __slots__ = (
        "end",
        "free_area",
        "managed",
        "nr_isolate_pageblock",
        "nr_reserved_highatomic",
        "pageblocks",
        "policy",
        "start",
        "stealing",
    )

    def __init__(
        self,
        start: Pfn,
        end: Pfn,
        pageblocks: Pageblocks,
        policy: FallbackPolicy,
        managed: int = 0,
    ) -> None:
        """An empty zone, of which the buddy allocator manages so many pages; fed memory adds to them.

        Zones of one machine share its pageblocks, by which they know of each other's pages.
        """
        self.start = start
        self.end = end
        self.managed = managed
        self.pageblocks = pageblocks
        self.policy = policy
        self.free_area = FreeArea(MAX_ORDER, MIGRATETYPES)
        self.nr_isolate_pageblock = 0
        self.nr_reserved_highatomic = 0
        self.stealing = False
        """Whether a block was stolen since the lists were locked.  Linux 6.12: enum rmqueue_mode."""
        pageblocks.belong(start, end, self.free_area)

    def spans(self, pfn: int) -> bool:
        """Whether the page lies between the zone's first and last.  Linux: zone_spans_pfn()."""
        return self.start <= pfn < self.end

    def nr_free_pages(self) -> int:
        """The number of pages on the free lists, those of ISOLATE excepted.

        Linux: NR_FREE_PAGES, which is a counter of its own and may drift from this sum: when two isolated
        pageblocks merged and are given back one after the other, with use in between, or when an isolated
        pageblock crosses the zone's edge.
        """
        isolated = sum(
            len(area.free_list[ISOLATE]) << order
            for order, area in zip(ORDERS, self.free_area.orders, strict=False)
        )
        return self.free_area.nr_free_pages() - isolated


def free_one_page(
    zone: MobilityZone, pfn: Pfn, order: Order, migratetype: Migratetype, *, to_tail: bool = False
) -> None:
    """Give an owned block back: merge it with its free buddies, then list the result under the type.

    A free buddy of less than a pageblock merges whatever list it is on.
    Linux: __free_one_page(), mm/page_alloc.c; ``to_tail`` is its FPI_TO_TAIL.
    """
    area = zone.free_area
    while order < area.max_order:
        buddy = pfn ^ (1 << order)
        if not area.is_free_block(buddy, order):
            break
        if order >= PAGEBLOCK_ORDER and not may_merge(migratetype, zone.pageblocks.migratetype(buddy)):
            break
        area.remove(Pfn(buddy), order)
        if order >= PAGEBLOCK_ORDER and zone.policy.retype is not None:
            zone.policy.retype(zone, Pfn(buddy), order, migratetype)
        pfn = Pfn(pfn & buddy)
        order = ORDERS[order + 1]
    tail = to_tail or buddy_merge_likely(zone, pfn, order)
    area.add(pfn, order, migratetype, tail=tail)


def may_merge(migratetype: Migratetype, other: Migratetype) -> bool:
    """Whether whole pageblocks of these types may become one free block.

    Linux: the test at and above pageblock_order in __free_one_page(), mm/page_alloc.c.

    post: __return__ == (migratetype == other or (migratetype < 3 and other < 3))
    """
    return migratetype == other or (is_mergeable(migratetype) and is_mergeable(other))


def change_pageblock_range(zone: MobilityZone, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
    """Set the type of every pageblock that the block covers.

    Linux: change_pageblock_range(), mm/page_alloc.c.
    """
    for offset in range(0, 1 << order, PAGEBLOCK_PAGES):
        zone.pageblocks.set(Pfn(pfn + offset), migratetype)


def buddy_merge_likely(zone: MobilityZone, pfn: Pfn, order: Order) -> bool:
    """Whether the block's parent would merge at once, were the block's buddy free too.

    That is asked in the zone of the lower page of the block and its buddy: another zone than the block's,
    or none, where a zone begins between the two.  Linux: buddy_merge_likely(), mm/page_alloc.c.
    """
    above = order + 1
    if above >= zone.free_area.max_order:
        return False
    lower = pfn & -(1 << above)
    return page_is_buddy(zone, lower, lower ^ (1 << above), above)


def page_is_buddy(zone: MobilityZone, page: int, buddy: int, order: int) -> bool:
    """Whether a free block of the order starts at the buddy, and belongs to the same zone as the page.

    The page lies in the zone, or before it.  Linux: page_is_buddy(), mm/page_alloc.c.
    """
    area = zone.free_area if zone.start <= page else zone.pageblocks.free_area_of(page)
    return area is not None and area.is_free_block(buddy, order)


def free_block_order(area: FreeArea, pfn: Pfn) -> Order | None:
    """The order of the free block that starts at the page; None if none does.

    Linux: PageBuddy() and buddy_order(), mm/internal.h.
    """
    for order in ORDERS[: area.max_order + 1]:
        if area.is_free_block(pfn, order):
            return order
    return None


def move_to_free_list(area: FreeArea, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
    """Move a free block to the tail of that type's list, even if it is on that list already.

    Linux: move_to_free_list(), mm/page_alloc.c.
    """
    area.remove(pfn, order)
    area.add(pfn, order, migratetype, tail=True)


def move_freepages_block(zone: MobilityZone, pfn: Pfn, migratetype: Migratetype) -> int:
    """Move the free blocks of the page's pageblock to that type's lists; the number of pages moved.

    None are, if the pageblock's last page is not the zone's; where its first is not, only those from
    the page on.  Linux: move_freepages_block(), mm/page_alloc.c.
    """
    end = Pfn(pageblock_start(pfn) + PAGEBLOCK_PAGES)
    if not zone.spans(end - 1):
        return 0
    return move_freepages(zone.free_area, first_to_move(zone, pfn), end, migratetype)


def first_to_move(zone: MobilityZone, pfn: Pfn) -> Pfn:
    """Where a move with a page of the zone begins: with its pageblock, or with it, if that begins outside.

    Linux: start_pfn in move_freepages_block(), mm/page_alloc.c.
    """
    start = pageblock_start(pfn)
    return start if zone.start <= start else pfn


def move_freepages(area: FreeArea, start: Pfn, end: Pfn, migratetype: Migratetype) -> int:
    """Move the free blocks that start in [start, end), ascending; the number of pages moved.

    Linux: move_freepages(), mm/page_alloc.c.
    """
    moved = 0
    pfn = start
    while pfn < end:
        pages = move_free_block(area, pfn, migratetype)
        moved += pages
        pfn = Pfn(pfn + max(pages, 1))
    return moved


def move_free_block(area: FreeArea, pfn: Pfn, migratetype: Migratetype) -> int:
    """Move the free block that starts at the page; its size, or 0 if none does.

    Linux: one turn of move_freepages(), mm/page_alloc.c.
    """
    order = free_block_order(area, pfn)
    if order is None:
        return 0
    move_to_free_list(area, pfn, order, migratetype)
    return 1 << order


def feed(zone: MobilityZone, start: Pfn, end: Pfn) -> None:
    """Feed boot memory [start, end) to the free lists; pageblocks that start in it become movable.

    Ascending greatest aligned blocks, each under its pageblock's type, to the tail.
    Linux: memmap_init_range() and memblock_free_all(), for one range.
    """
    pfn = Pfn((start + PAGEBLOCK_PAGES - 1) & -PAGEBLOCK_PAGES)
    while pfn < end:
        zone.pageblocks.set(pfn, MOVABLE)
        pfn = Pfn(pfn + PAGEBLOCK_PAGES)
    free_range(zone, start, end, to_tail=True)
    zone.managed += end - start


def free_range(zone: MobilityZone, start: Pfn, end: Pfn, *, to_tail: bool) -> None:
    """Free owned pages [start, end): ascending greatest aligned blocks, each under its pageblock's type.

    Linux: __free_pages_memory(), mm/memblock.c; split_free_page(), mm/page_alloc.c, on each side.
    """
    pfn = start
    while pfn < end:
        order = zone.free_area.max_order
        while pfn & ((1 << order) - 1) != 0:
            order = Order(order - 1)
        while end - pfn < 1 << order:
            order = Order(order - 1)
        free_one_page(zone, pfn, order, zone.pageblocks.migratetype(pfn), to_tail=to_tail)
        pfn = Pfn(pfn + (1 << order))
