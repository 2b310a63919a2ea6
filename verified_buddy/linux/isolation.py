"""Isolation: free blocks and whole pageblocks are taken out of use, and put back.

The blocks that are out belong to the caller.
"""

from __future__ import annotations

from verified_buddy.buddy import expand
from verified_buddy.free_area import Migratetype
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE, is_mergeable
from verified_buddy.linux.mobility import MobilityZone, free_one_page, free_range, move_freepages_block
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import ORDERS, Order, Pfn


def set_migratetype_isolate(zone: MobilityZone, pfn: Pfn) -> bool:
    """Isolate the page's pageblock: its free pages serve no request.  False if it is isolated already.

    Whether its pages in use can be moved is the caller's to know; and that no free block crosses its edge,
    see ``split_free_page``.
    Linux: set_migratetype_isolate(), mm/page_isolation.c.
    """
    if zone.pageblocks.migratetype(pfn) == ISOLATE:
        return False
    zone.pageblocks.set(pfn, ISOLATE)
    zone.nr_isolate_pageblock += 1
    move_freepages_block(zone, pfn, ISOLATE)
    return True


def unset_migratetype_isolate(zone: MobilityZone, pfn: Pfn, migratetype: Migratetype) -> bool:
    """Give an isolated pageblock back to the type; False if it is not isolated.

    A free pageblock whose buddy is free too goes out and back, so that they merge.
    Linux: unset_migratetype_isolate(), mm/page_isolation.c.
    """
    if zone.pageblocks.migratetype(pfn) != ISOLATE:
        return False
    start = pageblock_start(pfn)
    rejoins = joins_its_buddy(zone, start)
    if rejoins:
        zone.free_area.remove(start, PAGEBLOCK_ORDER)
    else:
        move_freepages_block(zone, pfn, migratetype)
    zone.pageblocks.set(pfn, migratetype)
    zone.nr_isolate_pageblock -= 1
    if rejoins:
        putback_isolated_page(zone, start, PAGEBLOCK_ORDER, migratetype)
    return True


def joins_its_buddy(zone: MobilityZone, start: Pfn) -> bool:
    """Whether the isolated pageblock is one free block, next to a free buddy that is not isolated."""
    buddy_start = start ^ PAGEBLOCK_PAGES
    return (
        zone.free_area.is_free_block(start, PAGEBLOCK_ORDER)
        and zone.free_area.is_free_block(buddy_start, PAGEBLOCK_ORDER)
        and zone.pageblocks.migratetype(buddy_start) != ISOLATE
    )


def isolate_free_page(zone: MobilityZone, pfn: Pfn, order: Order, mark: int = 0) -> bool:
    """Take a free block out as it is; False, with nothing changed, if that would leave too little.

    ``mark`` pages must stay free, unless the pageblock is isolated.  A block of half a pageblock or more
    makes its pageblocks movable.  Linux: __isolate_free_page(), mm/page_alloc.c.
    """
    if zone.pageblocks.migratetype(pfn) != ISOLATE and not leaves(zone, order, mark):
        return False
    zone.free_area.remove(pfn, order)
    if order >= PAGEBLOCK_ORDER - 1:
        for offset in range(0, 1 << order, PAGEBLOCK_PAGES):
            page = Pfn(pfn + offset)
            if is_mergeable(zone.pageblocks.migratetype(page)):
                zone.pageblocks.set(page, MOVABLE)
    return True


def leaves(zone: MobilityZone, order: Order, mark: int) -> bool:
    """Whether more than ``mark`` pages stay free without a block of the order and the reserve.

    The lists are counted; Linux asks its counter, which may have drifted, see ``MobilityZone.nr_free_pages``.
    Linux: zone_watermark_ok() as asked by __isolate_free_page(), mm/page_alloc.c.
    """
    return zone.nr_free_pages() - zone.nr_reserved_highatomic > mark + (1 << order)


def putback_isolated_page(zone: MobilityZone, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
    """Give a block that is out back, to the tail.  Linux: __putback_isolated_page(), mm/page_alloc.c."""
    free_one_page(zone, pfn, order, migratetype, to_tail=True)


def split_free_page(zone: MobilityZone, pfn: Pfn, order: Order, split: Pfn) -> None:
    """Split a free block at a page inside it, so that no free block crosses that page.

    Ascending greatest blocks, each under its pageblock's type; buddies across the split do not merge
    again, since one side is isolated.  Linux: split_free_page(), mm/page_alloc.c.
    """
    zone.free_area.remove(pfn, order)
    free_range(zone, pfn, split, to_tail=False)
    free_range(zone, split, Pfn(pfn + (1 << order)), to_tail=False)


def take_page_off_buddy(zone: MobilityZone, pfn: Pfn) -> bool:
    """Take a single free page out, as one that is broken; False if it is not free.

    What is left of its block goes to the heads of the lists of the block's pageblock.
    Linux: take_page_off_buddy() and break_down_buddy_pages(), mm/page_alloc.c.
    """
    for order in ORDERS[: zone.free_area.max_order + 1]:
        head = Pfn(pfn & -(1 << order))
        if zone.free_area.is_free_block(head, order):
            zone.free_area.remove(head, order)
            expand(zone.free_area, pfn, ORDERS[0], order, zone.pageblocks.migratetype(head))
            return True
    return False


def put_page_back_buddy(zone: MobilityZone, pfn: Pfn) -> None:
    """Give a page that was taken off back, as an ordinary free does.

    Linux: put_page_back_buddy(), mm/page_alloc.c.
    """
    free_one_page(zone, pfn, ORDERS[0], zone.pageblocks.migratetype(pfn))
