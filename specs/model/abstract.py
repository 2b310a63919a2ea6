"""The abstract machine of ``specs/README.md``: who owns which page.  Naive on purpose; no lists, no bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

ORDERS_ACCEPTED = range(33)
PFN_END: int = 2**52


class Rejected(Exception):
    """The call is invalid; the argument names the error class that the specification asks for."""


class Wrong(AssertionError):
    """The answer is not one that the specification allows."""


class PageSet(Protocol):
    """A set of pages; ``Plain`` is the definition, ``specs.model.ranges.Ranges`` the same for large zones."""

    def copy(self) -> PageSet:
        """The same pages, to be changed on their own."""

    def add(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are members now."""

    def discard(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are no members now."""

    def has_all(self, start: int, end: int) -> bool:
        """Whether every page of start .. end - 1 is a member."""

    def has_any(self, start: int, end: int) -> bool:
        """Whether some page of start .. end - 1 is a member."""

    def whole_blocks(self, max_order: int) -> set[tuple[int, int]]:
        """The free blocks, if exactly the members are free."""

    def __len__(self) -> int:
        """The number of pages."""


class Plain:
    """A set of pages, written down page by page."""

    def __init__(self, pages: Iterable[int] = ()) -> None:
        self.pages = set(pages)

    def copy(self) -> Plain:
        """The same pages, to be changed on their own."""
        return Plain(self.pages)

    def add(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are members now."""
        self.pages |= set(range(start, end))

    def discard(self, start: int, end: int) -> None:
        """The pages start .. end - 1 are no members now."""
        self.pages -= set(range(start, end))

    def has_all(self, start: int, end: int) -> bool:
        """Whether every page of start .. end - 1 is a member."""
        return all(page in self.pages for page in range(start, end))

    def has_any(self, start: int, end: int) -> bool:
        """Whether some page of start .. end - 1 is a member."""
        return any(page in self.pages for page in range(start, end))

    def whole_blocks(self, max_order: int) -> set[tuple[int, int]]:
        """(p, k) whose pages are all members, and k = max_order or its parent's pages are not."""
        whole = {
            (page, order)
            for page in self.pages
            for order in range(max_order + 1)
            if page % 2**order == 0 and self.has_all(page, page + 2**order)
        }
        return {
            (page, order)
            for page, order in whole
            if order == max_order or (page - page % 2 ** (order + 1), order + 1) not in whole
        }

    def runs(self) -> list[tuple[int, int]]:
        """The maximal runs start .. end - 1 of members, ascending."""
        starts = sorted(page for page in self.pages if page - 1 not in self.pages)
        ends = sorted(page + 1 for page in self.pages if page + 1 not in self.pages)
        return list(zip(starts, ends, strict=True))

    def __len__(self) -> int:
        """The number of pages."""
        return len(self.pages)


def is_natural(value: object) -> bool:
    """Whether the value is an int, at least 0, and no bool."""
    return type(value) is int and value >= 0


class Machine:
    """The pages of a zone and the live blocks; each operation judges an answer and adopts it.

    ``Rejected``: the call is invalid.  ``Wrong``: the call is valid, the answer is not.  Both change nothing.
    """

    def __init__(self, max_order: int, pages: PageSet | None = None) -> None:
        if not is_natural(max_order) or max_order not in ORDERS_ACCEPTED:
            raise Rejected("InvalidOrder")
        self.max_order = max_order
        self.pages = pages if pages is not None else Plain()
        self.live: dict[int, int] = {}

    def free_pages(self) -> PageSet:
        """The pages that no live block covers."""
        free = self.pages.copy()
        for pfn, order in self.live.items():
            free.discard(pfn, pfn + 2**order)
        return free

    def free_blocks(self) -> set[tuple[int, int]]:
        """The free blocks; the free pages determine them."""
        return self.free_pages().whole_blocks(self.max_order)

    def add_range(self, start: int, end: int) -> None:
        """The zone is given the pages start .. end - 1, and they are free."""
        if not (is_natural(start) and is_natural(end) and start < end <= PFN_END):
            raise Rejected("InvalidRange")
        if self.pages.has_any(start, end):
            raise Rejected("Overlap")
        self.pages.add(start, end)

    def alloc(self, order: int, answer: int | None) -> None:
        """A wholly free block becomes live; or the refusal is right, because there is none."""
        self.check_order(order)
        if answer is None:
            if any(free_order >= order for _, free_order in self.free_blocks()):
                raise Wrong(f"refused, though a free block of order {order} or more exists")
            return
        if not is_natural(answer) or answer % 2**order != 0:
            raise Wrong(f"{answer} is not a page aligned to order {order}")
        if not self.free_pages().has_all(answer, answer + 2**order):
            raise Wrong(f"the block at {answer} of order {order} was not wholly free")
        self.live[answer] = order

    def free(self, pfn: int, order: int) -> None:
        """The live block's pages are free."""
        self.check_order(order)
        self.check_pfn(pfn, order)
        if self.live.get(pfn) != order:
            raise Rejected(self.why_not_live(pfn, order))
        del self.live[pfn]

    def why_not_live(self, pfn: int, order: int) -> str:
        """The first reason that holds, in the specification's order."""
        if pfn in self.live:
            return "WrongOrder"
        if pfn % 2**order != 0:
            return "Misaligned"
        if any(first <= pfn < first + 2**size for first, size in self.live.items()):
            return "MiddleOfBlock"
        if self.free_pages().has_any(pfn, pfn + 1):
            return "DoubleFree"
        return "OutOfRange"

    def take(self, pfn: int, order: int) -> bool:
        """Whether the block was wholly free; if so it is live now."""
        self.check_order(order)
        self.check_pfn(pfn, order)
        if pfn % 2**order != 0:
            raise Rejected("Misaligned")
        if not self.pages.has_all(pfn, pfn + 2**order):
            raise Rejected("OutOfRange")
        if not self.free_pages().has_all(pfn, pfn + 2**order):
            return False
        self.live[pfn] = order
        return True

    def check_order(self, order: int) -> None:
        """An order is an int in 0 .. max_order."""
        if not is_natural(order) or order > self.max_order:
            raise Rejected("InvalidOrder")

    def check_pfn(self, pfn: int, order: int) -> None:
        """A block begins at an int, at least 0, and ends at or below 2^52."""
        if not is_natural(pfn) or pfn + 2**order > PFN_END:
            raise Rejected("InvalidPfn")
