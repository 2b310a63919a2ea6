"""What size, alignment, buddy and parent mean, in arithmetic: no bit operation stands here.

CrossHair confirms the clauses for every order 0..10 and unbounded page numbers; Z3 runs these very
functions beside the bit implementations of ``verified_buddy.pfn`` and proves them equal.  Orders are
concrete ints.
"""

from __future__ import annotations


def size(order: int) -> int:
    """The number of pages in a block of that order: twice as many as one order below.

    post: __return__ == (2 * size(order - 1) if order > 0 else 1)
    """
    power: int = 2**order
    return power


def aligned(pfn: int, order: int) -> bool:
    """Whether a block of that order may start at the page.

    The starts are the multiples of the size, a start for an order is one for every lower order, and
    each block ends where the next may start.

    post: __return__ == (pfn == pfn // size(order) * size(order))
    post: __return__ == aligned(pfn + size(order), order)
    post: not __return__ or order == 0 or aligned(pfn, order - 1)
    """
    return pfn % size(order) == 0


def buddy(pfn: int, order: int) -> int:
    """The first page of the other half of the block's parent.

    pre: aligned(pfn, order)
    post: __return__ != pfn and buddy(__return__, order) == pfn
    post: aligned(__return__, order) and disjoint(pfn, order, __return__, order)
    post: parent(__return__, order) == parent(pfn, order)
    """
    return pfn + size(order) if aligned(pfn, order + 1) else pfn - size(order)


def align_down(pfn: int, order: int) -> int:
    """The first page of the one aligned block of that order that holds the page.

    post: aligned(__return__, order)
    post: covers(__return__, order, pfn)
    """
    return pfn - pfn % size(order)


def parent(pfn: int, order: int) -> int:
    """The first page of the block of the next order that holds the block.

    pre: aligned(pfn, order)
    post: aligned(__return__, order + 1)
    post: __return__ == min(pfn, buddy(pfn, order))
    post: __return__ + size(order) == max(pfn, buddy(pfn, order))
    """
    return pfn - pfn % size(order + 1)


def covers(pfn: int, order: int, page: int) -> bool:
    """Whether the page lies in the block.

    pre: aligned(pfn, order)
    post: __return__ == (align_down(page, order) == pfn)
    """
    return pfn <= page < pfn + size(order)


def disjoint(pfn: int, order: int, other: int, other_order: int) -> bool:
    """Whether two blocks share no page.

    Two aligned blocks are disjoint, or the smaller lies in the larger: never both, never neither.

    pre: order <= other_order
    pre: aligned(pfn, order) and aligned(other, other_order)
    post: __return__ != (other <= pfn and pfn + size(order) <= other + size(other_order))
    """
    return pfn + size(order) <= other or other + size(other_order) <= pfn
