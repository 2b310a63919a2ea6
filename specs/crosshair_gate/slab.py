"""The figures of slab caches, for every size, and where the objects of a slab are."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

ORDERS = range(11)


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """What is computed from sizes and numbers of CPUs."""
    layout, slab = subject.slab.layout, subject.slab.slab
    for order in ORDERS:
        yield narrowed(layout.slab_bytes, order=exactly(order))
        yield narrowed(layout.objects_per_slab, order=exactly(order))
    yield narrowed(layout.order_for_bytes)
    yield narrowed(layout.min_objects)
    yield narrowed(layout.min_partial)
    yield narrowed(slab.object_address)
    yield narrowed(slab.object_index)


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)
