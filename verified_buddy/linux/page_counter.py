"""Counters of pages in a tree: what is counted for a group counts for every group above it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.errors import InvalidLimit
from verified_buddy.zone import reject

PAGE_COUNTER_MAX: Final = ((1 << 63) - 1) // 4096
"""No limit; Linux: PAGE_COUNTER_MAX, include/linux/page_counter.h."""


def limit_error(limit: object) -> InvalidLimit | None:
    """Why this cannot be a limit of pages; None if it can."""
    if type(limit) is not int or not 0 <= limit <= PAGE_COUNTER_MAX:
        return InvalidLimit(limit, PAGE_COUNTER_MAX)
    return None


class PageCounter:
    """The pages of a group and of all groups below it, and how many these may be.

    Nothing but a forced charge, or a limit that is lowered, brings ``usage`` above ``max``.
    Linux: struct page_counter, include/linux/page_counter.h.
    """

    __slots__ = ("max", "parent", "usage")

    def __init__(self, parent: PageCounter | None = None, limit: int = PAGE_COUNTER_MAX) -> None:
        """A counter of no pages.  Raises InvalidLimit."""
        reject(limit_error(limit))
        self.usage = 0
        self.max = limit
        self.parent = parent

    def set_max(self, limit: int) -> None:
        """Another limit, be there more pages already or not.

        Raises InvalidLimit.  Linux: the xchg() of memory_max_write(), mm/memcontrol.c.
        """
        reject(limit_error(limit))
        self.max = limit

    def upward(self) -> Iterator[PageCounter]:
        """Itself, and all that are above it."""
        counter: PageCounter | None = self
        while counter is not None:
            yield counter
            counter = counter.parent

    def try_charge(self, pages: int) -> PageCounter | None:
        """Count the pages at every level, or, if that would pass a limit, at none.

        Returns the lowest counter that refused; None if all have counted.
        Linux: page_counter_try_charge(), mm/page_counter.c.
        """
        for counter in self.upward():
            if counter.usage + pages > counter.max:
                self.roll_back(pages, counter)
                return counter
            counter.usage += pages
        return None

    def roll_back(self, pages: int, refused: PageCounter) -> None:
        """Take the pages off every level below the one that refused.

        Linux: the end of page_counter_try_charge(), mm/page_counter.c.
        """
        for counter in self.upward():
            if counter is refused:
                return
            counter.usage -= pages

    def charge(self, pages: int) -> None:
        """Count the pages at every level, whatever the limits.

        Linux: page_counter_charge(), mm/page_counter.c.
        """
        for counter in self.upward():
            counter.usage += pages

    def uncharge(self, pages: int) -> None:
        """Take the pages off every level, none of which falls below 0.

        Linux: page_counter_uncharge(), mm/page_counter.c, which warns of what would be below 0.
        """
        for counter in self.upward():
            counter.usage = max(counter.usage - pages, 0)
