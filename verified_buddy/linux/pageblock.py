"""Pageblocks: the unit of memory whose migratetype the kernel remembers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.pfn import ORDERS, Pfn

PAGEBLOCK_ORDER: Final = ORDERS[9]
"""A pageblock is a huge page of x86-64.  Linux: pageblock_order, include/linux/pageblock-flags.h."""

PAGEBLOCK_PAGES: Final = 1 << PAGEBLOCK_ORDER


def pageblock_start(pfn: Pfn) -> Pfn:
    """The first page of the pageblock that contains the page.

    Linux: pageblock_start_pfn(), include/linux/pageblock-flags.h.

    post: __return__ == pfn - pfn % 512
    """
    return Pfn(pfn & -PAGEBLOCK_PAGES)


class Pageblocks:
    """The migratetype of each pageblock of the machine; two zones that share one share its type.

    Linux: pageblock_flags of struct mem_section, include/linux/mmzone.h.  What was never set is UNMOVABLE.
    """

    __slots__ = ("_types",)

    def __init__(self) -> None:
        self._types: dict[Pfn, Migratetype] = {}

    def migratetype(self, pfn: int) -> Migratetype:
        """The type of the pageblock that contains the page.  Linux: get_pageblock_migratetype()."""
        return self._types.get(Pfn(pfn & -PAGEBLOCK_PAGES), UNMOVABLE)

    def set(self, pfn: Pfn, migratetype: Migratetype) -> None:
        """Set the type of the pageblock that contains the page.  Linux: set_pageblock_migratetype()."""
        self._types[pageblock_start(pfn)] = migratetype

    def types(self) -> Iterator[tuple[Pfn, Migratetype]]:
        """Every pageblock whose type was set, by its first page, ascending."""
        yield from sorted(self._types.items())
