"""The indices of fragmentation, whatever the figures of a zone, for some orders."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

ORDERS = (0, 3, 10)


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """What is computed from the figures."""
    module = subject.linux.fragmentation
    for order in ORDERS:
        for name in ("fragmentation_index", "unusable_index", "extfrag_for_order"):
            yield narrowed(getattr(module, name), order=exactly(order))
    yield narrowed(subject.proc.extfrag.thousandths)


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="fragmentation-ranges-confirmed",
    says="The fragmentation index is -1000 if and only if a block would do, 0 without any, and else in "
    "-500..1000; the unusable part is in 0..1000, and 1000 if and only if no free block would do; percent "
    "likewise; whole ones and thousandths make up the index: as their contracts say.",
    about=(
        *(
            f"verified_buddy.linux.fragmentation.{name}"
            for name in ("fragmentation_index", "unusable_index", "extfrag_for_order")
        ),
        "verified_buddy.proc.extfrag.thousandths",
    ),
    method="crosshair",
    check=check,
    rejects=(
        "fragmentation-suitable-last",
        "fragmentation-none-is-all-usable",
        "fragmentation-percent-of-none",
        "extfrag-rounds-down",
    ),
    domain=Domain(
        starts="nothing but arguments",
        pages="none; numbers of pages and blocks: every int from 0 on",
        sizes=(f"orders: {', '.join(map(str, ORDERS))}",),
    ),
)
