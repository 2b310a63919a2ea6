"""How large the slabs of a cache are, how many objects are in one, and how many spare slabs it keeps.

Sizes are in bytes.  The size of an object is that of its slot: aligned, and with what is kept beside it.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.pfn import MAX_ORDER

PAGE_SIZE: Final = 4096
MAX_SIZE: Final = PAGE_SIZE << MAX_ORDER
"""An object of more bytes fits in no block of pages."""

SLUB_MAX_ORDER: Final = 3
"""The largest order that a cache is given if its objects are smaller; a boot option of that name."""

WASTE: Final = (16, 8, 4)
"""The part of a slab that may be left over, as a divisor: as little as will do."""

PARTIAL_LEAST: Final = 5
PARTIAL_MOST: Final = 10
"""Linux: MIN_PARTIAL and MAX_PARTIAL, mm/slub.c."""


def slab_bytes(order: int) -> int:
    """How many bytes a slab of that order has.

    pre: 0 <= order <= 10
    post: __return__ == 4096 * 2**order
    """
    return PAGE_SIZE << order


def order_for_bytes(size: int) -> int:
    """The least order that has so many bytes.

    Linux: get_order(), include/asm-generic/getorder.h.

    pre: 1 <= size <= 4096 * 2**11
    post: 4096 * 2**__return__ >= size
    post: __return__ == 0 or 4096 * 2 ** (__return__ - 1) < size
    """
    order = 0
    while PAGE_SIZE << order < size:
        order += 1
    return order


def objects_per_slab(order: int, size: int) -> int:
    """How many objects are in a slab of that order.

    Linux: order_objects(), mm/slub.c.

    pre: 0 <= order <= 10 and size >= 1
    post: __return__ * size <= 4096 * 2**order < (__return__ + 1) * size
    """
    return (PAGE_SIZE << order) // size


def min_objects(present: int, possible: int) -> int:
    """How many objects a slab should have at least, for so many CPUs that are present, or may ever be.

    Where one alone is present, others may not have come up yet.
    Linux: calculate_order(), mm/slub.c, where slub_min_objects is not given.

    pre: 1 <= present <= possible <= 8192
    post: __return__ % 4 == 0
    post: present == 1 or 2 ** (__return__ // 4 - 2) <= present < 2 ** (__return__ // 4 - 1)
    post: present > 1 or 2 ** (__return__ // 4 - 2) <= possible < 2 ** (__return__ // 4 - 1)
    """
    cpus = present if present > 1 else possible
    return 4 * (cpus.bit_length() + 1)


def calc_slab_order(size: int, objects: int, max_order: int, waste: int) -> int | None:
    """The least order that has so many objects and leaves over no more than that part; None if none does.

    Linux: calc_slab_order(), mm/slub.c.
    """
    for order in range(order_for_bytes(objects * size), max_order + 1):
        if slab_bytes(order) % size <= slab_bytes(order) // waste:
            return order
    return None


def calculate_order(size: int, objects: int, max_order: int = SLUB_MAX_ORDER) -> int | None:
    """The order of a cache's slabs, which should have so many objects each; None if one object is too large.

    Rather less waste than a smaller slab; rather fewer objects than more than a quarter of waste.
    Linux: calculate_order(), mm/slub.c.
    """
    wanted = min(objects, objects_per_slab(max_order, size))
    while wanted > 1:
        for waste in WASTE:
            order = calc_slab_order(size, wanted, max_order, waste)
            if order is not None:
                return order
        wanted -= 1
    order = order_for_bytes(size)
    return order if order <= MAX_ORDER else None


def min_partial(size: int) -> int:
    """How many slabs a cache keeps on its partial list before it releases those that are empty.

    Linux: kmem_cache_open() and set_min_partial(), mm/slub.c.

    pre: 1 <= size <= 4096 * 2**10
    post: 5 <= __return__ <= 10
    post: __return__ == 5 or 2 ** (2 * __return__) <= size
    post: __return__ == 10 or size < 2 ** (2 * __return__ + 2)
    """
    return min(max((size.bit_length() - 1) // 2, PARTIAL_LEAST), PARTIAL_MOST)
