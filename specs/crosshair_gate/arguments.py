"""The argument checks at the zone's edge, for values of every kind that a caller may pass by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from verified_buddy.pfn import ORDERS

KINDS = (int, bool, float, str, type(None))


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """The checks at every order that a zone may have, whatever the max_orders."""
    zone = subject.zone
    for kind in KINDS:
        yield narrowed(zone.order_error, order=kind, max_order=int)
        yield narrowed(zone.pfn_error, pfn=kind, order=exactly(*ORDERS))
        for end in KINDS:
            yield narrowed(zone.range_error, start=kind, end=end)


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="arguments-confirmed",
    says="An order, a page or a range is accepted if and only if it is made of ints within the stated "
    "bounds; any other int, and every bool, float, str and None, is rejected.",
    about=tuple(f"verified_buddy.zone.{name}_error" for name in ("order", "pfn", "range")),
    method="crosshair",
    check=check,
    rejects=("order-past-the-top", "pfn-past-the-limit", "range-may-be-empty"),
    domain=Domain(
        starts="nothing but arguments",
        pages="every int, and values of other types",
        max_orders=ORDERS,
        sizes=(f"types of arguments: {', '.join(kind.__name__ for kind in KINDS)}",),
    ),
)
