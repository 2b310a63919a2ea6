"""Fallback of Linux 6.1: steal the victim, or its pageblock, for the request's lists; then take one."""

from __future__ import annotations

from typing import Final

from verified_buddy.buddy import rmqueue_smallest
from verified_buddy.free_area import Migratetype
from verified_buddy.linux.fallback import find_victim, steal_suitable_fallback
from verified_buddy.linux.mobility import FallbackPolicy, MobilityZone, MovablePages
from verified_buddy.pfn import Order, Pfn


def fall_back(
    zone: MobilityZone,
    order: Order,
    migratetype: Migratetype,
    movable_pages: MovablePages,
    no_fragment: bool,
) -> Pfn | None:
    """Steal for the request, and take a block of the order from its own lists; None if nobody has one.

    Linux: __rmqueue_fallback() and the retry of __rmqueue(), mm/page_alloc.c.
    """
    victim = find_victim(zone.free_area, order, migratetype, no_fragment=no_fragment)
    if victim is None:
        return None
    steal_suitable_fallback(zone, victim, migratetype, movable_pages)
    return rmqueue_smallest(zone.free_area, order, migratetype)


LINUX_6_1: Final = FallbackPolicy("6.1", fall_back)
"""Steal from the largest block of another type, or the smallest where that fragments less."""
