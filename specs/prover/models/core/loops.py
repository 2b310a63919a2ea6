"""The core's loop without a bound: feeding a range of pages."""

from __future__ import annotations

from typing import Any

import z3

from specs.prover.method.contracts import Clauses, elsewhere
from specs.prover.method.invariants import MT, conjunction
from specs.prover.method.labels import HELD, State, Term, Truth, aligned, is_free, pfn
from specs.prover.method.loops import CURSOR, START, STOP, Cursor, between
from specs.prover.method.world import Y
from specs.prover.models.core.contracts import Stubs


class FeedLoop:
    """The loop of ``add_range``: below the cursor the range is free, from it on it is in hand."""

    name = "add_range"

    def __init__(self, stubs: Stubs) -> None:
        self.world = of = stubs.world
        self.feed: Any = stubs.free_one_page
        self.first = of.state
        self.entered: tuple[Truth, ...] = ()
        self.fed = 0
        of.laws.append(lambda page: (self.first.owner(page) == HELD) == between(START, page, STOP))
        self.start = Cursor(self, START, entered=False)

    def invariant(self, now: State, cursor: Term, page: Term) -> Clauses:
        """What holds of every page whenever the condition of the loop is asked."""
        done, waiting = between(START, page, cursor), between(cursor, page, STOP)
        outside = z3.Not(between(START, page, STOP))
        yield (now.owner(page) == HELD) == waiting, "from the cursor on, the range is in hand"
        yield z3.Implies(done, is_free(now.owner(page))), "below the cursor, the range is free"
        yield from elsewhere(self.first, now, outside, page)

    def free_one_page(
        self, area: Any, block: Any, order: int, migratetype: Any, *, to_tail: bool = False
    ) -> None:
        """The stub, after the policy; from here on, only what the block is matters."""
        of, order = self.world, self.world.order_in_range(order)
        room = STOP - CURSOR
        self.fed += 1
        of.owe("greatest", z3.BoolVal(self.fed == 1), f"each iteration of {self.name} feeds one block")
        of.owe("greatest", block.term == CURSOR, "each block starts where the last one ended")
        self.check(area, block, migratetype, to_tail=to_tail)
        if order < of.state.top:
            above = z3.And(aligned(CURSOR, order + 1), z3.ULE(pfn(2 << order), room))
            of.owe("greatest", z3.Not(above), f"no greater block than order {order} is aligned and fits")
        known = [z3.ULT(CURSOR, STOP), aligned(block.term, order), z3.ULE(pfn(1 << order), room)]
        for fact in known:
            of.owe("fits", fact, f"a block of order {order} that is fed is aligned, and fits the range")
        of.path.narrow([*self.entered, *known])
        self.feed(area, block, order, migratetype, to_tail=to_tail)

    def check(self, area: Any, block: Any, migratetype: Any, *, to_tail: bool) -> None:
        """It is fed to the right lists, and to the right end."""
        of = self.world
        if area.world is not of or not migratetype.term.eq(MT):
            of.require(["the call is about the zone's own lists and the given type"])
        of.owe("greatest", z3.BoolVal(to_tail), "boot memory goes to the tail")

    def owe(self, cursor: Term) -> None:
        """The invariant holds here."""
        of = self.world
        for truth, says in self.invariant(of.state, cursor, Y):
            of.owe("loop", truth, f"the loop invariant of {self.name} holds: {says}", Y)
        within = z3.And(z3.ULE(START, cursor), z3.ULE(cursor, STOP))
        of.owe("loop", within, f"the cursor of {self.name} stays within the range")

    def enter(self) -> None:
        """Go on from any state that satisfies the invariant."""
        of = self.world
        self.owe(START)
        of.path.assume(z3.ULE(START, CURSOR), z3.ULE(CURSOR, STOP))
        self.entered = tuple(of.path.facts)
        now = of.new_state("c")
        of.laws.append(lambda page: conjunction(truth for truth, _ in self.invariant(now, CURSOR, page)))
        of.state = of.before = now
