"""Faults for the lifted operators and the stand-ins, each with the operations that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

from specs.prover.method import invariants
from specs.prover.method.contracts import Clauses
from specs.prover.method.labels import (
    FREE,
    State,
    Term,
    Truth,
    is_block,
    is_free,
    is_live,
    kind_is,
    label,
    type_of,
)
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.models.core import area, contracts
from specs.prover.models.core.area import Area
from specs.prover.models.core.contracts import ZoneStubs
from specs.prover.models.core.live import Live, LiveOrder
from specs.prover.models.core.loops import FeedLoop
from specs.prover.models.core.spans import SymbolicSpans

Place = tuple[Any, str, Any]
"""Where a fault is planted: the object, the name, and what stands there."""


def pfn_fault(name: str, term: Callable[[Any, Any], Any]) -> Place:
    def wrong(self: LiftedPfn, other: Any) -> object:
        made = term(self.term, self._operand(other, negative=True))
        return LiftedBool(self.path, made) if z3.is_bool(made) else LiftedPfn(self.path, made)

    return LiftedPfn, name, wrong


def any_type(self: Area, order: int, migratetype: LiftedType) -> LiftedPfn | None:
    of = self.world
    if not of.path.choose():
        of.empties.append((of.state, label(FREE, migratetype.term, order)))
        return None
    head = of.fresh("head")
    of.path.assume(is_free(of.state.heads(head), order))
    return LiftedPfn(of.path, head)


def another_member(self: Area, order: int, migratetype: LiftedType) -> LiftedPfn | None:
    head = FIRST(self, order, migratetype)
    return None if head is None else LiftedPfn(head.path, head.term ^ z3.BitVecVal(1 << order, 64))


def unsaid_emptiness(self: Area, order: int, migratetype: LiftedType) -> LiftedPfn | None:
    head = FIRST(self, order, migratetype)
    self.world.empties.clear()
    return head


def turned_tail(self: Area, block: LiftedPfn, order: int, migratetype: LiftedType, *, tail: Any) -> None:
    wrong = not tail if isinstance(tail, bool) else LiftedBool(tail.path, z3.Not(tail.term))
    ADD(self, block, order, migratetype, tail=wrong)


def remembers_no_type(self: Area, block: LiftedPfn, order: int) -> LiftedType:
    REMOVE(self, block, order)
    return LiftedType(z3.BitVecVal(0, 3))


def stays_listed(self: Area, block: LiftedPfn, order: int) -> LiftedType:
    return LiftedType(type_of(self.world.state.heads(block.term)))


def of_any_order(self: Area, block: LiftedPfn, order: int) -> LiftedBool:
    return LiftedBool(self.world.path, is_free(self.world.state.heads(block.term)))


def shorter(self: SymbolicSpans, start: LiftedPfn, end: LiftedPfn) -> bool:
    return SOME(self, start, LiftedPfn(end.path, end.term - 1), outside=False)


def too_strong(state: State, pages: Sequence[Term]) -> list[Truth]:
    return [*INSTANCES(state, pages), *(z3.Not(is_live(state.owner(page))) for page in pages)]


def lost(was: State, now: State, outside: Truth, page: Term) -> Clauses:
    yield z3.Implies(outside, was.owner(page) == now.owner(page)), "nothing merges"


def off_by_one(self: ZoneStubs, block: Any, order: int) -> object:
    below = z3.ULT(block.term, z3.BitVecVal(2**52 - 2**order, 64))
    return None if self.world.path.decide(below) else self.errors.InvalidPfn("p", order)


FIRST, ADD, REMOVE, INSTANCES = Area.first, Area.add, Area.remove, invariants.instances
SOME, GIVE, HOLD, FEED = SymbolicSpans._some, State.give, State.hold, FeedLoop.free_one_page
AREA = ("rmqueue_smallest", "free_one_page", "take")
FAULTS: dict[str, tuple[tuple[str, ...], Place]] = {
    "xor is or": (("free_one_page",), pfn_fault("__xor__", lambda one, two: one | two)),
    "and is the first": (("take",), pfn_fault("__and__", lambda one, two: one)),
    "and is or": (("free_one_page",), pfn_fault("__and__", lambda one, two: one | two)),
    "minus is turned": (("add_range",), pfn_fault("__sub__", lambda one, two: two - one)),
    "plus is minus": (("Zone.take",), pfn_fault("__add__", lambda one, two: one - two)),
    "less is less or equal": (("add_range",), pfn_fault("__lt__", z3.ULE)),
    "unequal is equal": (("Zone.take",), pfn_fault("__ne__", lambda one, two: one == two)),
    "first ignores the type": (("rmqueue_smallest",), (Area, "first", any_type)),
    "first answers no member": (("rmqueue_smallest",), (Area, "first", another_member)),
    "an empty list says nothing": (("rmqueue_smallest",), (Area, "first", unsaid_emptiness)),
    "head is tail": (AREA, (Area, "add", turned_tail)),
    "remove forgets the type": (("take",), (Area, "remove", remembers_no_type)),
    "remove keeps it listed": (AREA, (Area, "remove", stays_listed)),
    "a free block of any order": (("take",), (Area, "is_free_block", of_any_order)),
    "hold forgets the order": (
        AREA,
        (State, "hold", lambda self, head, order: HOLD(self, head, 0)),
    ),
    "give forgets the order": (
        AREA,
        (State, "give", lambda self, head, order, new: GIVE(self, head, 0, new)),
    ),
    "give lists every page": (
        AREA,
        (
            State,
            "give",
            lambda self, head, order, new: State(
                self.owner.set(head, order, new), self.heads.set(head, order, new), self.top, self.merges
            ),
        ),
    ),
    "live is listed": (
        ("Zone.free",),
        (
            Live,
            "__contains__",
            lambda self, block: self.world.path.decide(is_block(self.world.state.heads(block.term))),
        ),
    ),
    "live of any order": (
        ("Zone.free",),
        (LiveOrder, "__eq__", lambda self, other: LiftedBool(self.path, is_live(self.heads))),
    ),
    "unequal orders are equal": (
        ("Zone.free",),
        (LiveOrder, "__ne__", lambda self, other: LiftedBool(self.path, is_live(self.heads, other))),
    ),
    "forgets to forget": (("Zone.free",), (Live, "__delitem__", lambda self, block: None)),
    "live is free": (
        ("Zone.alloc",),
        (
            Live,
            "__setitem__",
            lambda self, block, order: self.world.give(block.term, order, label(FREE, 0, order), free=False),
        ),
    ),
    "a range without its last page": (("Zone.add_range",), (SymbolicSpans, "overlaps", shorter)),
    "a range is not added": (("Zone.add_range",), (SymbolicSpans, "add", lambda self, start, end: None)),
    "outside is free": (
        ("Zone.take",),
        (SymbolicSpans, "covers", lambda self, start, end: not SOME(self, start, end, outside=False)),
    ),
    "an invariant is too strong": (AREA, (invariants, "instances", too_strong)),
    "a contract is too strong": (("Zone.free",), (contracts, "elsewhere", lost)),
    "a contract for the wrong end": (
        ("add_range",),
        (FeedLoop, "free_one_page", lambda self, *args, to_tail: FEED(self, *args, to_tail=not to_tail)),
    ),
    "an edge is off by one": (("Zone.free",), (ZoneStubs, "pfn_error", off_by_one)),
    "any kind is free": (("take",), (area, "is_free", lambda at, order=None: z3.Not(kind_is(at, 0)))),
}
