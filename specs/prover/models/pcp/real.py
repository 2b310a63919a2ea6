"""The scenes of per-CPU lists: real ones, with what changes written down."""

from __future__ import annotations

from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.labels import LIVE, PCP
from specs.prover.method.scene import Change, Listed, RealStage, Scene
from specs.prover.models.pcp.stage import PcpStage
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.real import RealMobilityZone
from specs.prover.models.zone.real import told as told_by_the_zone

FIGURES = ("refill_blocks", "pcp_limit", "pages_to_drain", "next_pindex")
"""Functions that only answer."""


def recorded_lists(stage: RealStage, high: int, batch: int) -> Any:
    """The subject's lists of one CPU, which tell the stage of what changes."""
    geometry = Geometry(stage.top)

    class Recorded(stage.subject.linux.pcp.PerCpuPages):  # type: ignore[misc, name-defined]  # of any subject
        """Lists."""

        def add(self, pindex: int, pfn: int, migratetype: int, *, tail: bool) -> None:
            """As it is."""
            super().add(pindex, pfn, migratetype, tail=tail)
            stage.change("pcp add", pfn, geometry.order_of(pindex), migratetype, tail)

        def remove(self, pindex: int, pfn: int) -> int:
            """As it is."""
            migratetype: int = super().remove(pindex, pfn)
            stage.change("pcp remove", pfn, geometry.order_of(pindex))
            return migratetype

    return Recorded(high, batch)


class RealPcp(RealMobilityZone, PcpStage):
    """A real zone, and the lists of one CPU."""

    def __init__(self, subject: Subject, scene: Scene) -> None:
        super().__init__(subject, scene)
        self.pcp = recorded_lists(self, scene.number("high"), max(1, scene.number("batch", 1)))
        self.pcp.free_factor = min(5, scene.number("free_factor"))
        for block in scene.blocks:
            if block.kind == PCP:
                self.pcp.add(self.list_of(block), block.start, block.migratetype, tail=True)
        self.changes.clear()

    def list_of(self, block: Listed) -> int:
        """The list of the block's order and type."""
        geometry, movable = Geometry(self.top), block.migratetype == 1 or block.migratetype >= 3
        if block.order == geometry.order:
            return geometry.lists - 1 if movable else geometry.lists - 2
        return 3 * block.order + (1 if movable else block.migratetype)

    def asked(self, name: str, *args: Any, **named: Any) -> None:
        """Which block drains, only the lists know."""
        if name == "drain_one":
            self.drained = self.pcp.last(args[2])

    def told(self, name: str, answer: Any, *args: Any, **named: Any) -> None:
        """As the contract says it; which block came, only the lists know."""
        change: Change | None
        if name in FIGURES or (name in ("refill_one", "drain_one") and not answer):
            return
        if name == "refill_one":
            change = Change("refill", self.pcp.last(self.list_for(args[3], args[2])), args[2])
        elif name == "rmqueue_bulk":
            head = self.pcp.first(self.list_for(args[3], args[2]))
            change = None if head is None else Change("bulk", head, args[2])
        elif name == "drain_one":
            change = Change("drain", self.drained, Geometry(self.top).order_of(args[2]))
        elif name == "free_pcppages_bulk":
            change = Change("bulk drain", args[2], args[3])
        else:
            change = told_by_the_zone(name, answer, *args, **named)
        if change is not None:
            self.changes.append(change)

    def list_for(self, migratetype: int, order: int) -> int:
        """The list of that type and order."""
        return self.list_of(Listed(0, order, PCP, migratetype))

    def blocks(self) -> int:
        """As many as are asked for."""
        return min(self.scene.number("blocks1", 2), 64)

    def pages(self) -> tuple[int, int]:
        """As many as are to be drained, from some list on."""
        pages = self.scene.number("pages1", 1)
        return pages - (pages >> 63 << 64), self.scene.number("pindex")

    def emptied(self) -> Any:
        """They count their pages themselves."""
        return self.pcp

    def others(self) -> tuple[Listed, ...]:
        """The blocks on the lists, and those that are live."""
        geometry = Geometry(self.top)
        listed = [
            Listed(pfn, geometry.order_of(index), PCP, migratetype)
            for index, blocks in enumerate(self.pcp.lists)
            for pfn, migratetype in blocks.items()
        ]
        return (*listed, *self.of_others(LIVE))
