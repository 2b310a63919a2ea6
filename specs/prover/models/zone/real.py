"""The scenes of a zone with migratetypes: a real zone, with what changes written down."""

from __future__ import annotations

from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.labels import FREE, LIVE, PCP
from specs.prover.method.scene import Change, RealStage, Scene, View, in_hand
from specs.prover.models.core.real import listed_in, recorded_area
from specs.prover.models.core.real import told as told_by_the_core
from specs.prover.models.zone.contracts import stealing
from specs.prover.models.zone.elsewhere import elsewhere_maps
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.stage import MobilityStage

MIGRATETYPES = 5
SILENT = ("find_victim", "may_reserve", "leaves")
"""Functions that only answer."""


def recorded_pageblocks(stage: RealStage) -> Any:
    """The subject's pageblocks, which tell the stage of what changes."""
    order = Geometry(stage.top).order

    class Recorded(stage.subject.linux.pageblock.Pageblocks):  # type: ignore[misc, name-defined]  # of any subject
        """Pageblocks."""

        def set(self, pfn: int, migratetype: int) -> None:
            """As it is."""
            super().set(pfn, migratetype)
            stage.change("type", pfn, order, migratetype)

    return Recorded()


def told(name: str, answer: Any, *args: Any, to_tail: bool = False, **named: Any) -> Change | None:
    """What a function did, as its contract says it."""
    if name in ("move_freepages", "move_freepages_block"):
        return Change("move", args[1], 0, args[-1])
    if name == "rmqueue":
        return None if answer is None else Change("alloc", answer, args[1], args[2])
    if name == "steal_suitable_fallback":
        return Change("steal", args[1].pfn, 0, args[2])
    if name == "free_range":
        return Change("free range", args[1], 0, None, to_tail)
    if name == "unreserve_first":
        return Change("turn" if answer else "idle turn", 0, args[1])
    return None if name in SILENT else told_by_the_core(name, answer, *args, to_tail=to_tail)


class RealMobilityZone(RealStage, MobilityStage):
    """A real zone."""

    def __init__(self, subject: Subject, scene: Scene) -> None:
        super().__init__(subject, scene)
        linux = subject.linux
        blocks = recorded_pageblocks(self)
        for start, migratetype in scene.types.items():
            blocks.set(start, migratetype)
        for low, high, listed in scene.elsewhere:
            area = subject.free_area.FreeArea(scene.top, MIGRATETYPES)
            for block in listed:
                area.add(block.start, block.order, block.migratetype, tail=True)
            blocks.belong(low, high, area)
        start, end = scene.number("zone_start"), scene.number("zone_end", 1 << 52)
        self.boosts: list[Any] = []
        policy = linux.versions.v6_1.LINUX_6_1._replace(boost=self.boosts.append)
        self.zone = linux.mobility.MobilityZone(start, end, blocks, policy, scene.number("managed"))
        self.zone.free_area = recorded_area(self, scene.top, MIGRATETYPES)
        for block in scene.blocks:
            if block.kind == FREE:
                self.zone.free_area.add(block.start, block.order, block.migratetype, tail=True)
        self.zone.nr_isolate_pageblock = scene.number("nr_isolate")
        self.zone.nr_reserved_highatomic = scene.number("nr_reserved")
        self.kind = scene.number("mt")
        self.changes.clear()

    def further_maps(self) -> list[tuple[z3.FuncDeclRef, z3.ExprRef]]:
        """Where the other zones lie, and what is free there."""
        return elsewhere_maps(self.scene.elsewhere, self.top)

    def told(self, name: str, answer: Any, *args: Any, **named: Any) -> None:
        """As the contract says it."""
        change = told(name, answer, *args, **named)
        if change is not None:
            self.changes.append(change)

    def given(self) -> int:
        """The caller owns it."""
        page = self.scene.number("p")
        self.owned.append((page, page + int(2**self.order)))
        return page

    def listed(self) -> int:
        """It is on a list."""
        return self.scene.number("p")

    page = head = isolated = listed

    def moved(self) -> tuple[int, int]:
        """Whoever has its pages."""
        return self.scene.number("start"), self.scene.number("end")

    def fed(self) -> tuple[int, int]:
        """The caller owns it."""
        return self.moved()

    def split(self) -> tuple[int, int]:
        """The block, and where."""
        return self.listed(), self.scene.number("split")

    def victim(self) -> Any:
        """As it would have been found."""
        whole = stealing(Geometry(self.top), self.order, self.wanted)
        kind = self.scene.number("listed_type")
        return self.subject.linux.fallback.Victim(self.listed(), self.order, kind, whole)

    def movable(self, page: int) -> int:
        """As many everywhere."""
        return self.scene.number("movable_pages")

    movable_of_the_victim = movable

    def view(self) -> View:
        """Whoever has a block has it still; what is in no list is the caller's."""
        blocks = (*listed_in(self.zone.free_area), *self.others())
        found = in_hand(self.scene, self.owned, blocks)
        return found._replace(types=dict(self.zone.pageblocks.types()))

    def others(self) -> tuple[Any, ...]:
        """The blocks that are on no free list."""
        return self.of_others(LIVE, PCP)
