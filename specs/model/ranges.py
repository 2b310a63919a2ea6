"""A set of pages for large zones: the same answers as ``abstract.Plain``, at the cost of few ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class Ranges:
    """A set of pages, as the ascending places where membership changes: in, out, in, out, ..."""

    def __init__(self, changes: list[int] | None = None) -> None:
        self.changes = changes if changes is not None else []

    def copy(self) -> Ranges:
        """The same pages, to be changed on their own."""
        return Ranges(self.changes.copy())

    def add(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are members now."""
        self.put(start, end, member=True)

    def discard(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are no members now."""
        self.put(start, end, member=False)

    def put(self, start: int, end: int, *, member: bool) -> None:
        """Decide the membership of the pages start .. end - 1."""
        low, high = bisect_left(self.changes, start), bisect_right(self.changes, end)
        member_before, member_after = low % 2 == 1, high % 2 == 1
        self.changes[low:high] = [start] * (member_before != member) + [end] * (member_after != member)

    def has_all(self, start: int, end: int) -> bool:
        """Whether every page of start .. end - 1 is a member."""
        index = bisect_right(self.changes, start)
        return index % 2 == 1 and end <= self.changes[index]

    def has_any(self, start: int, end: int) -> bool:
        """Whether some page of start .. end - 1 is a member."""
        index = bisect_right(self.changes, start)
        return index % 2 == 1 or (index < len(self.changes) and self.changes[index] < end)

    def whole_blocks(self, max_order: int) -> set[tuple[int, int]]:
        """The greatest aligned blocks that fit: from each range's first page, one after the other."""
        blocks = set()
        for start, end in zip(self.changes[::2], self.changes[1::2], strict=True):
            page = start
            while page < end:
                order = max(k for k in range(max_order + 1) if page % 2**k == 0 and page + 2**k <= end)
                blocks.add((page, order))
                page += 2**order
        return blocks

    def __len__(self) -> int:
        """The number of pages."""
        return sum(self.changes[1::2]) - sum(self.changes[::2])
