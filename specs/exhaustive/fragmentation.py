"""The indices of fragmentation, beside their definitions, for all small numbers of free blocks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model import fragmentation as means

TOP = 10
NAMES = ("fragmentation_index", "unusable_index", "extfrag_for_order")
FEW = 3
RECORDED = (
    (3, 4, 9, 4, 6, 6, 7, 6, 5, 2, 13),
    (9, 13, 9, 10, 5, 1, 2, 1, 0, 0, 0),
    (5838, 36, 0, 3, 1, 2, 0, 1, 1, 2, 11),
    (1000, *(0,) * TOP),
    (45_000, *(0,) * TOP),
)
SIZES = (
    f"blocks: 0..{FEW - 1} of each of five neighbouring orders, a single one of each order, "
    "and five lists of up to 45,000",
    f"orders of the request: 0..{TOP}",
)


def free_lists() -> Iterator[tuple[int, ...]]:
    """Numbers of free blocks by order."""
    for few in product(range(FEW), repeat=5):
        for low in (0, TOP - 4):
            yield (0,) * low + few + (0,) * (TOP - 4 - low)
    for order in range(TOP + 1):
        yield tuple(int(each == order) for each in range(TOP + 1))
    yield from RECORDED


def visit(subject: Subject, _: int) -> Visited:
    """Each index is that of the definition, and the part that is of no use grows with the order."""
    module, count = subject.linux.fragmentation, 0
    for nr_free in free_lists():
        shares = []
        for order in range(TOP + 1):
            info = module.contig_pages(nr_free, order)
            if info.blocks_suitable != means.pieces(nr_free, order):
                raise Refuted(f"contig_pages({nr_free}, {order}) has {info.blocks_suitable} suitable blocks")
            for name in NAMES:
                count += 1
                got, wanted = getattr(module, name)(order, info), getattr(means, name)(nr_free, order)
                if got != wanted:
                    raise Refuted(f"{name}({order}) of {nr_free} is {got}", f"by definition it is {wanted}")
            shares.append(module.unusable_index(order, info))
        if any(larger < smaller for smaller, larger in pairwise(shares)):
            raise Refuted(f"of {nr_free} less is of no use for a larger order: {shares}")
    return Visited(count, count)
