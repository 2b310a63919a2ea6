"""Which pages a zone was given: disjoint ranges, neighbours joined."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from verified_buddy.pfn import Pfn


class Spans:
    """The pages of a zone, as ascending ranges [start, end) that neither overlap nor touch.

    Linux: the ranges of memblock.memory, mm/memblock.c, which a zone's present pages come from.
    """

    __slots__ = ("ends", "starts")

    def __init__(self) -> None:
        self.starts: list[Pfn] = []
        self.ends: list[Pfn] = []

    def overlaps(self, start: Pfn, end: Pfn) -> bool:
        """Whether any page of [start, end) is in a range."""
        index = bisect_right(self.ends, start)
        return index < len(self.starts) and self.starts[index] < end

    def covers(self, start: Pfn, end: Pfn) -> bool:
        """Whether every page of [start, end) is in a range."""
        index = bisect_left(self.ends, end)
        return index < len(self.starts) and self.starts[index] <= start

    def add(self, start: Pfn, end: Pfn) -> None:
        """Add the pages of [start, end), none of which is in a range yet."""
        low = bisect_left(self.ends, start)
        high = bisect_right(self.starts, end)
        if low < high:
            start, end = min(start, self.starts[low]), max(end, self.ends[high - 1])
        self.starts[low:high] = [start]
        self.ends[low:high] = [end]

    def ranges(self) -> list[tuple[Pfn, Pfn]]:
        """The ranges, ascending."""
        return list(zip(self.starts, self.ends, strict=True))
