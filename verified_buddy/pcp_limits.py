"""How large per-CPU lists may grow, from the size of the zone."""

from __future__ import annotations

from typing import Final

BATCH_MOST: Final = 256
"""Pages of which a quarter is the largest batch: 1 MiB."""


def zone_batchsize(managed: int) -> int:
    """How many pages a refill or a drain moves at least, in a zone of ``managed`` pages.

    One less than a power of two, or 1.  Linux: zone_batchsize(), mm/page_alloc.c.
    """
    quarter = max(min(managed >> 10, BATCH_MOST) // 4, 1)
    return max((1 << (quarter + quarter // 2).bit_length() - 1) - 1, 1)


def zone_highsize(low: int, cpus: int, batch: int) -> int:
    """How many pages the lists of one CPU hold before they drain.

    ``low`` is the zone's low watermark in pages, its boost included; ``cpus`` are those that are near the
    zone.  Linux: zone_highsize(), mm/page_alloc.c.
    """
    return max(low // max(cpus, 1), 4 * batch)
