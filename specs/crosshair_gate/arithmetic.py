"""The clauses of ``specs.model.definitions``, for each order and every page number."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed, start
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Each definition at each order; where a block is meant, its start is a multiple of its size."""
    module = subject.definitions
    orders = range(max(max_orders) + 1)
    for order in orders:
        this = exactly(order)
        yield narrowed(module.size, order=this)
        yield narrowed(module.aligned, order=this)
        yield narrowed(module.align_down, order=this)
        for function in (module.buddy, module.parent, module.covers):
            yield narrowed(function, pfn=start(order), order=this)
        for other_order in orders[order:]:
            yield narrowed(
                module.disjoint,
                pfn=start(order),
                order=this,
                other=start(other_order),
                other_order=exactly(other_order),
            )


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="definitions-confirmed",
    says="The arithmetic definitions of size, alignment, buddy, parent, covers and disjoint satisfy their "
    "contracts at every order and every page number, however large.",
    about=tuple(
        f"specs.model.definitions.{name}"
        for name in ("size", "aligned", "buddy", "align_down", "parent", "covers", "disjoint")
    ),
    method="crosshair",
    check=check,
    rejects=(
        "size-is-linear",
        "aligned-to-the-half",
        "buddy-always-above",
        "align-down-goes-up",
        "parent-is-the-upper-half",
        "covers-past-the-end",
        "neighbours-are-not-disjoint",
    ),
    domain=Domain(
        starts="nothing but arguments",
        pages="every int",
        max_orders=tuple(range(11)),
        sizes=("a block of order k starts at n * 2**k for an int n, as a clause of aligned confirms",),
    ),
)
