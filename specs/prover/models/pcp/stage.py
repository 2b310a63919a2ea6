"""What a call of the per-CPU lists is made on: the lists of one CPU, and their zone."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.contracts import Clauses
from specs.prover.method.labels import State, Term, Truth
from specs.prover.method.loops import Countdown
from specs.prover.method.operations import Variant
from specs.prover.method.paths import Path
from specs.prover.models.pcp.contracts import AnyIndex, PcpStubs, drained, filled, refilled
from specs.prover.models.pcp.lists import COUNT, PerCpu
from specs.prover.models.pcp.loops import BulkLoop, DrainLoop, EmptyingLoop
from specs.prover.models.zone.stage import AnyMobilityZone, MobilityStage


class PcpStage(MobilityStage):
    """A zone with the lists of one CPU."""

    pcp: Any

    @abstractmethod
    def blocks(self) -> Any:
        """How many blocks to refill with; a loop counts them down."""

    @abstractmethod
    def pages(self) -> tuple[Any, Any]:
        """How many pages to drain, which a loop counts down, and the list to begin with."""

    @abstractmethod
    def emptied(self) -> Any:
        """The lists, whose count a loop takes down."""


def _refilled(order: int, migratetype: int, was: State, now: State, page: Term) -> Clauses:
    return refilled(was, now, order, migratetype, page)


class AnyPcp(AnyMobilityZone, PcpStage):
    """Any zone, and any lists."""

    def __init__(self, subject: Subject, variant: Variant, top: int, path: Path) -> None:
        super().__init__(subject, variant, top, path)
        self.pcp = self.world.zone_lists = PerCpu(self.world)
        self.contracts: Any = PcpStubs(self.world, self.zone, self.pcp)

    def blocks(self) -> Countdown:
        """The first iteration begins in the first state; a later one in any in which the list has a block."""
        of, order, wanted = self.world, self.order, self.wanted

        def one_is_there() -> tuple[Truth, str]:
            found = [step.pfn for step in of.steps if step.does == "refill"]
            return filled(of.state, order, wanted, found[0]), "the list has a block"

        blocks = self.contracts.refill_blocks(None, order)
        loop = BulkLoop(of, "rmqueue_bulk", partial(_refilled, order, wanted), one_is_there)
        return Countdown(loop, blocks.term, 1)

    def pages(self) -> tuple[Countdown, AnyIndex]:
        """Any number of pages, and any list."""
        pages = self.contracts.pages_to_drain(self.pcp, 0, None)
        return Countdown(DrainLoop(self.world, "free_pcppages_bulk", drained), pages.term, 0), AnyIndex()

    def emptied(self) -> PerCpu:
        """The count is the number of the lists' pages."""
        self.pcp.count = Countdown(EmptyingLoop(self.world, "drain_pages_zone", drained), COUNT, 0)
        pcp: PerCpu = self.pcp
        return pcp
