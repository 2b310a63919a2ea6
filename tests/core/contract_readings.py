"""What the terms of a path say in one concrete state: z3 evaluates them, with every symbol interpreted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import z3

from specs.prover.method.invariants import conjunction
from specs.prover.method.labels import FREE, HAND, LIVE, Term, Truth, pfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.terms import built_once
from specs.prover.method.world import Y

Labels = dict[int, int]
"""A number for each page; a page that has none is outside."""


HELD_LABEL = HAND * 128


def free_label(migratetype: int, order: int) -> int:
    """The label of a free block: three bits of kind, three of type, four of order."""
    return FREE * 128 + migratetype * 16 + order


def live_label(order: int) -> int:
    """The label of a live block."""
    return LIVE * 128 + order


class Snapshot(NamedTuple):
    """Who owns each page, and which blocks are listed where."""

    owner: Labels
    heads: Labels


class Reading:
    """An interpretation: of the maps by snapshots, of the constants by numbers."""

    def __init__(self, states: Mapping[str, Snapshot], constants: Iterable[tuple[Term, int]]) -> None:
        self.context = z3.main_ctx()
        self.model = z3.ModelRef(z3.Z3_mk_model(self.context.ref()), self.context)
        self.maps: set[str] = set()
        for name, snapshot in states.items():
            self._map(f"B{name}", snapshot.owner)
            self._map(f"M{name}", snapshot.heads)
        self.given: dict[str, tuple[Term, Term]] = {}
        for constant, value in constants:
            meant = z3.BitVecVal(value, constant.size())
            z3.Z3_add_const_interp(self.context.ref(), self.model.model, constant.decl().ast, meant.ast)

    def _map(self, name: str, labels: Labels) -> None:
        self.maps.add(name)
        function = z3.Function(name, z3.BitVecSort(64), z3.BitVecSort(10))
        outside = z3.BitVecVal(0, 10)
        table = z3.Z3_add_func_interp(self.context.ref(), self.model.model, function.ast, outside.ast)
        kept = z3.FuncInterp(table, self.context)
        for page, label in labels.items():
            place = z3.AstVector(ctx=self.context)
            place.push(pfn(page))
            z3.Z3_func_interp_add_entry(self.context.ref(), kept.f, place.vector, number(label).ast)

    def let(self, constant: Term, value: int) -> None:
        """From now on the constant stands for that number; put in its place, as a model never forgets."""
        self.given[constant.decl().name()] = constant, pfn(value)

    def value(self, term: z3.ExprRef) -> z3.ExprRef:
        """What the term evaluates to."""
        return self.model.eval(z3.substitute(term, *self.given.values()) if self.given else term)

    def truth(self, term: Truth) -> bool:
        """Whether it holds; nothing may be left open."""
        value = self.value(term)
        assert z3.is_true(value) or z3.is_false(value), value
        return bool(z3.is_true(value))

    def everywhere(self, term: Truth, pages: Sequence[int]) -> bool:
        """Whether it holds at all of the pages."""
        for page in pages:
            self.let(Y, page)
            if not self.truth(term):
                return False
        return True

    def number(self, term: Term) -> int:
        """Its value; nothing may be left open."""
        value = self.value(term)
        assert isinstance(value, z3.BitVecNumRef), value
        return int(value.as_long())


@built_once
def number(label: int) -> Term:
    """A label as a term."""
    return z3.BitVecVal(label, 10)


class Claims:
    """What a path takes for granted of the states in which it is walked, and what it owes there.

    ``Y`` is any page: what is said of it is said of every page.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        path, of = walk.path, walk.world
        told = [fact for owed in path.owed for fact in (*owed.facts, *(_first(owed) if of.tells else ()))]
        empties = [state.heads(Y) != wanted for state, wanted in of.empties]
        self.laws = [*empties, *(law(Y) for law in of.laws)]
        once, everywhere = _parted([*path.facts, *path.denied, *told])
        self.facts = once
        self.decided, self.lawful = conjunction(once), conjunction([*everywhere, *self.laws])
        names = symbols(self.decided) | symbols(self.lawful)
        names |= symbols(of.state.owner(Y)) | symbols(of.state.heads(Y))
        self.maps = {name for name in names if name[0] in "BM"}
        self.fresh = [f"{name}{n + 1}" for name, count in of.names.items() for n in range(count)]

    @cached_property
    def further(self) -> tuple[list[Truth], list[Truth]]:
        """All that its proofs may use besides: the invariants at some pages; and at any page."""
        return _parted([fact for owed in self.walk.path.owed for stage in owed.pool for fact in stage()])

    @cached_property
    def granted(self) -> tuple[Truth, Truth]:
        """All of that at once."""
        once, everywhere = self.further
        return conjunction(once), conjunction(everywhere)

    @cached_property
    def goals(self) -> list[Owed]:
        """What it owes, each goal once."""
        return list({owed.goal.get_id(): owed for owed in self.walk.path.owed}.values())

    @cached_property
    def owed(self) -> Truth:
        """All of that at once."""
        return conjunction(owed.goal for owed in self.goals)


def _first(owed: Owed) -> Sequence[Truth]:
    return owed.pool[0]() if owed.pool else ()


def _parted(facts: list[Truth]) -> tuple[list[Truth], list[Truth]]:
    """Each fact once: those about the pages of the path, and those about any page."""
    distinct = {fact.get_id(): fact for fact in facts}.values()
    any_page = Y.decl().name()
    everywhere = [fact for fact in distinct if any_page in symbols(fact)]
    return [fact for fact in distinct if any_page not in symbols(fact)], everywhere


@built_once
def symbols(term: z3.ExprRef) -> frozenset[str]:
    """The names of its uninterpreted functions and constants."""
    names: set[str] = set()
    for part in term.children():
        names |= symbols(part)
    if term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
        names.add(term.decl().name())
    return frozenset(names)
