"""The memory that an implementation should have: the proved free lists, and the blocks that are out."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from verified_buddy.buddy import add_range
from verified_buddy.free_area import UNMOVABLE, FreeArea
from verified_buddy.oracle.trace import Header
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.spans import Spans

Live = dict[Order, dict[Pfn, int]]
"""The blocks that are out, by order: first page, and the number of the operation that handed it out."""


def brief(value: object) -> str:
    """A value that a trace holds, on one short line."""
    if isinstance(value, int) and value >= 1 << 64:
        return f"(a number of {value.bit_length()} bits)"
    shown = str(value) if isinstance(value, int) else ascii(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


@dataclass(frozen=True, slots=True)
class Owner:
    """Pages [start, end) that belong together."""

    kind: Literal["live", "free", "reserved", "outside"]
    start: int
    end: int
    order: Order | None = None
    since: int = 0


class Memory:
    """Who owns which page of a trace, after the operations done so far."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.area = FreeArea(header.max_order)
        self.spans = Spans()
        for start, end in header.free_ranges():
            self.spans.add(start, end)
        for start, end in self.spans.ranges():
            add_range(self.area, start, end, UNMOVABLE)
        self.orders = ORDERS[: header.max_order + 1]
        self.live: Live = {order: {} for order in self.orders}

    def smallest(self, order: Order) -> Order | None:
        """The least order, this or above, of which there is a free block."""
        for current in self.orders[order:]:
            if self.area.first(current, UNMOVABLE) is not None:
                return current
        return None

    def head(self, order: Order) -> Pfn:
        """The free block of that order which is taken next; there is one."""
        pfn = self.area.first(order, UNMOVABLE)
        assert pfn is not None
        return pfn

    def holder(self, pfn: Pfn, order: Order) -> Order | None:
        """The order of the free block that holds the block; None if none does."""
        for current in self.orders[order:]:
            if self.area.is_free_block(pfn & -(1 << current), current):
                return current
        return None

    def live_order(self, pfn: Pfn) -> Order | None:
        """The order of the live block that starts at the page; None if none does."""
        for order in self.orders:
            if pfn in self.live[order]:
                return order
        return None

    def owner(self, page: Pfn) -> Owner:
        """What the page belongs to."""
        for order in self.orders:
            head = Pfn(page & -(1 << order))
            end = head + (1 << order)
            since = self.live[order].get(head)
            if since is not None:
                return Owner("live", head, end, order, since)
            if self.area.is_free_block(head, order):
                return Owner("free", head, end, order)
        if page < self.header.start_pfn:
            return Owner("outside", 0, self.header.start_pfn)
        if page >= self.header.end_pfn:
            return Owner("outside", self.header.end_pfn, max(page + 1, 1 << 64))
        after = bisect_right(self.spans.starts, page)
        start = self.spans.ends[after - 1] if after else self.header.start_pfn
        end = self.spans.starts[after] if after < len(self.spans.starts) else self.header.end_pfn
        return Owner("reserved", start, end)
