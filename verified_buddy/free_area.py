"""The free lists: blocks by order and migratetype, in the exact order in which Linux would keep them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NewType

from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn

Migratetype = NewType("Migratetype", int)
"""Which kind of use a free list serves; Linux: enum migratetype, include/linux/mmzone.h."""

UNMOVABLE: Final = Migratetype(0)

FreeList = OrderedDict[Pfn, Migratetype]
"""First pages of free blocks, head first; each with the migratetype of its list."""


class FreeAreaOrder:
    """The free blocks of one order.  Linux: struct free_area, include/linux/mmzone.h."""

    __slots__ = ("free_list", "list_of")

    def __init__(self, migratetypes: int) -> None:
        self.free_list: list[FreeList] = [OrderedDict() for _ in range(migratetypes)]
        self.list_of: dict[Pfn, FreeList] = {}

    @property
    def nr_free(self) -> int:
        """The number of free blocks of this order, over all migratetypes."""
        return len(self.list_of)


class FreeArea:
    """The free lists of a zone, and the four primitives through which all code reaches them.

    Linux: zone->free_area[], with add_to_free_list() and its _tail(), del_page_from_free_list(),
    get_page_from_free_area() and page_is_buddy(), mm/page_alloc.c.
    A page frame number is an opaque key here.  Memory follows the number of free blocks.
    """

    __slots__ = ("_free_list", "_list_of", "max_order", "orders")

    def __init__(self, max_order: Order = MAX_ORDER, migratetypes: int = 1) -> None:
        self.max_order = max_order
        self.orders = [FreeAreaOrder(migratetypes) for _ in ORDERS[: max_order + 1]]
        self._free_list = [area.free_list for area in self.orders]
        self._list_of = [area.list_of for area in self.orders]

    def __getitem__(self, order: Order) -> FreeAreaOrder:
        return self.orders[order]

    def __repr__(self) -> str:
        """As in /proc/buddyinfo: the number of free blocks of each order."""
        counts = " ".join(f"{area.nr_free}" for area in self.orders)
        return f"<FreeArea: free blocks of order 0..{self.max_order}: {counts}>"

    def add(self, pfn: Pfn, order: Order, migratetype: Migratetype, *, tail: bool) -> None:
        """List a block, at the head of its list or at the tail.  The caller owns the block."""
        free_list = self._free_list[order][migratetype]
        self._list_of[order][pfn] = free_list
        free_list[pfn] = migratetype
        if not tail:
            free_list.move_to_end(pfn, last=False)

    def remove(self, pfn: Pfn, order: Order) -> Migratetype:
        """Unlist a free block of that order; the caller owns it now.  Returns its migratetype."""
        return self._list_of[order].pop(pfn).pop(pfn)

    def first(self, order: Order, migratetype: Migratetype) -> Pfn | None:
        """The head of the list, which is taken next; None if the list is empty."""
        return next(iter(self._free_list[order][migratetype]), None)

    def is_free_block(self, pfn: int, order: int) -> bool:
        """Whether a free block of exactly that order starts at the page, on any list."""
        return pfn in self._list_of[order]

    def nr_free_pages(self) -> int:
        """The number of free pages.  Linux: NR_FREE_PAGES."""
        return sum(area.nr_free << order for order, area in zip(ORDERS, self.orders, strict=False))

    def blocks(self) -> Iterator[tuple[Pfn, Order, Migratetype]]:
        """Every free block with its order and migratetype: by order, by type, in list order."""
        for order, area in zip(ORDERS, self.orders, strict=False):
            for free_list in area.free_list:
                for pfn, migratetype in free_list.items():
                    yield pfn, order, migratetype
