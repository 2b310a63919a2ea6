"""The loops without a bound of the per-CPU lists: each counts down what is left to drain."""

from __future__ import annotations

import z3

from specs.prover.method.labels import Term, is_pcp
from specs.prover.method.loops import LEFT, CountLoop


class BulkLoop(CountLoop):
    """The loop of ``rmqueue_bulk``: each iteration moves one block."""

    begun = 0
    """How many steps were taken before the iteration."""

    def enter(self) -> None:
        """Go on from any state in which the list has a block."""
        super().enter()
        self.begun = len(self.world.steps)

    def spent(self, left: Term) -> None:
        """The block is no longer to be moved."""
        of = self.world
        moves = [step for step in of.steps[self.begun :] if step.does == "refill"]
        right = left == LEFT - 1 if len(moves) == 1 else z3.BoolVal(False)
        of.owe("loop", right, "an iteration moves one block, and counts it")


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
