"""What a call of the core is made on: the arguments that it may have, and the zone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method import invariants as inv
from specs.prover.method.invariants import MT
from specs.prover.method.labels import Term, Truth, aligned, pfn, unknown
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.loops import START, STOP
from specs.prover.method.operations import Stage, SymbolicStage, Variant
from specs.prover.method.paths import Path
from specs.prover.method.shape import faults, hidden_state_faults, lookup_faults
from specs.prover.method.stubs import replaced
from specs.prover.method.world import P, World
from specs.prover.models.core.area import Area
from specs.prover.models.core.contracts import Stubs, ZoneStubs
from specs.prover.models.core.live import Live
from specs.prover.models.core.loops import FeedLoop
from specs.prover.models.core.spans import SymbolicSpans


class CoreStage(Stage):
    """The free lists of one zone, and one type."""

    area: Any
    kind: Any

    @abstractmethod
    def given(self) -> Any:
        """A block of the order that the caller owns, and gives back."""

    @abstractmethod
    def wanted(self) -> Any:
        """A block of the order that the caller would like to have."""

    @abstractmethod
    def fed(self) -> tuple[Any, Any]:
        """A range that the caller owns; a loop runs through it."""


class ZoneStage(Stage):
    """A whole zone."""

    zone: Any

    @abstractmethod
    def page(self) -> Any:
        """Any page number at all."""

    @abstractmethod
    def span(self) -> tuple[Any, Any]:
        """Any two page numbers."""


def world(path: Path, top: int) -> World:
    """A zone in any state at all that satisfies the invariants."""
    state = unknown("0", top)
    made = World(path, state, state)
    path.world = made
    path.assume(inv.BOUND)
    return made


def block_argument(order: int) -> tuple[Truth, Truth]:
    """What is known of the argument of that order: an aligned block below the limit."""
    return aligned(P, order), z3.ULE(P, pfn((1 << 52) - (1 << order)))


def given_block(of: World, order: int) -> LiftedPfn:
    """The argument: an aligned block that the caller owns."""
    of.path.assume(*block_argument(order))
    of.given = (P, order)
    of.state = of.state.hold(P, order)
    return LiftedPfn(of.path, P)


class AnyArea(SymbolicStage, CoreStage):
    """Any free lists at all."""

    def __init__(self, subject: Subject, variant: Variant, top: int, path: Path) -> None:
        super().__init__(subject, variant, world(path, top))
        self.world.require(faults(hidden_state_faults, subject.text("buddy")))
        self.contracts: Any = Stubs(self.world)
        self.area, self.kind = Area(self.world), LiftedType(MT)

    def given(self) -> LiftedPfn:
        """It is in hand when the run begins."""
        return given_block(self.world, self.order)

    def wanted(self) -> LiftedPfn:
        """A split needs no fact of it, and is the same for all orders."""
        self.world.path.denied += block_argument(self.order)
        self.world.roots.append(P)
        return LiftedPfn(self.world.path, P)

    def fed(self) -> tuple[LiftedPfn, LiftedPfn]:
        """By the loop rule."""
        of = self.world
        between_them(of, START, STOP)
        of.tells = True
        loop = FeedLoop(self.contracts)
        self.contracts.free_one_page = loop.free_one_page
        return loop.start, LiftedPfn(of.path, STOP)


def between_them(of: World, start: Term, stop: Term) -> None:
    """They bound a range of the zone's pages, which may be empty."""
    of.path.assume(z3.ULE(start, stop), z3.ULE(stop, inv.END))
    of.roots += [start, stop]


class AnyZone(SymbolicStage, ZoneStage):
    """Any zone at all, between two calls."""

    def __init__(self, subject: Subject, variant: Variant, top: int, path: Path) -> None:
        super().__init__(subject, variant, world(path, top))
        of = self.world
        of.at_rest = True
        self.contracts = ZoneStubs(of, subject)
        self.zone = object.__new__(subject.zone.Zone)
        self.zone.free_area, self.zone.live, self.zone.spans = Area(of), Live(of), SymbolicSpans(of)
        of.require(faults(lookup_faults, subject.text("zone")))
        of.require(faults(hidden_state_faults, subject.text("buddy")))

    def page(self) -> LiftedPfn:
        """Of which nothing is known."""
        self.world.roots.append(P)
        return LiftedPfn(self.world.path, P)

    def span(self) -> tuple[LiftedPfn, LiftedPfn]:
        """Of which nothing is known."""
        self.world.roots += [START, STOP]
        return LiftedPfn(self.world.path, START), LiftedPfn(self.world.path, STOP)

    @contextmanager
    def during(self) -> Iterator[None]:
        """Its one type is any; and whatever the call does, it keeps the very objects that hold its state."""
        parts = dict(vars(self.zone))
        with replaced(self.subject.zone, UNMOVABLE=LiftedType(MT)):
            try:
                yield
            finally:
                now = vars(self.zone)
                changed = (name for name in {*parts, *now} if now.get(name) is not parts.get(name))
                self.world.require(f"the zone's {name} is replaced by another object" for name in changed)
