"""Fallback of Linux 6.12: claim a whole pageblock or nothing; else steal one block, and leave its rest.

A free list holds blocks of its own type's pageblocks only, so that no claim leaves a mixed pageblock: where
whole pageblocks merge, they take the type of the one that was freed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.buddy import expand, rmqueue_smallest
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.linux.fallback import CLAIM_PAGES, Victim, alike_pages, find_suitable_fallback
from verified_buddy.linux.migratetype import HIGHATOMIC
from verified_buddy.linux.mobility import (
    FallbackPolicy,
    MobilityZone,
    MovablePages,
    change_pageblock_range,
    free_block_order,
    move_freepages,
)
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import ORDERS, Order, Pfn


class Block(NamedTuple):
    """A pageblock that may be moved to another type's lists."""

    start: Pfn
    free: int
    """Its pages that are free."""
    movable: int
    """Those that are in use and movable."""


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

    Linux 6.12: try_to_claim_block() or try_to_steal_block(), mm/page_alloc.c.
    """
    area = zone.free_area
    old = zone.pageblocks.migratetype(victim.pfn)
    if old == HIGHATOMIC:
        return None
    if victim.order >= PAGEBLOCK_ORDER:
        area.remove(victim.pfn, victim.order)
        change_pageblock_range(zone, victim.pfn, victim.order, migratetype)
        expand(area, victim.pfn, order, victim.order, migratetype)
        return victim.pfn
    zone.policy.boost(zone)
    block = prep_move_freepages_block(zone, victim.pfn, movable_pages)
    if block is None:
        return None
    if block.free + alike_pages(block.free, block.movable, old, migratetype) < CLAIM_PAGES:
        return None
    move_freepages_block(zone, block.start, migratetype)
    return rmqueue_smallest(area, order, migratetype)


def prep_move_freepages_block(zone: MobilityZone, pfn: Pfn, movable_pages: MovablePages) -> Block | None:
    """The page's pageblock, and what is in it; None if it is not the zone's from its first page to its last.

    Linux 6.12: prep_move_freepages_block(), mm/page_alloc.c.
    """
    start = pageblock_start(pfn)
    end = Pfn(start + PAGEBLOCK_PAGES)
    if not (zone.spans(start) and zone.spans(end - 1)):
        return None
    return Block(start, count_free_pages(zone.free_area, start, end), movable_pages(start))


def count_free_pages(area: FreeArea, start: Pfn, end: Pfn) -> int:
    """How many pages the free blocks have that start in [start, end).

    Linux 6.12: the loop of prep_move_freepages_block(), mm/page_alloc.c.
    """
    free = 0
    pfn = start
    while pfn < end:
        pages = pages_of_free_block(area, pfn)
        free += pages
        pfn = Pfn(pfn + max(pages, 1))
    return free


def pages_of_free_block(area: FreeArea, pfn: Pfn) -> int:
    """How many pages the free block has that starts at the page; 0 if none does."""
    order = free_block_order(area, pfn)
    return 0 if order is None else 1 << order


def move_freepages_block(zone: MobilityZone, start: Pfn, migratetype: Migratetype) -> int:
    """Give the pageblock another type, and move its free blocks to that type's lists; their pages.

    Linux 6.12: __move_freepages_block(), mm/page_alloc.c.
    """
    moved = move_freepages(zone.free_area, start, Pfn(start + PAGEBLOCK_PAGES), migratetype)
    zone.pageblocks.set(start, migratetype)
    return moved


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


def retype(zone: MobilityZone, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
    """Let the pageblocks of a block that merges take the type of the freed one, if its first has another.

    Linux 6.12: __free_one_page(), mm/page_alloc.c, after the buddy is unlisted.
    """
    if zone.pageblocks.migratetype(pfn) != migratetype:
        change_pageblock_range(zone, pfn, order, migratetype)


LINUX_6_12: Final = FallbackPolicy("6.12", fall_back, retype)
"""Claim the largest pageblock that can be claimed, or steal the smallest block."""
