"""The contracts of the core's functions that others call."""

from __future__ import annotations

from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import Clauses, Contracts, elsewhere
from specs.prover.method.labels import (
    FREE,
    HELD,
    LIMIT,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    label,
    pfn,
    type_of,
)
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.world import Step, World, Y
from specs.prover.models.core.area import Area


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


class Stubs(Contracts):
    """The functions of ``verified_buddy.buddy``, by their contracts."""

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
        self.any_state(lambda now, page: claimed(was, now, head, order, page, migratetype.term))
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
        self.any_state(lambda now, page: claimed(was, now, head, order, page))
        of.steps.append(Step("take", head, order))
        return True

    def free_one_page(
        self, area: Area, block: LiftedPfn, order: int, migratetype: LiftedType, *, to_tail: bool = False
    ) -> None:
        """Contract: row free-exact."""
        self._same(area, migratetype)
        self._release(block, order, migratetype.term, to_tail)

    def _release(self, block: LiftedPfn, order: int, kind: Term, to_tail: bool) -> None:
        """The block is free, under the type; it has to be aligned, and nobody else's."""
        of = self.world
        order, was, head = of.order_in_range(order), of.state, block.term
        of.owe("aligned", aligned(head, order), f"the block to free, of order {order}, is aligned", head)
        of.owe(
            "owned",
            z3.Implies(align(Y, order) == head, was.owner(Y) == HELD),
            f"every page of the block to free, of order {order}, belongs to nobody else",
            Y,
            head,
        )
        self.any_state(lambda now, page: released(was, now, head, order, page))
        of.steps.append(Step("free", head, order, kind, z3.BoolVal(to_tail)))

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
        self.any_state(fed)
        of.steps.append(Step("feed", start.term, 0, migratetype.term))

    def _same(self, area: object, migratetype: LiftedType | None = None) -> None:
        """The call is about this zone's lists, and its one type."""
        of = self.world
        mine = isinstance(area, Area) and area.world is of
        typed = migratetype is None or migratetype.term.eq(inv.MT)
        if not (mine and typed):
            of.path.owed.append(of.impossible("the call is about the zone's own lists and its own type"))


class ZoneStubs(Stubs):
    """What a zone calls: those, and the checks of its arguments, whose contracts CrossHair confirms."""

    def __init__(self, of: World, subject: Subject) -> None:
        super().__init__(of)
        self.errors: Any = subject.errors

    def pfn_error(self, block: LiftedPfn, order: int) -> object:
        """Any page number is valid or rejected."""
        below = z3.ULE(block.term, pfn((1 << 52) - (1 << order)))
        return None if self.world.path.decide(below) else self.errors.InvalidPfn("p", order)

    def range_error(self, start: LiftedPfn, end: LiftedPfn) -> object:
        """A range is valid or rejected."""
        valid = z3.And(z3.ULT(start.term, end.term), z3.ULE(end.term, LIMIT))
        return None if self.world.path.decide(valid) else self.errors.InvalidRange("start", "end")
