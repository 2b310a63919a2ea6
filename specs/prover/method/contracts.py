"""Contracts: what a function is proved to do, once, and what its callers then take for granted.

One definition serves both: a row proves every clause of it of the function, and the stub that stands
in for the function grants the same clauses, at every page, to its caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from specs.prover.method import invariants as inv
from specs.prover.method.labels import State, Term, Truth, is_free
from specs.prover.method.world import World

Clauses = Iterator[tuple[Truth, str]]
Relation = Callable[..., Clauses]


class Contracts:
    """Functions that stand by their contracts."""

    def __init__(self, of: World) -> None:
        self.world = of
        self.calls = 0

    def any_state(self, clauses: Callable[[State, Term], Clauses]) -> None:
        """Go on in a new state, of which only the clauses are known."""
        self.calls += 1
        now = self.world.new_state(str(self.calls))
        self.world.laws.append(lambda page: inv.conjunction(truth for truth, _ in clauses(now, page)))
        self.world.state = now


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
