"""The buddy operations on the free lists: allocate by splitting, free by merging, claim, and feed at boot.

Every block that these functions are given is owned by the caller, aligned, and of an order in
0..max_order; ``verified_buddy.zone`` checks what comes from outside.  The formulas of
``verified_buddy.pfn`` are written out here, since a call costs as much as a list operation; the
policy theorems prove that they are the same.
"""

from __future__ import annotations

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.pfn import ORDERS, Order, Pfn


def rmqueue_smallest(area: FreeArea, order: Order, migratetype: Migratetype) -> Pfn | None:
    """Take a block of the order off the smallest sufficient list; None if there is none.

    Linux: __rmqueue_smallest(), mm/page_alloc.c.
    """
    for current in ORDERS[order : area.max_order + 1]:
        pfn = area.first(current, migratetype)
        if pfn is not None:
            area.remove(pfn, current)
            expand(area, pfn, order, current, migratetype)
            return pfn
    return None


def expand(area: FreeArea, pfn: Pfn, low: Order, high: Order, migratetype: Migratetype) -> None:
    """Split the owned block of order ``high`` around the page down to order ``low``.

    From the greatest to the smallest, the half without the page goes to the head of its list.
    Linux: expand(); with a page that is not the first, break_down_buddy_pages(); mm/page_alloc.c.
    """
    while low < high:
        high = ORDERS[high - 1]
        other = Pfn((pfn & -(1 << high)) ^ (1 << high))
        area.add(other, high, migratetype, tail=False)


def free_one_page(
    area: FreeArea, pfn: Pfn, order: Order, migratetype: Migratetype, *, to_tail: bool = False
) -> None:
    """Give an owned block back: merge it with its free buddies, then list the result.

    Linux: __free_one_page(), mm/page_alloc.c; ``to_tail`` is its FPI_TO_TAIL.
    """
    while order < area.max_order:
        buddy = pfn ^ (1 << order)
        if not area.is_free_block(buddy, order):
            break
        area.remove(Pfn(buddy), order)
        pfn = Pfn(pfn & buddy)
        order = ORDERS[order + 1]
    tail = to_tail or buddy_merge_likely(area, pfn, order)
    area.add(pfn, order, migratetype, tail=tail)


def buddy_merge_likely(area: FreeArea, pfn: Pfn, order: Order) -> bool:
    """Whether the block's parent would merge at once, were the block's buddy free too.

    Linux: buddy_merge_likely(), mm/page_alloc.c.
    """
    above = order + 1
    if above >= area.max_order:
        return False
    return area.is_free_block((pfn & -(1 << above)) ^ (1 << above), above)


def take(area: FreeArea, pfn: Pfn, order: Order) -> bool:
    """Claim this very block; False, with nothing changed, unless it is wholly free.

    Linux: take_page_off_buddy(), mm/page_alloc.c, for any order.
    """
    for current in ORDERS[order : area.max_order + 1]:
        head = pfn & -(1 << current)
        if area.is_free_block(head, current):
            migratetype = area.remove(Pfn(head), current)
            expand(area, pfn, order, current, migratetype)
            return True
    return False


def add_range(area: FreeArea, start: Pfn, end: Pfn, migratetype: Migratetype) -> None:
    """Feed owned pages [start, end) to the free lists, in ascending greatest aligned blocks.

    Linux: __free_pages_memory(), mm/memblock.c, over __free_pages_core(), mm/page_alloc.c.
    """
    pfn = start
    while pfn < end:
        order = area.max_order
        while pfn & ((1 << order) - 1) != 0:
            order = Order(order - 1)
        while end - pfn < 1 << order:
            order = Order(order - 1)
        free_one_page(area, pfn, order, migratetype, to_tail=True)
        pfn = Pfn(pfn + (1 << order))
