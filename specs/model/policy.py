"""The Linux policy of ``specs/README.md`` on plain lists: which block, and where it is listed.

Position 0 is the head.  Nothing is checked here: ``specs.model.abstract`` says which calls are valid.
"""

from __future__ import annotations

Lists = list[list[int]]
"""For each order the first pages of its free blocks, head first."""


def other_half(pfn: int, order: int) -> int:
    """The buddy's first page."""
    size: int = 2**order
    return pfn + size if pfn % (2 * size) == 0 else pfn - size


def first_of_parent(pfn: int, order: int) -> int:
    """The first page of the block of the next order around this one."""
    parent_size: int = 2 ** (order + 1)
    return pfn - pfn % parent_size


def split(lists: Lists, wanted: int, order: int, high: int) -> None:
    """From the top: each half without the wanted block goes to the head of its list."""
    for half in reversed(range(order, high)):
        halves = {first := first_of_parent(wanted, half), first + 2**half}
        halves.remove(wanted - wanted % 2**half)
        lists[half].insert(0, halves.pop())


def alloc(lists: Lists, order: int) -> int | None:
    """The head of the least sufficient order's list, split."""
    for high in range(order, len(lists)):
        if lists[high]:
            pfn = lists[high].pop(0)
            split(lists, pfn, order, high)
            return pfn
    return None


def free(lists: Lists, pfn: int, order: int, *, boot: bool = False) -> None:
    """Merge upwards, then list: at boot at the tail, else at the head unless a merge is likely soon."""
    top = len(lists) - 1
    while order < top and other_half(pfn, order) in lists[order]:
        lists[order].remove(other_half(pfn, order))
        pfn, order = first_of_parent(pfn, order), order + 1
    merge_is_likely = (
        order < top - 1 and other_half(first_of_parent(pfn, order), order + 1) in lists[order + 1]
    )
    position = len(lists[order]) if boot or merge_is_likely else 0
    lists[order].insert(position, pfn)


def take(lists: Lists, pfn: int, order: int) -> bool:
    """Unlist the free block that contains the wanted one, and split it around that."""
    for high in range(order, len(lists)):
        whole = pfn - pfn % 2**high
        if whole in lists[high]:
            lists[high].remove(whole)
            split(lists, pfn, order, high)
            return True
    return False


def add_range(lists: Lists, start: int, end: int) -> None:
    """Ascending, the greatest block that is aligned and fits; each to the tail."""
    while start < end:
        order = max(k for k in range(len(lists)) if start % 2**k == 0 and start + 2**k <= end)
        free(lists, start, order, boot=True)
        start += 2**order
