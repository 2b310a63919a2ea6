"""What a call of a zone with migratetypes is made on: the arguments that it may have, and the zone."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.invariants import MT
from specs.prover.method.labels import FREE, label, pfn
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.loops import START, STOP
from specs.prover.method.operations import Stage, SymbolicStage, Variant
from specs.prover.method.paths import Path
from specs.prover.method.world import P
from specs.prover.models.core.stage import between_them, given_block
from specs.prover.models.zone.contracts import MobilityStubs, stealing
from specs.prover.models.zone.loops import MoveLoop, RangeLoop
from specs.prover.models.zone.objects import zone_of
from specs.prover.models.zone.world import (
    ISOLATED,
    ZoneWorld,
    in_zone,
    page_in_zone,
    pageblock_of,
    zone_world,
)

LISTED_TYPE = z3.BitVec("listed_type", 3)
"""The type of the list on which a victim is."""
MOVABLE_PAGES = z3.BitVec("movable_pages", 64)
SPLIT = z3.BitVec("split", 64)
ISOLATE = z3.BitVecVal(4, 3)


class MobilityStage(Stage):
    """A zone, and a type."""

    zone: Any
    kind: Any

    @property
    def wanted(self) -> int:
        """The type that is asked for, where it must be known."""
        return self.variant.migratetype

    def flags(self, *names: str) -> dict[str, bool]:
        """Which of them are set."""
        return {name: name in self.variant.options for name in names}

    @abstractmethod
    def given(self) -> Any:
        """A block of the order that the caller owns, and gives back."""

    @abstractmethod
    def listed(self) -> Any:
        """A free block of the order, on the list of some type."""

    @abstractmethod
    def page(self) -> Any:
        """Any page of the zone."""

    @abstractmethod
    def head(self) -> Any:
        """Any page of the zone, of which is known who owns it."""

    @abstractmethod
    def isolated(self) -> Any:
        """Any page of the zone, which counts its isolated pageblocks."""

    @abstractmethod
    def moved(self) -> tuple[Any, Any]:
        """A range; the loop that moves its free blocks runs through it."""

    @abstractmethod
    def fed(self) -> tuple[Any, Any]:
        """A range that the caller owns; the loop that feeds it runs through it."""

    @abstractmethod
    def split(self) -> tuple[Any, Any]:
        """A listed block, and a page in it or behind its last."""

    @abstractmethod
    def victim(self) -> Any:
        """A listed block, as what a request falls back to."""

    @abstractmethod
    def movable(self, page: Any) -> Any:
        """How many pages of a pageblock are in use and movable."""

    @abstractmethod
    def movable_of_the_victim(self, page: Any) -> Any:
        """The same, of the victim's pageblock alone."""


class AnyMobilityZone(SymbolicStage, MobilityStage):
    """Any zone at all."""

    world: ZoneWorld

    def __init__(self, subject: Subject, variant: Variant, top: int, path: Path) -> None:
        of = zone_world(subject, path, top)
        super().__init__(subject, variant, of)
        self.zone, self.kind = zone_of(subject, of), LiftedType(MT, path)
        self.contracts: Any = MobilityStubs(of, self.zone)

    def given(self) -> LiftedPfn:
        """It is in hand when the run begins."""
        self.world.path.assume(in_zone(P))
        return given_block(self.world, self.order)

    def listed(self) -> LiftedPfn:
        """The list's type may be any."""
        of = self.world
        of.path.assume(of.state.heads(P) == label(FREE, LISTED_TYPE, self.order), in_zone(P))
        of.roots.append(P)
        of.listed.append((P, self.order))
        return LiftedPfn(of.path, P)

    def page(self) -> LiftedPfn:
        """Below the limit."""
        return page_in_zone(self.world.path, P)

    def head(self) -> LiftedPfn:
        """Every invariant is at hand there."""
        self.world.roots.append(P)
        return self.page()

    def isolated(self) -> LiftedPfn:
        """nr_isolate_pageblock counts the isolated pageblocks."""
        page = self.page()
        counted = z3.Implies(self.world.types_before(P) == ISOLATE, z3.UGE(ISOLATED, pfn(1)))
        self.world.path.assume(counted)
        return page

    def moved(self) -> tuple[LiftedPfn, LiftedPfn]:
        """By the loop rule."""
        between_them(self.world, START, STOP)
        return MoveLoop(self.world, MT).start, LiftedPfn(self.world.path, STOP)

    def fed(self) -> tuple[LiftedPfn, LiftedPfn]:
        """By the loop rule."""
        of = self.world
        between_them(of, START, STOP)
        of.tells = True
        loop = RangeLoop(self.contracts, to_tail=self.variant.to_tail)
        self.contracts.free_one_page = loop.free_one_page
        return loop.start, LiftedPfn(of.path, STOP)

    def split(self) -> tuple[LiftedPfn, LiftedPfn]:
        """The split may leave one side empty."""
        block = self.listed()
        self.world.path.assume(z3.ULE(P, SPLIT), z3.ULE(SPLIT, P + pfn(1 << self.order)))
        return block, LiftedPfn(self.world.path, SPLIT)

    def victim(self) -> Any:
        """Whether its pageblock comes along is what the rule says."""
        whole = stealing(self.world.geometry, self.order, self.wanted)
        kind = LiftedType(LISTED_TYPE, self.world.path)
        return self.subject.linux.fallback.Victim(self.listed(), self.order, kind, whole)

    def movable(self, page: LiftedPfn) -> LiftedCount:
        """Where others only pass the question on, nobody asks it."""
        raise AssertionError("the number of movable pages is asked for")

    def movable_of_the_victim(self, page: LiftedPfn) -> LiftedCount:
        """The caller's answer: any number of pages that a pageblock may have."""
        of = self.world
        of.path.assume(z3.ULE(MOVABLE_PAGES, pfn(of.geometry.pages)))
        start, _ = pageblock_of(of, P)
        first = z3.If(in_zone(start), start, P)
        says = "movable pages are counted from the pageblock's start, or from the victim if that lies outside"
        of.owe("asks", page.term == first, says, P)
        return LiftedCount(of.path, MOVABLE_PAGES)
