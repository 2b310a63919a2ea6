"""How broken up free memory is, by definition: block by block, and in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def sizes(nr_free: Sequence[int]) -> list[int]:
    """Every free block, by its pages."""
    return [2**order for order, count in enumerate(nr_free) for _ in range(count)]


def pieces(nr_free: Sequence[int], order: int) -> int:
    """How many requests of the order the free blocks would serve."""
    return sum(size // 2**order for size in sizes(nr_free))


def unusable(nr_free: Sequence[int], order: int) -> Fraction | None:
    """The part of the free pages that is in smaller blocks; None if no page is free."""
    pages = sizes(nr_free)
    if not pages:
        return None
    return Fraction(sum(size for size in pages if size < 2**order), sum(pages))


def unusable_index(nr_free: Sequence[int], order: int) -> int:
    """In thousandths; all where no page is free."""
    part = unusable(nr_free, order)
    return 1000 if part is None else floor(1000 * part)


def extfrag_for_order(nr_free: Sequence[int], order: int) -> int:
    """In percent; nothing where no page is free."""
    part = unusable(nr_free, order)
    return 0 if part is None else floor(100 * part)


def fragmentation_index(nr_free: Sequence[int], order: int) -> int:
    """0 without a block, -1000 if one would do; else what of 1000 the blocks leave.

    With 1 it is how many requests the free pages would serve if they lay together, a block's share of that.
    """
    pages = sizes(nr_free)
    if not pages:
        return 0
    if any(size >= 2**order for size in pages):
        return -1000
    return 1000 - floor(1000 * (1 + Fraction(sum(pages), 2**order)) / len(pages))
