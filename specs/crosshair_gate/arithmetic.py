"""The clauses of ``specs.definitions``, for each order and every page number."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed, start
from specs.crosshair_gate.rebuild import DEFINITIONS, definitions_of
from specs.ledger import Outcome, Theorem
from specs.subject import Subject, Twin

TWINS = {
    twin.name: twin
    for twin in (
        Twin("size-is-linear", DEFINITIONS, "power: int = 2**order", "power: int = 2 * order"),
        Twin(
            "aligned-to-the-half",
            DEFINITIONS,
            "return pfn % size(order) == 0",
            "return 2 * pfn % size(order) == 0",
        ),
        Twin(
            "buddy-always-above",
            DEFINITIONS,
            "return pfn + size(order) if aligned(pfn, order + 1) else pfn - size(order)",
            "return pfn + size(order)",
        ),
        Twin(
            "align-down-goes-up",
            DEFINITIONS,
            "return pfn - pfn % size(order)\n",
            "return pfn + -pfn % size(order)\n",
        ),
        Twin(
            "parent-is-the-upper-half",
            DEFINITIONS,
            "return pfn - pfn % size(order + 1)",
            "return pfn - pfn % size(order + 1) + size(order)",
        ),
        Twin("covers-past-the-end", DEFINITIONS, "page < pfn + size(order)", "page <= pfn + size(order)"),
        Twin(
            "neighbours-are-not-disjoint",
            DEFINITIONS,
            "return pfn + size(order) <= other or",
            "return pfn + size(order) < other or",
        ),
    )
}
"""Broken definitions; the twins of ``specs.twins`` break the core, which these clauses do not speak of."""


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Each definition at each order; where a block is meant, its start is a multiple of its size."""
    module = definitions_of(subject)
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
        f"specs.definitions.{name}"
        for name in ("size", "aligned", "buddy", "align_down", "parent", "covers", "disjoint")
    ),
    method="crosshair",
    check=check,
    rejects=tuple(TWINS),
    assumptions=("a block of order k starts at n * 2**k for an int n; a clause of aligned confirms it",),
)
