"""The package's own zone as an allocator to be driven: ``--python tests.conform.zone_pool:pool``."""

from __future__ import annotations

from verified_buddy import Order, Pfn, Zone


class Pool:
    """A zone with one range."""

    def __init__(self, start: int, pages: int, top: int) -> None:
        self.zone = Zone(Order(top))
        self.zone.add_range(Pfn(start), Pfn(start + pages))
        self.top = top

    def alloc(self, order: int) -> int | None:
        return self.zone.alloc(Order(order)) if order <= self.top else None

    def free(self, pfn: int, order: int) -> None:
        self.zone.free(Pfn(pfn), Order(order))


def pool(start: int, pages: int, top: int) -> Pool:
    return Pool(start, pages, top)
