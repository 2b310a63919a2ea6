"""The rules of the watermarks, once more, as they are described; nothing here has seen the code.

Pages of a request are counted from the other side: how many free pages there must be, one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple

OOM, NON_BLOCK, MIN_RESERVE, HIGHATOMIC = 0x8, 0x10, 0x20, 0x200
RESERVES = 0x238
GFP_ATOMIC_BIT = 0x200
ORDINARY, RESERVED = {0, 1, 2}, 3


class Case(NamedTuple):
    """A zone as a request finds it."""

    order: int
    mark: int
    """With the boost, if the zone is boosted."""
    reserves: tuple[int, ...]
    highest_zoneidx: int
    alloc_flags: int
    gfp_mask: int
    free: int
    highatomic: int
    boost: int
    lists: Mapping[int, frozenset[int]]
    """By order, the types of which there is a free block."""


def least_mark(mark: int, flags: int) -> int:
    """What is left of the mark for a request that may use reserves: halves and quarters are rounded down."""
    left = Fraction(mark)
    if flags & MIN_RESERVE:
        left -= floor(left / 2)
        if flags & NON_BLOCK:
            left -= floor(left / 4)
    if flags & OOM:
        left -= floor(left / 2)
    return int(left)


def out_of_reach(case: Case) -> int:
    """Free pages that the request must not count on."""
    rest_of_a_block = (1 << case.order) - 1
    return rest_of_a_block + (0 if case.alloc_flags & RESERVES else case.highatomic)


def needed(case: Case, mark: int) -> int:
    """The least number of free pages with which order 0 passes at that mark."""
    return mark + case.reserves[case.highest_zoneidx] + out_of_reach(case) + 1


def has_a_block(case: Case) -> bool:
    """Whether one of the blocks that are large enough is of a type that the request may take."""
    allowed = ORDINARY | ({RESERVED} if case.alloc_flags & (HIGHATOMIC | OOM) else set())
    return any(types & allowed for order, types in case.lists.items() if case.order <= order <= 10)


def passes(case: Case, mark: int) -> bool:
    """7.4: the exact check."""
    enough = case.free >= needed(case, least_mark(mark, case.alloc_flags))
    return enough and (case.order == 0 or has_a_block(case))


def passes_fast(case: Case) -> bool:
    """7.5: a single page passes at once if the whole mark is kept; a boost does not stop atomic requests."""
    if case.order > 0:
        return passes(case, case.mark)
    kept = max(case.free - out_of_reach(case), 0) if case.free > 0 else 0
    if kept > case.mark + case.reserves[case.highest_zoneidx]:
        return True
    if passes(case, case.mark):
        return True
    at_min = case.alloc_flags % 4 == 0
    atomic = case.gfp_mask & GFP_ATOMIC_BIT != 0
    return atomic and at_min and case.boost > 0 and passes(case, case.mark - case.boost)


def steal_boost(boost: int, high: int, managed: int, factor: int) -> int:
    """3.6: by a pageblock a steal, up to a share of the high watermark, and at least a pageblock."""
    share = floor(Fraction(high * factor, 10000))
    if factor == 0 or share == 0 or managed < 2048:
        return boost
    return sorted((boost + 512, max(share, 512)))[0]
