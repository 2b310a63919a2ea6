"""The migratetypes of pageblocks, of which nothing is known or some were set."""

from __future__ import annotations

from dataclasses import dataclass

import z3

from specs.prover.method.labels import Term, align
from specs.prover.method.terms import built_once


@dataclass(frozen=True, eq=False)
class Types:
    """The migratetype of each pageblock: an unknown function, or one in which some were set."""

    name: str
    order: int
    updates: tuple[tuple[Term, Term], ...] = ()

    def __call__(self, page: Term) -> Term:
        """The type of the pageblock that contains the page."""
        return _type_at(self, page)

    def set(self, page: Term, value: Term) -> Types:
        """The map in which the page's pageblock has the type."""
        return _typed(self, page, value)


@built_once
def _type_at(types: Types, page: Term) -> Term:
    start = align(page, types.order)
    found = z3.Function(types.name, z3.BitVecSort(64), z3.BitVecSort(3))(start)
    for changed, value in types.updates:
        found = z3.If(start == align(changed, types.order), value, found)
    return found


@built_once
def _typed(types: Types, page: Term, value: Term) -> Types:
    return Types(types.name, types.order, (*types.updates, (page, value)))


@built_once
def unknown_types(name: str, order: int) -> Types:
    """Types of which nothing is known."""
    return Types(f"T{name}", order)


def first_type(page: Term) -> Term:
    """The type of the pageblock that begins there, in the beginning; one of the five that there are."""
    found = z3.Function("any_type", z3.BitVecSort(64), z3.BitVecSort(3))(page)
    return z3.If(z3.ULT(found, z3.BitVecVal(5, 3)), found, z3.BitVecVal(0, 3))
