"""The highatomic reserve: pageblocks kept for requests that can neither wait nor do with single pages."""

from __future__ import annotations

from typing import Final

from verified_buddy.buddy import rmqueue_smallest
from verified_buddy.free_area import Migratetype
from verified_buddy.linux.fallback import rmqueue
from verified_buddy.linux.migratetype import HIGHATOMIC, is_mergeable
from verified_buddy.linux.mobility import MobilityZone, MovablePages, move_freepages_block
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.pfn import ORDERS, Order, Pfn

RESERVED_SHARE: Final = 100
"""One page of so many may be reserved, and one pageblock more."""


def may_reserve(managed: int, reserved: int) -> bool:
    """Whether one more pageblock may be reserved in a zone of ``managed`` pages.

    Linux: max_managed in reserve_highatomic_pageblock(), mm/page_alloc.c.

    pre: managed >= 0
    post: __return__ == (reserved < managed // 100 + 512)
    """
    return reserved < managed // RESERVED_SHARE + PAGEBLOCK_PAGES


def reserve_highatomic_pageblock(zone: MobilityZone, pfn: Pfn) -> bool:
    """Reserve the pageblock of a page that was handed out to such a request; False if it may not be.

    Linux: reserve_highatomic_pageblock(), mm/page_alloc.c.
    """
    if not may_reserve(zone.managed, zone.nr_reserved_highatomic):
        return False
    if not is_mergeable(zone.pageblocks.migratetype(pfn)):
        return False
    zone.nr_reserved_highatomic += PAGEBLOCK_PAGES
    zone.pageblocks.set(pfn, HIGHATOMIC)
    move_freepages_block(zone, pfn, HIGHATOMIC)
    return True


def unreserve_highatomic_pageblock(zone: MobilityZone, migratetype: Migratetype, *, force: bool) -> bool:
    """Give reserved pageblocks that have free pages to the type, until some page was moved.

    The last pageblock is kept, unless it is forced.  Linux: unreserve_highatomic_pageblock(),
    mm/page_alloc.c, for one zone.
    """
    if not force and zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:
        return False
    orders = ORDERS[: zone.free_area.max_order + 1]
    return any(unreserve_first(zone, order, migratetype) for order in orders)


def unreserve_first(zone: MobilityZone, order: Order, migratetype: Migratetype) -> bool:
    """Give the pageblock of the first reserved block of the order to the type; whether some page moved.

    Linux: one turn of the inner loop of unreserve_highatomic_pageblock(), mm/page_alloc.c.
    """
    pfn = zone.free_area.first(order, HIGHATOMIC)
    if pfn is None:
        return False
    if zone.pageblocks.migratetype(pfn) == HIGHATOMIC:
        zone.nr_reserved_highatomic -= min(PAGEBLOCK_PAGES, zone.nr_reserved_highatomic)
    zone.pageblocks.set(pfn, migratetype)
    return move_freepages_block(zone, pfn, migratetype) != 0


def rmqueue_buddy(
    zone: MobilityZone,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    *,
    highatomic: bool = False,
    last_resort: bool = False,
    no_fragment: bool = False,
) -> Pfn | None:
    """Take one block off the free lists, past the per-CPU lists; None if there is none.

    ``highatomic`` asks the reserve first, ``last_resort`` last.  Linux: rmqueue_buddy(), mm/page_alloc.c;
    ALLOC_HIGHATOMIC, and ALLOC_OOM or ALLOC_NON_BLOCK.
    """
    zone.stealing = False
    pfn = rmqueue_smallest(zone.free_area, order, HIGHATOMIC) if highatomic else None
    if pfn is None:
        pfn = rmqueue(zone, order, migratetype, movable_pages, no_fragment=no_fragment)
    if pfn is None and last_resort:
        pfn = rmqueue_smallest(zone.free_area, order, HIGHATOMIC)
    return pfn
