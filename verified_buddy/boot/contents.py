"""Which pages are zero, and which poisoned: whether what is handed out is as it should be; by range."""

from __future__ import annotations

from verified_buddy.boot.page_ranges import Range, joined, within, without


class Contents:
    """What is known of the contents of memory; at first every page may hold anything.

    Linux: want_init_on_free(), want_init_on_alloc(), init_mem_debugging_and_hardening().
    """

    def __init__(
        self, *, init_on_alloc: bool = False, init_on_free: bool = False, poisoning: bool = False
    ) -> None:
        """As the kernel was started; where pages are poisoned, they are not zeroed unless it is asked for."""
        self.init_on_alloc = init_on_alloc and not poisoning
        self.init_on_free = init_on_free and not poisoning
        self.poisoning = poisoning
        self.zero: tuple[Range, ...] = ()
        """The pages that are zero, ascending."""
        self.poisoned: tuple[Range, ...] = ()
        """Those that are free and poisoned."""

    def freed(self, start: int, end: int) -> None:
        """These pages go back, written to; so does boot memory, at first.  Linux: free_pages_prepare()."""
        self.written(start, end)
        if self.init_on_free:
            self.zero = joined([*self.zero, Range(start, end)])
        if self.poisoning:
            self.poisoned = joined([*self.poisoned, Range(start, end)])

    def written(self, start: int, end: int) -> None:
        """Somebody writes to these pages, be they his or not."""
        self.zero = without(self.zero, [Range(start, end)])
        self.poisoned = without(self.poisoned, [Range(start, end)])

    def handed_out(self, start: int, end: int, *, zero: bool = False) -> bool:
        """These pages are handed out, which may ask for zeroes; whether they are as they should be.

        Zero, where it is asked for or everything is; and untouched while they were free, where that shows.
        Linux: post_alloc_hook() and check_pages_unpoisoned(), mm/page_alloc.c and mm/page_poison.c.
        """
        block = Range(start, end)
        right = not self.poisoning or within(self.poisoned, block) == (block,)
        self.poisoned = without(self.poisoned, [block])
        if not self.init_on_free and (zero or self.init_on_alloc):
            self.zero = joined([*self.zero, block])
        elif self.poisoning:
            self.zero = without(self.zero, [block])
        elif self.init_on_free:
            right = within(self.zero, block) == (block,)
        return right
