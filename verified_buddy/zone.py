"""A zone: free lists, and the live blocks without which no free could be judged."""

from __future__ import annotations

from verified_buddy import buddy
from verified_buddy.errors import (
    BuddyError,
    DoubleFree,
    InvalidOrder,
    InvalidPfn,
    InvalidRange,
    MiddleOfBlock,
    Misaligned,
    OutOfRange,
    Overlap,
    WrongOrder,
)
from verified_buddy.free_area import UNMOVABLE, FreeArea
from verified_buddy.pfn import MAX_ORDER, ORDER_LIMIT, ORDERS, PFN_LIMIT, Order, Pfn
from verified_buddy.spans import Spans


def order_error(order: object, max_order: int) -> InvalidOrder | None:
    """Why this cannot be the order of a block; None if it can.

    pre: 0 <= max_order <= 32
    post: (__return__ is None) == (type(order) is int and 0 <= order <= max_order)
    """
    if type(order) is not int or not 0 <= order <= max_order:
        return InvalidOrder(order, max_order)
    return None


def pfn_error(pfn: object, order: Order) -> InvalidPfn | None:
    """Why no block of that order can start here, whatever the zone; None if one can.

    pre: 0 <= order <= 32
    post: (__return__ is None) == (type(pfn) is int and pfn >= 0 and pfn + 2**order <= 2**52)
    """
    if type(pfn) is not int or not 0 <= pfn <= PFN_LIMIT - (1 << order):
        return InvalidPfn(pfn, order)
    return None


def range_error(start: object, end: object) -> InvalidRange | None:
    """Why [start, end) is not a range of pages; None if it is.

    post: (__return__ is None) == (type(start) is type(end) is int and 0 <= start < end <= 2**52)
    """
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= PFN_LIMIT:
        return InvalidRange(start, end)
    return None


def reject(error: BuddyError | None) -> None:
    """Raise the error, if there is one."""
    if error is not None:
        raise error


class Zone:
    """Memory that is handed out in blocks of 2**order pages.

    A call that raises a ``BuddyError`` has changed nothing.  One call at a time: Linux holds
    zone->lock here.  Linux: struct zone, include/linux/mmzone.h.
    """

    def __init__(self, max_order: Order = MAX_ORDER) -> None:
        """An empty zone whose largest blocks have 2**max_order pages."""
        reject(order_error(max_order, ORDER_LIMIT))
        self.free_area = FreeArea(max_order)
        self.live: dict[Pfn, Order] = {}
        self.spans = Spans()

    def __repr__(self) -> str:
        pages = sum(end - start for start, end in self.spans.ranges())
        held = f"pages {pages}, free pages {self.nr_free_pages()}, live blocks {len(self.live)}"
        return f"<{type(self).__name__}: max_order {self.free_area.max_order}, {held}>"

    def add_range(self, start: Pfn, end: Pfn) -> None:
        """Give the pages [start, end) to the zone, free.

        Raises InvalidRange, or Overlap if the zone has any of these pages already.
        """
        reject(range_error(start, end))
        if self.spans.overlaps(start, end):
            raise Overlap(start, end)
        self.spans.add(start, end)
        buddy.add_range(self.free_area, start, end, UNMOVABLE)

    def alloc(self, order: Order) -> Pfn | None:
        """Hand out a block, and return its first page; None if no free block is large enough.

        Raises InvalidOrder.
        """
        reject(order_error(order, self.free_area.max_order))
        pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)
        if pfn is not None:
            self.live[pfn] = order
        return pfn

    def free(self, pfn: Pfn, order: Order) -> None:
        """Take back a live block, which is named by its first page and its order.

        Raises InvalidOrder, InvalidPfn, WrongOrder, Misaligned, MiddleOfBlock, DoubleFree,
        OutOfRange: the first that holds.
        """
        reject(order_error(order, self.free_area.max_order))
        reject(pfn_error(pfn, order))
        if self.live.get(pfn) != order:
            raise self.why_not_live(pfn, order)
        del self.live[pfn]
        buddy.free_one_page(self.free_area, pfn, order, UNMOVABLE)

    def take(self, pfn: Pfn, order: Order) -> bool:
        """Hand out this very block; False if any of its pages is not free.

        Raises InvalidOrder, InvalidPfn, Misaligned, or OutOfRange if the zone lacks a page of it.
        """
        reject(order_error(order, self.free_area.max_order))
        reject(pfn_error(pfn, order))
        if pfn & ((1 << order) - 1) != 0:
            raise Misaligned(pfn, order)
        if not self.spans.covers(pfn, Pfn(pfn + (1 << order))):
            raise OutOfRange(pfn)
        if not buddy.take(self.free_area, pfn, order):
            return False
        self.live[pfn] = order
        return True

    def why_not_live(self, pfn: Pfn, order: Order) -> BuddyError:
        """Why the block, which is not live, is not: who owns its first page."""
        if pfn in self.live:
            return WrongOrder(pfn, self.live[pfn], order)
        if pfn & ((1 << order) - 1) != 0:
            return Misaligned(pfn, order)
        for current in ORDERS[order + 1 : self.free_area.max_order + 1]:
            head = Pfn(pfn & -(1 << current))
            if self.live.get(head) == current:
                return MiddleOfBlock(pfn, head, current)
        for current in ORDERS[: self.free_area.max_order + 1]:
            if self.free_area.is_free_block(pfn & -(1 << current), current):
                return DoubleFree(pfn)
        return OutOfRange(pfn)

    def nr_free_pages(self) -> int:
        """The number of free pages.  Linux: NR_FREE_PAGES."""
        return self.free_area.nr_free_pages()
