"""A slab: a block of pages that is cut into objects of one size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from verified_buddy.pfn import Order, Pfn
from verified_buddy.slab.layout import PAGE_SIZE, objects_per_slab

ADDRESSES: Final = 1 << 64
"""No address is as large.  An address is here the offset of a byte in physical memory."""


def object_address(pfn: int, index: int, size: int) -> int:
    """Where an object of the slab that starts at that page begins.

    pre: pfn >= 0 and index >= 0 and size >= 1
    post: __return__ - 4096 * pfn == index * size
    """
    return PAGE_SIZE * pfn + index * size


def object_index(pfn: int, objects: int, size: int, address: int) -> int | None:
    """Which object of the slab begins at the address; None if none does.

    Linux: check_valid_pointer() and __obj_to_index(), mm/slub.c and include/linux/slub_def.h.

    pre: pfn >= 0 and objects >= 1 and size >= 1
    post: __return__ is None or 0 <= __return__ < objects
    post: __return__ is None or address == 4096 * pfn + __return__ * size
    """
    offset = address - PAGE_SIZE * pfn
    if not 0 <= offset < objects * size or offset % size != 0:
        return None
    return offset // size


class Slab:
    """The objects of one block of pages.  Linux: struct slab, mm/slab.h.

    ``free_list`` has the objects that are free by their indexes, the one that is handed out next at the end;
    ``in_use`` has the others.
    """

    __slots__ = ("free_list", "in_use", "objects", "order", "pfn", "size")

    def __init__(self, pfn: Pfn, order: Order, size: int, sequence: Iterable[int] | None = None) -> None:
        """All objects are free, ascending or in that sequence, which may have more than there are."""
        self.pfn = pfn
        self.order = order
        self.size = size
        self.objects = objects_per_slab(order, size)
        indexes = range(self.objects) if sequence is None else sequence
        self.free_list = [index for index in indexes if index < self.objects][::-1]
        self.in_use: set[int] = set()

    def __repr__(self) -> str:
        return f"<Slab at page {self.pfn}, order {self.order}, {len(self.in_use)}/{self.objects} in use>"

    def pages(self) -> list[Pfn]:
        """The pages of the slab."""
        return [Pfn(page) for page in range(self.pfn, self.pfn + (1 << self.order))]

    def take(self) -> int:
        """Hand out the object at the head of the free list; there must be one."""
        index = self.free_list.pop()
        self.in_use.add(index)
        return object_address(self.pfn, index, self.size)

    def put(self, index: int) -> None:
        """Put an object that is in use at the head of the free list."""
        self.in_use.remove(index)
        self.free_list.append(index)
