"""The loops without a bound of a zone with migratetypes: moving, and feeding under the pageblocks' types."""

from __future__ import annotations

from typing import Any

import z3

from specs.prover.method.labels import Term
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.lifted_type import type_term
from specs.prover.method.loops import CURSOR, START, STOP, Cursor
from specs.prover.method.world import Y
from specs.prover.models.core.loops import FeedLoop
from specs.prover.models.zone.contracts import MobilityStubs
from specs.prover.models.zone.retyped import Move, moved
from specs.prover.models.zone.world import ZoneWorld


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


class RangeLoop(FeedLoop):
    """The loop of ``free_range``: as that of ``add_range``, each block under its pageblock's type."""

    name = "free_range"

    def __init__(self, stubs: MobilityStubs, *, to_tail: bool) -> None:
        super().__init__(stubs)
        self.zone, self.types, self.to_tail = stubs.zone, stubs.world.types, to_tail

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
