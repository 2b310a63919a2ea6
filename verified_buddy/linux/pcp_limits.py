"""How large per-CPU lists may grow, from the size of the zone."""

from __future__ import annotations

from typing import Final

BATCH_MOST: Final = 256
"""Pages of which a quarter is the largest batch: 1 MiB."""


def zone_batchsize(managed: int) -> int:
    """How many pages a refill or a drain moves at least, in a zone of ``managed`` pages.

    One less than a power of two, or 1.  Linux: zone_batchsize(), mm/page_alloc.c.

    pre: managed >= 0
    post: __return__ in (1, 3, 7, 15, 31, 63)
    post: __return__ + 1 <= max(min(managed // 1024, 256) // 4 * 3 // 2, 2) < 2 * (__return__ + 1)
    """
    quarter = max(min(managed >> 10, BATCH_MOST) // 4, 1)
    return max((1 << (quarter + quarter // 2).bit_length() - 1) - 1, 1)


def zone_highsize(low: int, cpus: int, batch: int) -> int:
    """How many pages the lists of one CPU hold before they drain.

    ``low`` is the zone's low watermark in pages, its boost included; ``cpus`` are those that are near the
    zone.  Linux: zone_highsize(), mm/page_alloc.c.

    pre: cpus >= 1
    post: __return__ >= 4 * batch and cpus * (__return__ + 1) > low
    post: __return__ == 4 * batch or cpus * __return__ <= low
    """
    return max(low // max(cpus, 1), 4 * batch)
