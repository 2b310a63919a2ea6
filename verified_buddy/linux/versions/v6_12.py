"""Fallback of Linux 6.12: claim a whole pageblock or nothing; else steal one block, and leave its rest.

A free list holds blocks of its own type's pageblocks only, so that no claim leaves a mixed pageblock: where
whole pageblocks merge, they take the type of the one that was freed.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.buddy import expand, rmqueue_smallest
from verified_buddy.free_area import Migratetype
from verified_buddy.linux.fallback import (
    CLAIM_PAGES,
    Victim,
    alike_pages,
    change_pageblock_range,
    find_suitable_fallback,
)
from verified_buddy.linux.mobility import (
    FallbackPolicy,
    MobilityZone,
    MovablePages,
    free_block_order,
    move_freepages_block,
)
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import ORDERS, Order, Pfn


def fall_back(
    zone: MobilityZone,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    no_fragment: bool,
) -> Pfn | None:
    """Take a block of a pageblock that can be claimed, or else a stolen one; None if there is none.

    A refill that has stolen once claims no more.
    Linux 6.12: __rmqueue(), mm/page_alloc.c, after the request's own lists.
    """
    if not zone.stealing:
        pfn = rmqueue_claim(zone, order, migratetype, movable_pages, no_fragment=no_fragment)
        if pfn is not None:
            return pfn
    if no_fragment:
        return None
    pfn = rmqueue_steal(zone, order, migratetype)
    zone.stealing |= pfn is not None
    return pfn


def rmqueue_claim(
    zone: MobilityZone,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    *,
    no_fragment: bool = False,
) -> Pfn | None:
    """Claim the pageblock of the largest foreign block that can be claimed, and take a block from it.

    Linux 6.12: __rmqueue_claim(), mm/page_alloc.c.
    """
    least = max(order, PAGEBLOCK_ORDER) if no_fragment else order
    for current in reversed(ORDERS[least : zone.free_area.max_order + 1]):
        victim = find_suitable_fallback(zone.free_area, current, migratetype)
        if victim is None:
            continue
        if not victim.whole_block:
            return None
        pfn = try_to_claim_block(zone, victim, order, migratetype, movable_pages)
        if pfn is not None:
            return pfn
    return None


def try_to_claim_block(
    zone: MobilityZone, victim: Victim, order: Order, migratetype: Migratetype, movable_pages: MovablePages
) -> Pfn | None:
    """Take a block of the victim's pageblock, if enough of that is free or alike; None, with nothing moved.

    Linux 6.12: try_to_claim_block(), mm/page_alloc.c.
    """
    area = zone.free_area
    if victim.order >= PAGEBLOCK_ORDER:
        area.remove(victim.pfn, victim.order)
        change_pageblock_range(zone, victim.pfn, victim.order, migratetype)
        expand(area, victim.pfn, order, victim.order, migratetype)
        return victim.pfn
    start = pageblock_start(victim.pfn)
    if not (zone.spans(start) and zone.spans(start + PAGEBLOCK_PAGES - 1)):
        return None
    free = free_pages_of(zone, start)
    old = zone.pageblocks.migratetype(start)
    if free + alike_pages(free, movable_pages(start), old, migratetype) < CLAIM_PAGES:
        return None
    move_freepages_block(zone, start, migratetype)
    zone.pageblocks.set(start, migratetype)
    return rmqueue_smallest(area, order, migratetype)


def free_pages_of(zone: MobilityZone, start: Pfn) -> int:
    """How many pages of a pageblock are free.

    Linux 6.12: prep_move_freepages_block(), mm/page_alloc.c.
    """
    free, pfn = 0, start
    while pfn < start + PAGEBLOCK_PAGES:
        order = free_block_order(zone.free_area, pfn)
        free += 0 if order is None else 1 << order
        pfn = Pfn(pfn + (1 if order is None else 1 << order))
    return free


def rmqueue_steal(zone: MobilityZone, order: Order, migratetype: Migratetype) -> Pfn | None:
    """Take the smallest foreign block that does; what it leaves stays with its own type.

    Linux 6.12: __rmqueue_steal(), mm/page_alloc.c.
    """
    area = zone.free_area
    for current in ORDERS[order : area.max_order + 1]:
        victim = find_suitable_fallback(area, current, migratetype)
        if victim is not None:
            area.remove(victim.pfn, victim.order)
            expand(area, victim.pfn, order, victim.order, victim.migratetype)
            return victim.pfn
    return None


LINUX_6_12: Final = FallbackPolicy("6.12", fall_back, retypes=True)
"""Claim the largest pageblock that can be claimed, or steal the smallest block."""
