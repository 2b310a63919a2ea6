"""The contracts of the functions that others call: proved once, then used in their place.

One definition serves both: a row proves every clause of it of the function, and the stub that stands
in for the function grants the same clauses, at every page, to its caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from specs.prover.method.lifted import LiftedPfn
from specs.prover.models.core import invariants as inv
from specs.prover.models.core.labels import (
    FREE,
    HELD,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    label,
    type_of,
    unknown,
)
from specs.prover.models.core.world import Area, LiftedType, Step, World, Y

Clauses = Iterator[tuple[Truth, str]]


def elsewhere(was: State, now: State, outside: Truth, page: Term) -> Clauses:
    """Nothing changes hands there: free stays free, and nothing else changes at all."""
    before, after = was.owner(page), now.owner(page)
    yield (
        z3.Implies(outside, is_free(before) == is_free(after)),
        "a page outside the block is free afterwards exactly if it was free before",
    )
    yield (
        z3.Implies(z3.And(outside, z3.Not(is_free(before))), before == after),
        "a page outside the block that is not free keeps its owner",
    )


def released(was: State, now: State, head: Term, order: int, page: Term) -> Clauses:
    """The block is free, and nothing else has changed hands."""
    inside = align(page, order) == head
    yield z3.Implies(inside, is_free(now.owner(page))), "every page of the freed block is free"
    yield from elsewhere(was, now, z3.Not(inside), page)


def claimed(
    was: State, now: State, head: Term, order: int, page: Term, migratetype: Term | None = None
) -> Clauses:
    """The block was free, of the type if one is given, and is in hand; nothing else has changed hands."""
    inside, before = align(page, order) == head, was.owner(page)
    free = is_free(before) if migratetype is None else z3.And(is_free(before), type_of(before) == migratetype)
    yield z3.Implies(inside, free), "every page of the block was free, on a list of the wanted type"
    yield (
        z3.Implies(inside, now.owner(page) == HELD),
        "every page of the block belongs to the caller afterwards",
    )
    yield from elsewhere(was, now, z3.Not(inside), page)


def none_large(was: State, order: int, migratetype: Term, page: Term) -> Truth:
    """No free block of that order or more, on a list of the type, starts at the page."""
    return inv.conjunction(
        was.heads(page) != label(FREE, migratetype, current) for current in range(order, was.top + 1)
    )


class Stubs:
    """The functions of ``verified_buddy.buddy``, by their contracts."""

    def __init__(self, of: World) -> None:
        self.world = of
        self.calls = 0

    def rmqueue_smallest(self, area: Area, order: int, migratetype: LiftedType) -> LiftedPfn | None:
        """Contract: rows alloc-exact and alloc-refusal."""
        of = self.world
        self._same(area, migratetype)
        order, was = of.order_in_range(order), of.state
        if not of.path.choose():
            of.laws.append(lambda page: none_large(was, order, migratetype.term, page))
            return None
        head = of.fresh("head")
        of.path.assume(aligned(head, order))
        of.roots.append(head)
        self._now(lambda now, page: claimed(was, now, head, order, page, migratetype.term))
        of.steps.append(Step("alloc", head, order, migratetype.term))
        return LiftedPfn(of.path, head)

    def take(self, area: Area, block: LiftedPfn, order: int) -> bool:
        """Contract: rows take-exact and take-refusal."""
        of = self.world
        self._same(area)
        order, was, head = of.order_in_range(order), of.state, block.term
        of.owe("aligned", aligned(head, order), f"the block to take, of order {order}, is aligned", head)
        if not of.path.choose():
            witness = of.fresh("witness")
            of.path.assume(align(witness, order) == head, z3.Not(is_free(was.owner(witness))))
            of.roots.append(witness)
            return False
        self._now(lambda now, page: claimed(was, now, head, order, page))
        of.steps.append(Step("take", head, order))
        return True

    def free_one_page(
        self, area: Area, block: LiftedPfn, order: int, migratetype: LiftedType, *, to_tail: bool = False
    ) -> None:
        """Contract: row free-exact."""
        of = self.world
        self._same(area, migratetype)
        order, was, head = of.order_in_range(order), of.state, block.term
        of.owe("aligned", aligned(head, order), f"the block to free, of order {order}, is aligned", head)
        of.owe(
            "owned",
            z3.Implies(align(Y, order) == head, was.owner(Y) == HELD),
            f"every page of the block to free, of order {order}, belongs to nobody else",
            Y,
            head,
        )
        self._now(lambda now, page: released(was, now, head, order, page))
        of.steps.append(Step("free", head, order, migratetype.term, z3.BoolVal(to_tail)))

    def add_range(self, area: Area, start: LiftedPfn, end: LiftedPfn, migratetype: LiftedType) -> None:
        """Contract: row init-exact."""
        of, was = self.world, self.world.state
        self._same(area, migratetype)

        def fed(now: State, page: Term) -> Clauses:
            inside = z3.And(z3.ULE(start.term, page), z3.ULT(page, end.term))
            yield z3.Implies(inside, is_free(now.owner(page))), "every page of the range is free"
            yield from elsewhere(was, now, z3.Not(inside), page)

        inside = z3.And(z3.ULE(start.term, Y), z3.ULT(Y, end.term))
        of.owe(
            "owned",
            z3.Implies(inside, was.owner(Y) == HELD),
            "every page of a range that is fed belongs to nobody else",
            Y,
        )
        self._now(fed)
        of.steps.append(Step("feed", start.term, 0, migratetype.term))

    def _same(self, area: object, migratetype: LiftedType | None = None) -> None:
        """The call is about this zone's lists, and its one type."""
        of = self.world
        mine = isinstance(area, Area) and area.world is of
        typed = migratetype is None or migratetype.term.eq(inv.MT)
        if not (mine and typed):
            of.path.owed.append(of.impossible("the call is about the zone's own lists and its own type"))

    def _now(self, clauses: Any) -> None:
        """Go on in a new state, of which only the clauses are known."""
        self.calls += 1
        now = unknown(str(self.calls), self.world.state.top, self.world.state.merges)
        self.world.laws.append(lambda page: inv.conjunction(truth for truth, _ in clauses(now, page)))
        self.world.state = now
