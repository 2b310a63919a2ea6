"""What a replay asks of the free lists, beside what the model does to them."""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn

MASKS: Final = tuple(-(1 << order) for order in ORDERS[: MAX_ORDER + 1])
"""By order: what makes a page the first of its block."""


def smallest_order(area: FreeArea, order: Order, migratetype: Migratetype) -> Order | None:
    """The least order, this or above, of which the type's list has a block."""
    for current in ORDERS[order : area.max_order + 1]:
        if area.first(current, migratetype) is not None:
            return current
    return None


def head_of_smallest(area: FreeArea, order: Order, migratetype: Migratetype) -> Pfn | None:
    """The first page of the block that a request would get from the lists of its own type."""
    for current in ORDERS[order : area.max_order + 1]:
        pfn = area.first(current, migratetype)
        if pfn is not None:
            return pfn
    return None


def rotate(area: FreeArea, head: Pfn, order: Order, migratetype: Migratetype) -> None:
    """Make the block the head of its list; those before it go to the tail, in their order.

    Linux: move_freelist_head() and move_freelist_tail(), mm/compaction.c, both end like this.
    """
    while (first := area.first(order, migratetype)) is not None and first != head:
        area.remove(first, order)
        area.add(first, order, migratetype, tail=True)


def holder(area: FreeArea, pfn: Pfn) -> tuple[Pfn, Order] | None:
    """The free block that contains the page."""
    for order in ORDERS[: area.max_order + 1]:
        head = Pfn(pfn & -(1 << order))
        if area.is_free_block(head, order):
            return head, order
    return None


def used_pages(zone: MobilityZone, pfn: Pfn) -> int:
    """How many pages from this one to its pageblock's end are in use: as many can be movable, and no more."""
    pages = range(pfn, pageblock_start(pfn) + PAGEBLOCK_PAGES)
    return sum(holder(zone.free_area, Pfn(page)) is None for page in pages)


def overlaps_free(area: FreeArea, pfn: Pfn, order: Order) -> bool:
    """Whether any page of the block is free."""
    for listed, mask in zip(area.orders, MASKS, strict=True):
        if pfn & mask in listed.list_of:
            return True
    return order > 0 and any(
        area.is_free_block(page, current)
        for current in ORDERS[:order]
        for page in range(pfn, pfn + (1 << order), 1 << current)
    )
