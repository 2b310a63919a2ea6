"""Page frame numbers and the blocks that they start; bits here, arithmetic in ``specs.model.definitions``."""

from __future__ import annotations

from typing import Final, NewType

Pfn = NewType("Pfn", int)
"""A page frame number: a physical address divided by the page size."""

Order = NewType("Order", int)
"""The binary logarithm of a block's size in pages."""

PFN_LIMIT: Final = 1 << 52
"""Pages are numbered below this; 64-bit physical addresses of 4 KiB pages need no more."""

MAX_ORDER: Final = Order(10)
"""The largest order of Linux 6.1 on x86-64 (which names the exclusive bound, 11, MAX_ORDER)."""

ORDER_LIMIT: Final = Order(32)
"""No zone may have a larger top order.  Proved: 0..10; accepted and tested: 11..32."""

ORDERS: Final = tuple(Order(order) for order in range(ORDER_LIMIT + 1))
"""Every order, ascending; a loop over orders walks a slice of it."""


def block_size(order: Order) -> int:
    """The number of pages in a block of that order.

    post: __return__ == 2**order
    """
    return 1 << order


def is_aligned(pfn: Pfn, order: Order) -> bool:
    """Whether a block of that order may start at the page.

    Linux: IS_ALIGNED(), include/linux/align.h.

    post: __return__ == (pfn % 2**order == 0)
    """
    return pfn & ((1 << order) - 1) == 0


def align_down(pfn: Pfn, order: Order) -> Pfn:
    """The first page of the aligned block of that order that contains the page.

    Linux: ALIGN_DOWN(), include/linux/align.h.

    post: __return__ == pfn - pfn % 2**order
    """
    return Pfn(pfn & -(1 << order))


def covers(pfn: Pfn, order: Order, page: Pfn) -> bool:
    """Whether the page lies in the block of that order that starts at the pfn.

    pre: is_aligned(pfn, order)
    post: __return__ == (pfn <= page and page < pfn + 2**order)
    """
    return page & -(1 << order) == pfn


def buddy_pfn(pfn: Pfn, order: Order) -> Pfn:
    """The first page of the other half of the block's parent.

    Linux: __find_buddy_pfn(), mm/internal.h.

    pre: is_aligned(pfn, order)
    post: __return__ == (pfn + 2**order if is_aligned(pfn, order + 1) else pfn - 2**order)
    """
    return Pfn(pfn ^ (1 << order))


def parent_pfn(pfn: Pfn, order: Order) -> Pfn:
    """The first page of the block of the next order that contains this block.

    Linux: combined_pfn = buddy_pfn & pfn in __free_one_page(), mm/page_alloc.c.

    pre: is_aligned(pfn, order)
    post: __return__ == pfn - pfn % 2**(order + 1)
    """
    return Pfn(pfn & (pfn ^ (1 << order)))
