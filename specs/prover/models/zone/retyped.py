"""The maps after free blocks were moved to another type's lists: those that start in a range."""

from __future__ import annotations

from dataclasses import dataclass

import z3

from specs.prover.method.labels import KIND, ORDER, Labels, State, Term, Truth, align_to, is_free
from specs.prover.method.terms import built_once


@built_once
def retype(label: Term, migratetype: Term) -> Term:
    """The label with another migratetype."""
    return z3.Concat(z3.Extract(*KIND, label), migratetype, z3.Extract(*ORDER, label))


@dataclass(frozen=True)
class Move:
    """Free blocks that start in [low, high) go to the lists of the type."""

    low: Term
    high: Term
    migratetype: Term

    def covers(self, first: Term) -> Truth:
        """Whether a block that starts there moves, if it is free."""
        return z3.And(z3.ULE(self.low, first), z3.ULT(first, self.high))


@dataclass(frozen=True, eq=False)
class Retyped(Labels):
    """A map from pages to labels after a move."""

    before: Labels | None = None
    move: Move | None = None
    of_heads: bool = False

    def _label(self, page: Term) -> Term:
        assert self.before is not None
        assert self.move is not None
        was = self.before(page)
        first = page if self.of_heads else align_to(page, was)
        return z3.If(z3.And(is_free(was), self.move.covers(first)), retype(was, self.move.migratetype), was)


@built_once
def _retyped(before: Labels, low: Term, high: Term, migratetype: Term, of_heads: bool) -> Labels:
    return Retyped(before.base, None, {}, before, Move(low, high, migratetype), of_heads)


def moved(state: State, move: Move) -> State:
    """The state after the move."""
    arguments = (move.low, move.high, move.migratetype)
    owner = _retyped(state.owner, *arguments, False)
    heads = _retyped(state.heads, *arguments, True)
    return State(owner, heads, state.top, state.merges)
