"""Ranges [start, end) of bytes or of pages: rounded to whole pages, cut, joined, and one without another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

PAGE_SIZE: Final = 4096


class Range(NamedTuple):
    """From the start to before the end; nothing, if the end is not above the start."""

    start: int
    end: int


def pages_within(start: int, end: int) -> Range:
    """The pages that lie in these bytes as a whole.  Linux: PFN_UP() and PFN_DOWN(), include/linux/pfn.h."""
    return Range((start + (PAGE_SIZE - 1)) // PAGE_SIZE, end // PAGE_SIZE)


def overlap(one: Range, other: Range) -> Range:
    """What lies in both."""
    return Range(max(one.start, other.start), min(one.end, other.end))


def within(ranges: Iterable[Range], bounds: Range) -> tuple[Range, ...]:
    """What of the ranges lies within the bounds."""
    cut = (overlap(each, bounds) for each in ranges)
    return tuple(each for each in cut if each.start < each.end)


def joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same, ascending; what overlaps or touches is one range.

    Linux: memblock_add_range() and memblock_merge_regions(), mm/memblock.c.
    """
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1].end:
            found[-1] = Range(found[-1].start, max(found[-1].end, end))
        elif start < end:
            found.append(Range(start, end))
    return tuple(found)


def without(ranges: Iterable[Range], others: Sequence[Range]) -> tuple[Range, ...]:
    """What of the ranges lies in none of the others, which are joined.

    Linux: for_each_free_mem_range(), include/linux/memblock.h.
    """
    left: list[Range] = []
    for whole in ranges:
        start = whole.start
        for other in others:
            if start < other.end and other.start < whole.end:
                left.append(Range(start, other.start))
                start = other.end
        left.append(Range(start, whole.end))
    return tuple(each for each in left if each.start < each.end)


def size(ranges: Iterable[Range]) -> int:
    """How many bytes or pages are in ranges that do not overlap."""
    return sum(end - start for start, end in ranges)
