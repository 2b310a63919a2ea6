"""Where the watermarks and reserves of a zone come from: the sizes of the zones, when these change."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Final

from verified_buddy.linux.migratetype import PCPTYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.linux.watermark import Watermarks
from verified_buddy.linux.zone_type import NR_ZONES

PAGE_KBYTES: Final = 4
LEAST_KBYTES: Final = 128
MOST_KBYTES: Final = 262144
HIGHMEM_LEAST: Final = 32
HIGHMEM_MOST: Final = 128
SCALE_FACTOR: Final = 10
"""Ten-thousandths of a zone between two of its marks, at least; Linux: watermark_scale_factor."""

RESERVE_RATIO: Final = (256, 256, 32, 0, 0)
"""By zone: one page kept for so many of the zones above, 0 for none; Linux: sysctl_lowmem_reserve_ratio[]."""


def min_free_kbytes(lowmem_kbytes: int) -> int:
    """How much the machine keeps free, from what it has below high memory.

    Managed pages less those below the high watermarks that are in force.
    Linux: calculate_min_free_kbytes(), mm/page_alloc.c.
    """
    return max(LEAST_KBYTES, min(isqrt(16 * lowmem_kbytes), MOST_KBYTES))


def khugepaged_min_free_kbytes(kbytes: int, populated: int, lowmem_pages: int) -> int:
    """The same with huge pages: room for each type in each of the ``populated`` zones up to NORMAL.

    Linux: set_recommended_min_free_kbytes(), mm/khugepaged.c.

    pre: kbytes >= 0 and populated >= 0 and lowmem_pages >= 0
    post: __return__ >= kbytes
    post: __return__ == kbytes or __return__ // 4 <= min(5632 * populated, lowmem_pages // 20)
    post: __return__ >= 4 * min(5632 * populated, lowmem_pages // 20)
    """
    per_zone = PAGEBLOCK_PAGES * (2 + PCPTYPES * PCPTYPES)
    return max(kbytes, PAGE_KBYTES * min(per_zone * populated, lowmem_pages // 20))


def zone_watermarks(
    min_free_kbytes: int,
    managed: int,
    lowmem_managed_total: int,
    *,
    scale_factor: int = SCALE_FACTOR,
    highmem: bool = False,
) -> Watermarks:
    """The marks of a zone: its share of the machine's ``min_free_kbytes``, and steps above it.

    Linux: __setup_per_zone_wmarks(), mm/page_alloc.c.

    pre: min_free_kbytes >= 0 and managed >= 0 and lowmem_managed_total >= 1 and scale_factor >= 0
    post: 0 <= __return__.min <= __return__.low <= __return__.high <= __return__.promo
    post: __return__.promo - __return__.high == __return__.high - __return__.low
    post: __return__.high - __return__.low == __return__.low - __return__.min
    """
    share = min_free_kbytes // PAGE_KBYTES * managed // lowmem_managed_total
    step = max(share // 4, managed * scale_factor // 10000)
    least = max(HIGHMEM_LEAST, min(managed // 1024, HIGHMEM_MOST)) if highmem else share
    return Watermarks(least, least + step, least + 2 * step, least + 3 * step)


def lowmem_reserves(managed: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """What each zone of a node keeps from requests that could use a higher one, by their highest index.

    ``managed`` pages by zone.  Linux: setup_per_zone_lowmem_reserve(), mm/page_alloc.c.
    """
    return tuple(_reserve(zone, managed) for zone in range(NR_ZONES))


def _reserve(zone: int, managed: Sequence[int]) -> tuple[int, ...]:
    """One zone's: 0 for itself and below."""
    ratio = RESERVE_RATIO[zone]
    if ratio == 0 or managed[zone] == 0:
        return (0,) * NR_ZONES
    return tuple(sum(managed[zone + 1 : index + 1]) // ratio for index in range(NR_ZONES))
