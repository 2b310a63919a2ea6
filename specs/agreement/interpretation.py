"""What the terms of a path say in one real run: each unknown map is the state that there was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import z3

from specs.prover.method.judge import judged
from specs.prover.method.labels import BITS, HELD, NONE, Term, Truth, align, is_live, pfn, unknown
from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.scene import View
from specs.prover.method.search import seek
from specs.prover.method.terms import symbols
from specs.prover.models.core.live import LiveOrder

AT = z3.Var(0, z3.BitVecSort(BITS))
PAGEBLOCKS = z3.BitVecSort(3)


class Interpretation:
    """The states by their names, and constants by theirs; those that are left out may be any."""

    def __init__(self, views: Mapping[str, View], constants: Iterable[tuple[Term, int]], order: int) -> None:
        self.maps: list[tuple[z3.FuncDeclRef, Term]] = []
        for name, view in views.items():
            state = unknown(name, 10)
            self.maps += [(state.owner.base, _owner(view)), (state.heads.base, _heads(view))]
            types = z3.Function(f"T{name}", z3.BitVecSort(BITS), PAGEBLOCKS)
            self.maps.append((types, _types(view, order)))
        self.constants = [(term, z3.BitVecVal(value, term.size())) for term, value in constants]

    @classmethod
    def of_the_same(cls, other: Interpretation) -> Interpretation:
        """The same, to which more may be let."""
        made = cls({}, (), 0)
        made.maps, made.constants = other.maps, list(other.constants)
        return made

    def knows(self, fact: Truth) -> bool:
        """Whether every map that the fact speaks of is known."""
        known = {decl.name() for decl, _ in self.maps}
        return all(name in known for name, text in symbols(fact) if text.count("(_ BitVec") > 1)

    def of(self, term: z3.ExprRef) -> z3.ExprRef:
        """The term, as far as it is known."""
        return z3.substitute(z3.substitute_funs(term, *self.maps), *self.constants)

    def model(self, facts: Iterable[Truth]) -> z3.ModelRef | None:
        """What the constants that are left out may be, so that the facts hold."""
        return seek([self.of(fact) for fact in facts]).model

    def let(self, model: z3.ModelRef) -> None:
        """The constants that are left out are what the model says."""
        known = {term.decl().name() for term, _ in self.constants}
        for each in model.decls():
            if each.arity() == 0 and each.name() not in known and z3.is_bv(each()):
                self.constants.append((each(), model[each]))

    def everywhere(self, fact: Truth) -> bool:
        """Whether it holds, whatever is left out: at any page at all."""
        return judged([z3.Not(self.of(fact))])[0] == "unsat"


def _owner(view: View) -> Term:
    """Who owns a page: the last that is said of it."""
    found = NONE
    for low, high in view.held:
        found = z3.If(z3.And(z3.ULE(pfn(low), AT), z3.ULT(AT, pfn(high))), HELD, found)
    for block in view.blocks:
        found = z3.If(align(AT, block.order) == pfn(block.start), z3.BitVecVal(block.label, 10), found)
    return found


def _heads(view: View) -> Term:
    found = NONE
    for block in view.blocks:
        found = z3.If(pfn(block.start) == AT, z3.BitVecVal(block.label, 10), found)
    return found


def _types(view: View, order: int) -> Term:
    found = z3.BitVecVal(0, 3)
    for start, migratetype in view.types.items():
        found = z3.If(align(AT, order) == pfn(start), z3.BitVecVal(migratetype, 3), found)
    return found


def same(said: object, real: object) -> Truth:
    """What must hold for the two to be the same: a value of the path, and one of the run."""
    if isinstance(said, LiftedPfn | LiftedCount | LiftedType):
        return said.term == real if isinstance(real, int) else z3.BoolVal(False)
    if isinstance(said, LiftedBool):
        return said.term == z3.BoolVal(bool(real))
    if isinstance(said, LiveOrder):
        orders = range(said.top + 1)
        return (
            is_live(said.heads, real)
            if isinstance(real, int) and real in orders
            else z3.Not(is_live(said.heads))
        )
    return z3.BoolVal(bool(said == real and type(said) is type(real)))
