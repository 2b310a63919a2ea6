"""The figures of slab caches for every size, and that the objects of a slab lie in it, apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

ORDERS = range(11)


def figures(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """What is computed from sizes and numbers of CPUs."""
    layout, slab = subject.slab.layout, subject.slab.slab
    for order in ORDERS:
        yield narrowed(layout.slab_bytes, order=exactly(order))
        yield narrowed(layout.objects_per_slab, order=exactly(order))
    for function in (layout.order_for_bytes, layout.min_objects, layout.min_partial):
        yield narrowed(function)
    for function in (slab.object_address, slab.object_index):
        yield narrowed(function)


def two_objects(layout: Any, slab: Any) -> Callable[[int, int, int, int, int], str]:
    """Any two objects of any slab, as a function from which they are to what is wrong with them."""

    def apart(pfn: int, order: int, size: int, index: int, other: int) -> str:
        """What goes wrong first.

        pre: pfn >= 0 and size >= 1 and 0 <= index < other and other * size + size <= 4096 * 2**order
        post: __return__ == ""
        """
        objects = layout.objects_per_slab(order, size)
        first, second = (slab.object_address(pfn, each, size) for each in (index, other))
        if other >= objects:
            return "an object that fits is none"
        if first < 4096 * pfn or second + size > 4096 * (pfn + 2**order):
            return "an object is not inside its slab"
        if first + size > second:
            return "two objects share a byte"
        if slab.object_index(pfn, objects, size, second) != other:
            return "an object is taken for another"
        return ""

    return apart


def pairs(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Two objects, of a slab of each order."""
    for order in ORDERS:
        yield narrowed(two_objects(subject.slab.layout, subject.slab.slab), order=exactly(order))


def check_figures(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(figures, subject, max_orders)


def check_pairs(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(pairs, subject, max_orders)


THEOREMS = (
    Theorem(
        name="slab-figures-confirmed",
        says="How many bytes and objects a slab has, which order so many bytes need, how many objects are "
        "wanted for so many CPUs, how many slabs a cache keeps, and which object begins at an address: as "
        "their contracts say.",
        about=(
            *(
                f"verified_buddy.slab.layout.{name}"
                for name in (
                    "slab_bytes",
                    "objects_per_slab",
                    "order_for_bytes",
                    "min_objects",
                    "min_partial",
                )
            ),
            "verified_buddy.slab.slab.object_address",
            "verified_buddy.slab.slab.object_index",
        ),
        method="crosshair",
        check=check_figures,
        rejects=(
            "slab-objects-rounded-up",
            "slab-min-objects-of-possible-cpus",
            "slab-object-behind-the-last",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="every int from 0 on",
            sizes=("orders 0..10; sizes: every int from 1 on, for min_partial up to 4 MiB; CPUs: 1..8192",),
        ),
    ),
    Theorem(
        name="slab-objects-apart",
        says="As many objects are in a slab as fit; each lies inside it, no two share a byte, and an address "
        "says which object begins there: for every size, page, and pair of objects.",
        about=(
            "verified_buddy.slab.layout.objects_per_slab",
            "verified_buddy.slab.slab.object_address",
            "verified_buddy.slab.slab.object_index",
        ),
        method="crosshair",
        check=check_pairs,
        rejects=("slab-objects-share-a-byte",),
        domain=Domain(
            starts="nothing but arguments",
            pages="every int from 0 on",
            sizes=("orders 0..10; sizes and numbers of objects: every int",),
        ),
    ),
)
