"""The loop rule for the layers' loops without a bound: moving, refilling, draining."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.paths import Cut
from specs.prover.models.core.contracts import Clauses
from specs.prover.models.core.invariants import conjunction
from specs.prover.models.core.labels import Term, Truth, is_pcp
from specs.prover.models.core.loops import CURSOR, START, STOP, Cursor, Loop
from specs.prover.models.core.world import Y, type_term
from specs.prover.models.zone.contracts import LayerStubs, arbitrary
from specs.prover.models.zone.retyped import Move, moved
from specs.prover.models.zone.world import ZoneWorld

LEFT = z3.BitVec("left", 64)
"""What is left to do when an iteration begins."""


class MoveLoop:
    """The loop of ``move_freepages``: the free blocks that start below the cursor have moved, no others."""

    name = "move_freepages"

    def __init__(self, of: ZoneWorld, migratetype: Term) -> None:
        self.world, self.migratetype, self.first = of, migratetype, of.state
        self.start = Cursor(self, START, entered=False)

    def _until(self, cursor: Term) -> Move:
        """The cursor may stop behind the range, inside the last block, where no other one starts."""
        return Move(START, z3.If(z3.ULT(cursor, STOP), cursor, STOP), self.migratetype)

    def owe(self, cursor: Term) -> None:
        """The invariant holds here."""
        of, wanted = self.world, moved(self.first, self._until(cursor))
        for now, then, what in (
            (of.state.heads, wanted.heads, "the blocks that start below the cursor are moved, and no others"),
            (of.state.owner, wanted.owner, "every page of a moved block is of the new type, and no other"),
        ):
            of.owe("loop", now(Y) == then(Y), f"the loop invariant of {self.name} holds: {what}", Y)
        of.owe("loop", z3.ULE(START, cursor), f"the cursor of {self.name} stays at or behind the start")

    def enter(self) -> None:
        """Go on from any state that satisfies the invariant; it says what that state is."""
        of = self.world
        self.owe(START)
        of.path.assume(z3.ULE(START, CURSOR))
        of.roots.append(CURSOR)
        of.state = of.before = moved(self.first, self._until(CURSOR))


class RangeLoop(Loop):
    """The loop of ``free_range``: as that of ``add_range``, each block under its pageblock's type."""

    name = "free_range"

    def __init__(self, of: ZoneWorld, stubs: LayerStubs, *, to_tail: bool) -> None:
        super().__init__(of, stubs)
        self.zone, self.types, self.to_tail = stubs.zone, of.types, to_tail

    def check(self, area: Any, block: LiftedPfn, migratetype: Any, *, to_tail: bool) -> None:
        """It is fed to this zone, under its pageblock's type, to the end that was asked for."""
        if area is not self.zone:
            self.world.require(["the call is about this zone"])
        of = self.world
        of.owe(
            "greatest", z3.BoolVal(to_tail is self.to_tail), "each block goes to the end that was asked for"
        )
        typed = type_term(migratetype) == self.types(block.term)
        of.owe("greatest", typed, "each block goes under the type of its pageblock", block.term)


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


Relation = Callable[..., Clauses]


class CountLoop:
    """A loop that does something while something is left to do.

    ``relation`` says what its iterations, however many, may have changed since the first; it relates
    states at a page.  ``kept`` is what holds besides whenever the condition is asked.
    """

    def __init__(
        self,
        of: ZoneWorld,
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
        now = arbitrary(of, "c")
        first = self.first
        of.laws.append(lambda page: conjunction(truth for truth, _ in self.relation(first, now, page)))
        of.state = of.before = now
        of.new_types("c")
        if self.kept is not None:
            of.path.assume(self.kept()[0])

    def spent(self, left: Term) -> None:
        """What is left is right, after an iteration."""


class DrainLoop(CountLoop):
    """The loop of ``free_pcppages_bulk``: each iteration drains one block, whose pages are counted."""

    def spent(self, left: Term) -> None:
        """The block's pages are no longer to be drained."""
        of = self.world
        drains = [step for step in of.steps if step.does == "drain"]
        says = "an iteration drains one block, and counts its pages"
        right = left == LEFT - (1 << drains[0].order) if len(drains) == 1 else z3.BoolVal(False)
        of.owe("loop", right, says)


class EmptyingLoop(CountLoop):
    """The loop of ``drain_pages_zone``: it goes by the count, which is the number of the lists' pages."""

    def enter(self) -> None:
        """Go on from any state; if the count is not above 0, no list has a page."""
        super().enter()
        state = self.world.state
        self.world.laws.append(lambda page: z3.Implies(LEFT <= 0, z3.Not(is_pcp(state.owner(page)))))
