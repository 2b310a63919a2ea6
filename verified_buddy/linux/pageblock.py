"""Pageblocks: the unit of memory whose migratetype the kernel remembers; and to whom each page belongs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.free_area import UNMOVABLE, FreeArea, Migratetype
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
    """What the zones of a machine share: the migratetype of each pageblock, and to which each page belongs.

    Two zones that share a pageblock share its type; what was never set is UNMOVABLE.
    Linux: pageblock_flags of struct mem_section, include/linux/mmzone.h, and the zone in struct page.
    """

    __slots__ = ("_types", "_zones")

    def __init__(self) -> None:
        self._types: dict[Pfn, Migratetype] = {}
        self._zones: list[tuple[Pfn, Pfn, FreeArea]] = []

    def migratetype(self, pfn: int) -> Migratetype:
        """The type of the pageblock that contains the page.  Linux: get_pageblock_migratetype()."""
        return self._types.get(Pfn(pfn & -PAGEBLOCK_PAGES), UNMOVABLE)

    def set(self, pfn: Pfn, migratetype: Migratetype) -> None:
        """Set the type of the pageblock that contains the page.  Linux: set_pageblock_migratetype()."""
        self._types[pageblock_start(pfn)] = migratetype

    def belong(self, start: Pfn, end: Pfn, free_area: FreeArea) -> None:
        """From now on the pages [start, end) belong to the zone that has these free lists."""
        self._zones.append((start, end, free_area))

    def free_area_of(self, pfn: int) -> FreeArea | None:
        """The free lists of the zone to which the page belongs; None if it belongs to none.

        Linux: page_zone(), include/linux/mm.h.
        """
        for start, end, free_area in reversed(self._zones):
            if start <= pfn < end:
                return free_area
        return None

    def types(self) -> Iterator[tuple[Pfn, Migratetype]]:
        """Every pageblock whose type was set, by its first page, ascending."""
        yield from sorted(self._types.items())
