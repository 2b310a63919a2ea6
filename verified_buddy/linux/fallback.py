"""Fallback: a request whose own lists are empty takes another type's block, or its whole pageblock.

The rules that the versions share, and the victim and the steal of Linux 6.1; what a version makes of them is
its policy, which whoever builds a zone gives it.  How many pages in use are movable is no matter of the
allocator, so it is asked of the caller.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.buddy import rmqueue_smallest
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.linux.migratetype import FALLBACKS, HIGHATOMIC, MOVABLE
from verified_buddy.linux.mobility import (
    MobilityZone,
    MovablePages,
    change_pageblock_range,
    first_to_move,
    move_freepages_block,
    move_to_free_list,
)
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from verified_buddy.pfn import ORDERS, Order, Pfn

STEAL_ORDER: Final = ORDERS[PAGEBLOCK_ORDER // 2]
"""A block this large brings its pageblock along, whatever the request's type."""

CLAIM_PAGES: Final = PAGEBLOCK_PAGES // 2
"""With so many pages free or alike, the whole pageblock changes its type."""


class Victim(NamedTuple):
    """A block of another type that a request would take."""

    pfn: Pfn
    order: Order
    migratetype: Migratetype
    whole_block: bool
    """Whether the free blocks around it are taken along."""


def can_steal_fallback(order: Order, migratetype: Migratetype) -> bool:
    """Whether a request of the type that takes a block of the order takes its whole pageblock.

    Linux: can_steal_fallback(), mm/page_alloc.c.

    pre: 0 <= migratetype <= 2
    post: __return__ == (order >= 4 or migratetype == 0 or migratetype == 2)
    """
    return order >= STEAL_ORDER or migratetype != MOVABLE


def find_suitable_fallback(area: FreeArea, order: Order, migratetype: Migratetype) -> Victim | None:
    """The block of that order that the request would take; None if no other type has one.

    Linux: find_suitable_fallback(), mm/page_alloc.c.
    """
    for other in FALLBACKS[migratetype]:
        pfn = area.first(order, other)
        if pfn is not None:
            return Victim(pfn, order, other, can_steal_fallback(order, migratetype))
    return None


def find_victim(
    area: FreeArea, order: Order, migratetype: Migratetype, *, no_fragment: bool = False
) -> Victim | None:
    """The block that a request falls back to: of the largest order, or the smallest if that fragments less.

    ``no_fragment`` spares what is smaller than a pageblock.  Linux: the two searches of
    __rmqueue_fallback(), mm/page_alloc.c; ALLOC_NOFRAGMENT.
    """
    least = max(order, PAGEBLOCK_ORDER) if no_fragment else order
    for current in reversed(ORDERS[least : area.max_order + 1]):
        victim = find_suitable_fallback(area, current, migratetype)
        if victim is None:
            continue
        if not victim.whole_block and migratetype == MOVABLE and current > order:
            return find_smallest_victim(area, order, migratetype)
        return victim
    return None


def find_smallest_victim(area: FreeArea, order: Order, migratetype: Migratetype) -> Victim | None:
    """The smallest block of another type that would do; None if there is none."""
    for current in ORDERS[order : area.max_order + 1]:
        victim = find_suitable_fallback(area, current, migratetype)
        if victim is not None:
            return victim
    return None


def alike_pages(free: int, movable: int, old: Migratetype, migratetype: Migratetype) -> int:
    """How many pages in use of a pageblock of type ``old`` suit a request of the other type.

    Linux: alike_pages in steal_suitable_fallback(), mm/page_alloc.c.

    post: __return__ == (movable if migratetype == 1 else 512 - free - movable if old == 1 else 0)
    """
    if migratetype == MOVABLE:
        return movable
    if old == MOVABLE:
        return PAGEBLOCK_PAGES - free - movable
    return 0


def steal_suitable_fallback(
    zone: MobilityZone, victim: Victim, migratetype: Migratetype, movable_pages: MovablePages
) -> None:
    """Move the victim to the lists of the type, or its whole pageblock, whose type may change too.

    Of a pageblock that begins outside the zone only what follows the victim moves, or counts as movable.
    Where a pageblock may be mixed, the zone's policy is told of it before anything moves.
    Linux: steal_suitable_fallback(), mm/page_alloc.c.
    """
    pfn, order, _, whole_block = victim
    old = zone.pageblocks.migratetype(pfn)
    if old != HIGHATOMIC and order >= PAGEBLOCK_ORDER:
        change_pageblock_range(zone, pfn, order, migratetype)
    elif old != HIGHATOMIC:
        zone.policy.boost(zone)
        if whole_block and steal_pageblock(zone, pfn, old, migratetype, movable_pages):
            return
    move_to_free_list(zone.free_area, pfn, order, migratetype)


def steal_pageblock(
    zone: MobilityZone,
    pfn: Pfn,
    old: Migratetype,
    migratetype: Migratetype,
    movable_pages: MovablePages,
) -> bool:
    """Move the free blocks of the page's pageblock, of type ``old``; whether there are any.

    Half of its pages free or alike, and its type changes too.
    Linux: the second half of steal_suitable_fallback(), mm/page_alloc.c.
    """
    movable = movable_pages(first_to_move(zone, pfn))
    free = move_freepages_block(zone, pfn, migratetype)
    if free != 0 and free + alike_pages(free, movable, old, migratetype) >= CLAIM_PAGES:
        zone.pageblocks.set(pfn, migratetype)
    return free != 0


def rmqueue(
    zone: MobilityZone,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    *,
    no_fragment: bool = False,
) -> Pfn | None:
    """Take a block of the order for a request of the type, falling back if need be; None if there is none.

    Linux: __rmqueue(), mm/page_alloc.c.
    """
    pfn = rmqueue_smallest(zone.free_area, order, migratetype)
    if pfn is not None:
        return pfn
    return zone.policy.fall_back(zone, order, migratetype, movable_pages, no_fragment)
