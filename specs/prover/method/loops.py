"""The loop rule, for a loop without a bound: its invariant, one iteration from any state, its exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import z3

from specs.prover.method.contracts import Relation
from specs.prover.method.invariants import conjunction
from specs.prover.method.labels import Term, Truth
from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.paths import Cut
from specs.prover.method.world import World, Y

START, STOP = z3.BitVec("start", 64), z3.BitVec("end", 64)
CURSOR = z3.BitVec("cursor", 64)
LEFT = z3.BitVec("left", 64)
"""What is left to do when an iteration begins."""


class Rule(Protocol):
    """A loop that a cursor runs through: how it is entered, and what it owes after an iteration."""

    name: str

    @property
    def world(self) -> World:
        """The state that it works on."""

    def enter(self) -> None:
        """Go on from any state that satisfies the invariant."""

    def owe(self, cursor: Term) -> None:
        """The invariant holds here."""


class Cursor(LiftedPfn):
    """The loop's variable: its first comparison enters the loop, the next ends the iteration."""

    __slots__ = ("entered", "loop")

    def __init__(self, loop: Rule, term: Term, *, entered: bool) -> None:
        super().__init__(loop.world.path, term)
        self.loop = loop
        self.entered = entered

    def __add__(self, other: object) -> LiftedPfn:
        return Cursor(self.loop, super().__add__(other).term, entered=self.entered)

    def __lt__(self, other: object) -> LiftedBool:
        if not self.entered:
            self.loop.enter()
            self.term, self.entered = CURSOR, True
            return super().__lt__(other)
        self.loop.owe(self.term)
        self.loop.world.owe("loop", z3.UGT(self.term, CURSOR), f"{self.loop.name} makes progress")
        raise Cut


class Countdown(LiftedCount):
    """What is left to do, as the condition of a loop: a new iteration begins in any state at all."""

    __slots__ = ("before", "loop")

    def __init__(self, loop: CountLoop, term: Term, before: int) -> None:
        super().__init__(loop.world.path, term)
        self.loop, self.before = loop, before

    def __sub__(self, other: object) -> LiftedCount:
        return Countdown(self.loop, super().__sub__(other).term, self.before)

    def __mod__(self, other: object) -> LiftedCount:
        return Countdown(self.loop, super().__mod__(other).term, self.before)

    def __gt__(self, other: object) -> LiftedBool:
        if type(other) is not int:
            return super().__gt__(other)  # min() asks too
        if self.before > 0:
            self.before -= 1
        elif self.before == 0:
            self.before = -1
            self.loop.enter()
            self.term = LEFT
        else:
            self.loop.owe()
            self.loop.spent(self.term)
            self.loop.world.owe("loop", self.term < LEFT, f"{self.loop.name} makes progress")
            raise Cut
        return super().__gt__(other)


class CountLoop:
    """A loop that does something while something is left to do.

    ``relation`` says what its iterations, however many, may have changed since the first; it relates
    states at a page.  ``kept`` is what holds besides whenever the condition is asked.
    """

    def __init__(
        self,
        of: World,
        name: str,
        relation: Relation,
        kept: Callable[[], tuple[Truth, str]] | None = None,
    ) -> None:
        self.world, self.name, self.relation, self.kept = of, name, relation, kept
        self.first = of.state

    def owe(self) -> None:
        """The invariant holds here."""
        of = self.world
        for truth, says in self.relation(self.first, of.state, Y):
            of.owe("loop", truth, f"the loop invariant of {self.name} holds: {says}", Y)
        if self.kept is not None:
            truth, says = self.kept()
            of.owe("loop", truth, f"the loop invariant of {self.name} holds: {says}")

    def enter(self) -> None:
        """Go on from any state that satisfies the invariant."""
        of = self.world
        self.owe()
        first, now = self.first, of.new_state("c")
        of.laws.append(lambda page: conjunction(truth for truth, _ in self.relation(first, now, page)))
        of.state = of.before = now
        of.begin_iteration()
        if self.kept is not None:
            of.path.assume(self.kept()[0])

    def spent(self, left: Term) -> None:
        """What is left is right, after an iteration."""


def between(low: Term, page: Term, high: Term) -> Truth:
    """Whether the page is in the range."""
    return z3.And(z3.ULE(low, page), z3.ULT(page, high))
