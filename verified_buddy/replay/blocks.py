"""Blocks of any order by their first pages: which of them share a page with another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verified_buddy.pfn import Order, Pfn


class Blocks:
    """Disjoint blocks."""

    def __init__(self) -> None:
        self.order_of: dict[Pfn, Order] = {}
        """By the first page of each block: its order."""
        self.larger: tuple[Order, ...] = ()
        """The orders above 0 of which there are blocks."""
        self._many: dict[Order, int] = {}

    def add(self, pfn: Pfn, order: Order) -> None:
        """One block more, which shares a page with none."""
        self.order_of[pfn] = order
        if order:
            self._many[order] = self._many.get(order, 0) + 1
            if self._many[order] == 1:
                self.larger = tuple(sorted((*self.larger, order)))

    def drop(self, pfn: Pfn) -> Order:
        """The block is there no more; its order."""
        order = self.order_of.pop(pfn)
        if order:
            self._many[order] -= 1
            if self._many[order] == 0:
                self.larger = tuple(each for each in self.larger if each != order)
        return order

    def around(self, pfn: Pfn, order: int) -> Pfn | None:
        """The first page of the larger block that holds the page and starts before it."""
        get = self.order_of.get
        for current in self.larger:
            head = Pfn(pfn & -(1 << current))
            if get(head) == current > order and head != pfn:
                return head
        return None

    def sharing(self, pfn: Pfn, order: Order) -> Iterator[tuple[Pfn, Order]]:
        """The blocks that share a page with that one, which need not be aligned."""
        pages: Iterable[Pfn] = map(Pfn, range(pfn, pfn + (1 << order)))
        if 1 << order > len(self.order_of):
            pages = sorted(page for page in self.order_of if pfn <= page < pfn + (1 << order))
        yield from ((page, self.order_of[page]) for page in pages if page in self.order_of)
        head = self.around(pfn, order)
        if head is not None:
            yield head, self.order_of[head]

    def cut_out(self, pfn: Pfn, order: Order) -> bool:
        """Drop the pages of an aligned block, and keep what else was of the same blocks; whether any was."""
        if not order:
            of = self.order_of.get(pfn)
            if of == 0:
                del self.order_of[pfn]
                return True
            if of is None and self.around(pfn, order) is None:
                return False
        owners = list(self.sharing(pfn, order))
        for head, current in owners:
            self.drop(head)
            while current > order:
                current = Order(current - 1)
                half = 1 << current
                kept = head if pfn & half else Pfn(head + half)
                head = Pfn(head + half) if pfn & half else head
                self.add(kept, current)
        return bool(owners)
