"""Watermarks: how many free pages a zone must keep, and whether a request may have some of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import gfp, migratetype
from verified_buddy.linux.alloc_flags import (
    HIGHATOMIC,
    MIN_RESERVE,
    NON_BLOCK,
    OOM,
    RESERVES,
    WMARK_MASK,
    WMARK_MIN,
)
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.pfn import MAX_ORDER

FOR_ALL: Final = (UNMOVABLE, migratetype.MOVABLE, migratetype.RECLAIMABLE)
"""Types of which a free block serves any request, as they fall back to each other."""

BOOST_FACTOR: Final = 15000
"""Hundredths of a percent of the high watermark, to which a boost may grow; Linux: watermark_boost_factor."""
BOOST_SHARE: Final = 10000
BOOST_MANAGED: Final = 4 * PAGEBLOCK_PAGES
"""In a smaller zone a boost would be all of its memory."""


class Watermarks(NamedTuple):
    """The marks of a zone in pages, without its boost."""

    min: int
    low: int
    high: int
    promo: int


class WatermarkZone(Protocol):
    """What the check asks of a zone."""

    @property
    def lowmem_reserve(self) -> Sequence[int]:
        """Pages kept from requests that could use a higher zone, by the highest index of the request."""

    @property
    def nr_reserved_highatomic(self) -> int:
        """Pages of the pageblocks in the highatomic reserve."""

    def has_free(self, order: int, migratetype: Migratetype) -> bool:
        """Whether a block of that very order and type is free."""


def unusable_free(order: int, alloc_flags: int, reserved_highatomic: int) -> int:
    """How many of a zone's free pages the request must not count on.

    Linux: __zone_watermark_unusable_free(), mm/page_alloc.c.
    """
    within_block = (1 << order) - 1
    return within_block if alloc_flags & RESERVES != 0 else within_block + reserved_highatomic


def without_part(mark: int, shift: int) -> int:
    """The mark without its half or, with a ``shift`` of 2, its quarter, which are rounded down."""
    return mark - (mark >> shift)


def reduced_mark(mark: int, alloc_flags: int) -> int:
    """What is left of the mark for a request that may dip into the reserves.

    That a request cannot wait counts only if it has a high priority too.
    Linux: ALLOC_MIN_RESERVE, ALLOC_NON_BLOCK and ALLOC_OOM in __zone_watermark_ok(), mm/page_alloc.c.
    """
    if alloc_flags & MIN_RESERVE != 0:
        mark = without_part(mark, 1)
        if alloc_flags & NON_BLOCK != 0:
            mark = without_part(mark, 2)
    if alloc_flags & OOM != 0:
        mark = without_part(mark, 1)
    return mark


def has_suitable_block(zone: WatermarkZone, order: int, alloc_flags: int) -> bool:
    """Whether a block that is large enough stands on a list that the request may use.

    Linux: the loop over the orders in __zone_watermark_ok(), mm/page_alloc.c.
    """
    reserve = alloc_flags & (HIGHATOMIC | OOM) != 0
    types = (*FOR_ALL, migratetype.HIGHATOMIC) if reserve else FOR_ALL
    orders = range(order, MAX_ORDER + 1)
    return any(zone.has_free(larger, each) for larger in orders for each in types)


def zone_watermark_ok(
    zone: WatermarkZone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, free_pages: int
) -> bool:
    """Whether the zone keeps its mark and its reserve if it gives such a block, and has one to give.

    Linux: __zone_watermark_ok(), mm/page_alloc.c.
    """
    usable = free_pages - unusable_free(order, alloc_flags, zone.nr_reserved_highatomic)
    if usable <= reduced_mark(mark, alloc_flags) + zone.lowmem_reserve[highest_zoneidx]:
        return False
    return order == 0 or has_suitable_block(zone, order, alloc_flags)


def quick_ok(
    zone: WatermarkZone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, free_pages: int
) -> bool:
    """Whether a single page leaves even the whole mark, so that nothing else need be asked.

    Linux: the test of order 0 in zone_watermark_fast(), mm/page_alloc.c.
    """
    if order != 0:
        return False
    usable = free_pages - min(free_pages, unusable_free(order, alloc_flags, zone.nr_reserved_highatomic))
    return usable > mark + zone.lowmem_reserve[highest_zoneidx]


def zone_watermark_fast(
    zone: WatermarkZone,
    order: int,
    mark: int,
    highest_zoneidx: int,
    alloc_flags: int,
    gfp_mask: int,
    free_pages: int,
    boost: int,
) -> bool:
    """Whether the zone may serve the request; a boost does not stop atomic ones for a single page.

    ``mark`` includes ``boost``, the zone's.  Linux: zone_watermark_fast(), mm/page_alloc.c.
    """
    if quick_ok(zone, order, mark, highest_zoneidx, alloc_flags, free_pages):
        return True
    if zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags, free_pages):
        return True
    if order != 0 or gfp_mask & gfp.ATOMIC == 0 or alloc_flags & WMARK_MASK != WMARK_MIN:
        return False
    if boost <= 0:
        return False
    return zone_watermark_ok(zone, order, mark - boost, highest_zoneidx, alloc_flags, free_pages)


def may_boost(high: int, managed: int, *, factor: int = BOOST_FACTOR) -> bool:
    """Whether a steal boosts the watermarks of a zone with that high watermark and so many managed pages.

    Linux: the answer of boost_watermark(), mm/page_alloc.c.

    pre: high >= 0 and managed >= 0 and factor >= 0
    post: __return__ == (managed >= 2048 and high * factor >= 10000)
    """
    return managed >= BOOST_MANAGED and high * factor // BOOST_SHARE != 0


def boost_after_steal(boost: int, high: int, managed: int, *, factor: int = BOOST_FACTOR) -> int:
    """The zone's boost after a request had to steal a block of another type; ``high`` is without boost.

    Linux: boost_watermark(), mm/page_alloc.c.

    pre: boost >= 0 and high >= 0 and managed >= 0 and factor >= 0
    post: __return__ == boost or managed >= 2048 and high * factor >= 10000
    post: __return__ == boost or __return__ <= 512 or 10000 * __return__ <= high * factor
    post: boost < __return__ <= boost + 512 or 10000 * (boost + 1) > high * factor or managed < 2048
    post: 0 <= __return__ <= boost + 512
    post: managed < 2048 or high * factor < 10000 or boost > 0 or __return__ == 512
    """
    if not may_boost(high, managed, factor=factor):
        return boost
    most = max(high * factor // BOOST_SHARE, PAGEBLOCK_PAGES)
    return min(boost + PAGEBLOCK_PAGES, most)


def boost_after_balance(boost: int, noted: int) -> int:
    """The zone's boost after kswapd balanced it, which had ``noted`` when it began.

    Linux: the end of balance_pgdat(), mm/vmscan.c.

    pre: boost >= 0 and noted >= 0
    post: __return__ >= 0
    post: __return__ + noted == boost or noted > boost and __return__ == 0
    """
    return boost - min(boost, noted)
