"""The order of slabs for every size and number of objects, and caches that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from specs.exhaustive.slab_states import Source
from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model.slab import PAGE, least_order, orders, spare_slabs, wanted_objects

SIZES = range(8, 8193)
LARGEST = PAGE * 2**10
OTHERS = (
    *range(700, 8192, 509),
    *range(8193, 40_000, 997),
    *(near for power in range(14, 23) for near in (2**power - 1, 2**power)),
)
"""Sizes that are tried with other largest orders."""
MAX_ORDERS = (0, 1, 2, 4, 10)
CPUS = (1, 2, 3, 4, 7, 8, 255, 256, 8191, 8192)

ODD: tuple[Any, ...] = (None, True, 1.5, "1", -1, 10**40)
COUNTS = {
    "size": ((7, LARGEST + 1, 0), (8, LARGEST)),
    "cpus": ((0, 8193), (1, 8192)),
    "slub_min_objects": ((LARGEST + 1,), (0, 1, LARGEST)),
    "slub_max_order": ((11,), (0, 10)),
    "min_partial_slabs": ((LARGEST + 1,), (0, LARGEST, None)),
}
"""What is refused besides, and what is not."""
MASKS = ((2, 8, 0x20, 0x40000, 5, 0x15, 1 << 24), (0, 1, 4, 16, 17, 20))
SEQUENCES: tuple[Any, ...] = ([], [0], [0, 0], [1, 2], [0, 1, 2], [0, True], [0, "1"], [0.0, 1], [-1, 0])


def visit(subject: Subject, _: int) -> Visited:
    """Each order is the first in the definition's list, for every number of objects that may be wanted."""
    layout, count = subject.slab.layout, 1
    if layout.calculate_order(LARGEST + 1, 8) is not None:
        raise Refuted(f"an object of {LARGEST + 1} bytes is given a slab")
    for size, max_order in (
        *((size, 3) for size in (*SIZES, *OTHERS)),
        *((size, max_order) for size in OTHERS for max_order in MAX_ORDERS),
    ):
        usual = orders(size, max_order)
        for wanted, order in (*enumerate([*usual, usual[-1]]), (10**6, usual[-1])):
            count += 1
            got = layout.calculate_order(size, wanted, max_order)
            if got != order:
                call = f"calculate_order({size}, {wanted}, {max_order})"
                raise Refuted(f"{call} is {got}", f"by definition it is {order}")
        if layout.order_for_bytes(size) != least_order(size):
            raise Refuted(f"order_for_bytes({size}) is {layout.order_for_bytes(size)}")
    return Visited(count, count)


def refusals() -> Iterator[tuple[dict[str, Any], str]]:
    """Arguments of a cache whose slabs have two objects, and the error, or none."""
    for name, (wrong, right) in COUNTS.items():
        odd = [each for each in ODD if each is not None or name != "min_partial_slabs"]
        yield from (({name: value}, "InvalidCount") for value in (*wrong, *odd))
        yield from (({name: value}, "") for value in right)
    yield from (({"of_cache": value}, "InvalidGfp") for value in (*MASKS[0], *ODD))
    yield from (({"of_cache": value}, "") for value in MASKS[1])
    yield from (({"sequence": value}, "InvalidSequence") for value in SEQUENCES)
    yield from (({"sequence": value}, "") for value in (None, [0, 1], [1, 0]))


def refused(subject: Subject, _: int) -> Visited:
    """A cache is refused if and only if it cannot be, with one error; else it has the figures asked for."""
    count = 0
    for asked, error in refusals():
        count += 1
        given = {"size": 2048, "slub_min_objects": 2, **asked}
        try:
            cache = subject.slab.cache.SlabCache(Source({}, 0), **given)
        except subject.errors.BuddyError as raised:
            if type(raised).__name__ != error:
                raise Refuted(
                    f"SlabCache({given}) raises {raised}", f"expected {error or 'none'}"
                ) from raised
            continue
        spare = given.get("min_partial_slabs")
        wanted = spare_slabs(given["size"]) if spare is None else spare
        if error or cache.min_partial != wanted:
            raise Refuted(f"SlabCache({given}) keeps {cache.min_partial}", f"expected {error or wanted}")
    for cpus in CPUS:
        count += 1
        cache = subject.slab.cache.SlabCache(Source({}, 0), 512, cpus=cpus)
        if cache.order != orders(512)[wanted_objects(cpus)]:
            raise Refuted(f"with {cpus} CPUs the order of 512 bytes is {cache.order}")
    for size in (near for power in range(4, 23) for near in (2**power - 1, 2**power)):
        count += 1
        if subject.slab.layout.min_partial(size) != spare_slabs(size):
            raise Refuted(f"min_partial({size}) is not {spare_slabs(size)}")
    return Visited(count, count)


class Asked:
    """A zone that only writes down what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def alloc(self, order: int, migratetype: int, cpu: int) -> int:
        """Page 8."""
        self.calls.append(("alloc", order, migratetype, cpu))
        return 8

    def free(self, pfn: int, order: int, cpu: int) -> None:
        """The block comes back."""
        self.calls.append(("free", pfn, order, cpu))


def of_zone(subject: Subject, _: int) -> Visited:
    """The zone is asked for the order and the type that the flags say, on the CPU, and gets the same back."""
    count = 0
    for order, of_cache, cpu in product((0, 3, 10), (0, 1, 4, 0x10, 0x11, 0x14), (0, 1, 7)):
        count += 1
        zone = Asked()
        pages = subject.slab.pages.ZonePages(zone, cpu)
        pfn = pages.alloc(order, 0xCC0 | of_cache)
        pages.free(pfn, order)
        kind = 2 if of_cache & 0x10 else 0
        wanted = [("alloc", order, kind, cpu), ("free", 8, order, cpu)]
        if zone.calls != wanted:
            raise Refuted(
                f"order {order}, cache flags {of_cache:#x}, CPU {cpu}: {zone.calls}", f"not {wanted}"
            )
    return Visited(count, count)
