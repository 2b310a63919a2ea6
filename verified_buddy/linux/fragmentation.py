"""How broken up the free memory of a zone is, for a request of some order: in thousandths, or in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

SUITABLE: Final = -1000
"""The fragmentation index where a block is free, so that the request would not fail."""


class ContigPages(NamedTuple):
    """The free memory of a zone, seen by a request of some order.

    Linux: struct contig_page_info, mm/vmstat.c.
    """

    free_pages: int
    blocks_total: int
    blocks_suitable: int
    """How many blocks of the order the free blocks of that order and more would make."""


def contig_pages(nr_free: Sequence[int], order: int) -> ContigPages:
    """What a request of the order sees, where so many blocks of each order are free.

    Linux: fill_contig_page_info(), mm/vmstat.c.
    """
    return ContigPages(
        sum(count << each for each, count in enumerate(nr_free)),
        sum(nr_free),
        sum(count << each for each, count in enumerate(nr_free[order:])),
    )


def fragmentation_index(order: int, info: ContigPages) -> int:
    """Why a request of the order would fail: near 0 for want of memory, near 1000 as that is in pieces.

    SUITABLE if it would not fail.  Below 0 besides only if a single block is free.
    Linux: __fragmentation_index(), mm/vmstat.c.

    pre: info.free_pages >= info.blocks_total >= 0
    pre: info.blocks_suitable > 0 or info.free_pages * 2 <= info.blocks_total * 2**order
    post: (__return__ == -1000) == (info.blocks_total > 0 and info.blocks_suitable > 0)
    post: info.blocks_total > 0 or __return__ == 0
    post: __return__ in (0, -1000) or -500 <= __return__ <= 1000
    """
    if info.blocks_total == 0:
        return 0
    if info.blocks_suitable > 0:
        return SUITABLE
    return 1000 - (1000 + info.free_pages * 1000 // (1 << order)) // info.blocks_total


def unusable_index(order: int, info: ContigPages) -> int:
    """Which part of the free memory is in blocks too small for the order; all of it where there is none.

    Linux: unusable_free_index(), mm/vmstat.c.

    pre: info.free_pages >= info.blocks_suitable * 2**order >= 0
    post: 0 <= __return__ <= 1000
    post: (__return__ == 1000) == (info.free_pages == 0 or info.blocks_suitable == 0)
    """
    if info.free_pages == 0:
        return 1000
    return (info.free_pages - (info.blocks_suitable << order)) * 1000 // info.free_pages


def extfrag_for_order(order: int, info: ContigPages) -> int:
    """The same in percent, and none of it where there is none.

    Linux: extfrag_for_order(), mm/vmstat.c.

    pre: info.free_pages >= info.blocks_suitable * 2**order >= 0
    post: 0 <= __return__ <= 100
    post: (__return__ == 100) == (info.free_pages > 0 and info.blocks_suitable == 0)
    """
    if info.free_pages == 0:
        return 0
    return (info.free_pages - (info.blocks_suitable << order)) * 100 // info.free_pages
