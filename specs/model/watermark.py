"""What the watermarks are for: how many pages must be free for a request, and which marks a zone gets.

Numbers of pages may be lifted; orders, flags and indices are ints.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

OOM, NON_BLOCK, MIN_RESERVE, HIGHATOMIC = 0x8, 0x10, 0x20, 0x200
FLAGS = (OOM, NON_BLOCK, MIN_RESERVE, HIGHATOMIC)
"""Each of these alone opens the highatomic reserve's pages; the others change nothing here."""
AT_MIN = 0
"""Of the lowest two bits of the flags: the mark is the lowest."""
GFP_ATOMIC = 0x200
TYPES, RESERVED = (0, 1, 2), 3
TOP = 10
PAGEBLOCK = 512


def half(pages: int) -> int:
    """The half, rounded up."""
    return (pages + 1) >> 1


def three_quarters(pages: int) -> int:
    """Three quarters, rounded up."""
    return (pages + pages + pages + 3) >> 2


def kept(mark: int, flags: int) -> int:
    """How much of the mark the request must leave: half if it may dip into the reserve.

    Three quarters of that if it cannot wait either; half of all that for a victim of the OOM killer.
    """
    if flags & MIN_RESERVE:
        mark = three_quarters(half(mark)) if flags & NON_BLOCK else half(mark)
    return half(mark) if flags & OOM else mark


def withheld(order: int, flags: int, highatomic: int) -> int:
    """Pages that are free and yet not for the request: those of the reserve, and all of a block but one."""
    rest = (1 << order) - 1
    return highatomic + rest if not any(flags & each for each in FLAGS) else rest


def enough(free: int, unusable: int, left: int, reserve: int) -> bool:
    """Whether there are more usable pages than must be left: of the mark, and for requests to lower zones."""
    return free - unusable > left + reserve


def permitted(flags: int) -> tuple[int, ...]:
    """The types whose blocks the request may get."""
    return (*TYPES, RESERVED) if flags & HIGHATOMIC or flags & OOM else TYPES


def orders(order: int) -> range:
    """The orders whose blocks are large enough."""
    return range(order, TOP + 1)


def retried(order: int, flags: int, gfp_mask: int) -> bool:
    """Whether a boost does not count for the request, if there is one."""
    return order == 0 and flags % 4 == AT_MIN and gfp_mask & GFP_ATOMIC == GFP_ATOMIC


def min_free_kbytes(lowmem_kbytes: int) -> int:
    """The largest number whose square is at most sixteen times that, within bounds; found by halving."""
    low, high = 128, 262144
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**2 <= 16 * lowmem_kbytes else (low, middle - 1)
    return low


def marks(kbytes: int, managed: int, total: int, scale: int, *, highmem: bool) -> tuple[int, int, int, int]:
    """min, low, high and promo of a zone with its share of all that is kept free."""
    pages = kbytes >> 2
    share = (pages * managed - pages * managed % total) // total
    step = sorted((share >> 2, (managed * scale - managed * scale % 10000) // 10000))[1]
    least = sorted((32, managed >> 10, 128))[1] if highmem else share
    low, high, promo = (least + times * step for times in (1, 2, 3))
    return least, low, high, promo


def reserves(managed: Sequence[int]) -> list[list[int]]:
    """For each zone, by the highest index of a request: its share of the zones above, up to that one."""
    table = []
    for zone, ratio in enumerate((256, 256, 32, 0, 0)):
        above = [0] * (zone + 1) + list(accumulate(managed[zone + 1 :]))
        there = ratio > 0 and managed[zone] > 0
        table.append([pages // ratio if there else 0 for pages in above])
    return table
