"""Pages for slabs, which can run short."""

from __future__ import annotations

from verified_buddy.pfn import Order, Pfn


class PagePool:
    """Blocks from page 16 on; none of an order above the largest that is left."""

    def __init__(self, largest: int = 10) -> None:
        self.largest = largest
        self.next = 16
        self.held: dict[Pfn, Order] = {}
        self.asked: list[tuple[int, int]] = []

    def alloc(self, order: Order, gfp_mask: int) -> Pfn | None:
        """The next block."""
        self.asked.append((order, gfp_mask))
        if order > self.largest:
            return None
        pfn = Pfn(-(-self.next // (1 << order)) << order)
        self.next = pfn + (1 << order)
        self.held[pfn] = order
        return pfn

    def free(self, pfn: Pfn, order: Order) -> None:
        """It comes back as it was."""
        assert self.held.pop(pfn) == order
