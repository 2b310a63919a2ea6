"""The core's operations, each set up to run from any state that satisfies the invariants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.method.shape import faults, hidden_state_faults, lookup_faults, loop_faults
from specs.prover.models.core import invariants as inv
from specs.prover.models.core.contracts import Stubs
from specs.prover.models.core.invariants import MT
from specs.prover.models.core.labels import HELD, LIMIT, NONE, aligned, pfn, unknown
from specs.prover.models.core.live import Live
from specs.prover.models.core.loops import START, STOP, Loop
from specs.prover.models.core.world import Area, LiftedType, Step, World, Y, world

P = z3.BitVec("p", 64)
TYPE = LiftedType(MT)


@dataclass(frozen=True)
class Variant:
    """One choice of an operation's concrete arguments."""

    order: int = 0
    to_tail: bool = False
    migratetype: int = 0
    """Of the operations that want it known."""
    index: int = 0
    """Of a per-CPU list."""
    options: frozenset[str] = frozenset()
    """The flags that are set."""


@dataclass(frozen=True)
class Walk:
    """One path of an operation, walked."""

    operation: str
    variant: Variant
    top: int
    path: Path

    @property
    def world(self) -> World:
        """The state that it worked on."""
        assert isinstance(self.path.world, World)
        return self.path.world


Run = Callable[[Subject, Variant, int, Path], object]


def block_argument(order: int) -> tuple[z3.BoolRef, z3.BoolRef]:
    """What is known of the argument of that order: an aligned block below the limit."""
    return aligned(P, order), z3.ULE(P, pfn((1 << 52) - (1 << order)))


def _rmqueue(subject: Subject, variant: Variant, top: int, path: Path) -> object:
    of = world(path, top)
    of.require(faults(hidden_state_faults, subject.text("buddy")))
    return subject.buddy.rmqueue_smallest(Area(of), variant.order, TYPE)


def _free(subject: Subject, variant: Variant, top: int, path: Path) -> object:
    of = world(path, top)
    path.assume(*block_argument(variant.order))
    of.given = (P, variant.order)
    of.state = of.state.hold(P, variant.order)
    return subject.buddy.free_one_page(
        Area(of), LiftedPfn(path, P), variant.order, TYPE, to_tail=variant.to_tail
    )


def _take(subject: Subject, variant: Variant, top: int, path: Path) -> object:
    of = world(path, top)
    path.denied += block_argument(variant.order)  # a split needs neither, and is the same for all orders
    of.roots.append(P)
    return subject.buddy.take(Area(of), LiftedPfn(path, P), variant.order)


def _add_range(subject: Subject, variant: Variant, top: int, path: Path) -> object:
    of = world(path, top)
    path.assume(z3.ULE(START, STOP), z3.ULE(STOP, inv.END))
    of.roots += [START, STOP]
    of.tells = True
    of.require(
        (
            *faults(loop_faults, subject.text("buddy"), "add_range"),
            *faults(hidden_state_faults, subject.text("buddy")),
        )
    )
    loop = Loop(of)
    with replaced(subject.buddy, free_one_page=loop.free_one_page):
        return subject.buddy.add_range(Area(of), loop.start, LiftedPfn(path, STOP), TYPE)


def _once(top: int) -> list[Variant]:
    return [Variant()]


def _each_order(top: int) -> list[Variant]:
    return [Variant(order) for order in range(top + 1)]


@contextmanager
def replaced(module: ModuleType, **stubs: object) -> Iterator[None]:
    """The module with some of its global names bound to stubs, for as long as the run lasts."""
    old = {name: getattr(module, name) for name in stubs}
    for name, stub in stubs.items():
        setattr(module, name, stub)
    try:
        yield
    finally:
        for name, value in old.items():
            setattr(module, name, value)


class SymbolicSpans:
    """Stands in for ``Spans``: a page is the zone's exactly if it is not outside."""

    def __init__(self, of: World) -> None:
        self.world = of

    def overlaps(self, start: LiftedPfn, end: LiftedPfn) -> bool:
        """Forks: some page of the range is the zone's, or none is."""
        return self._some(start, end, outside=False)

    def covers(self, start: LiftedPfn, end: LiftedPfn) -> bool:
        """Forks: every page of the range is the zone's, or some is not."""
        return not self._some(start, end, outside=True)

    def add(self, start: LiftedPfn, end: LiftedPfn) -> None:
        """The pages of the range, none of which was the zone's, are in hand now."""
        of, was = self.world, self.world.state
        self._has_a_page(start, end)
        of.steps.append(Step("span", start.term, 0))
        now = unknown("s", was.top)

        def inside(page: z3.BitVecRef) -> z3.BoolRef:
            return z3.And(z3.ULE(start.term, page), z3.ULT(page, end.term))

        of.owe(
            "owned",
            z3.Implies(inside(Y), was.owner(Y) == NONE),
            "no page of a range that is added is the zone's already",
            Y,
        )
        of.laws.append(lambda page: now.owner(page) == z3.If(inside(page), HELD, was.owner(page)))
        of.state = now

    def _has_a_page(self, start: LiftedPfn, end: LiftedPfn) -> None:
        """Nobody may ask of an empty range, of which ``Spans`` and a set of pages say different things."""
        self.world.owe("owned", z3.ULT(start.term, end.term), "a range of the zone's has a page", start.term)

    def _some(self, start: LiftedPfn, end: LiftedPfn, *, outside: bool) -> bool:
        of, state = self.world, self.world.state
        self._has_a_page(start, end)

        def has(page: z3.BitVecRef) -> z3.BoolRef:
            inside = z3.And(z3.ULE(start.term, page), z3.ULT(page, end.term))
            return z3.And(inside, (state.owner(page) == 0) == outside)

        if of.path.choose():
            witness = of.fresh("witness")
            of.path.assume(has(witness))
            of.roots.append(witness)
            return True
        of.laws.append(lambda page: z3.Not(has(page)))
        return False


def zone_of(subject: Subject, of: World) -> Any:
    """A zone of the subject's class whose state is symbolic."""
    zone = object.__new__(subject.zone.Zone)
    zone.free_area, zone.live, zone.spans = Area(of), Live(of), SymbolicSpans(of)
    return zone


def _valid_range(of: World, subject: Subject, start: object, end: object) -> object:
    """The contract of ``range_error``, confirmed by CrossHair."""
    assert isinstance(start, LiftedPfn)
    assert isinstance(end, LiftedPfn)
    valid = z3.And(z3.ULT(start.term, end.term), z3.ULE(end.term, LIMIT))
    return None if of.path.decide(valid) else subject.errors.InvalidRange("start", "end")


def _valid_block(of: World, subject: Subject, block: object, order: int) -> object:
    """The contract of ``pfn_error``, confirmed by CrossHair: any page number is valid or rejected."""
    assert isinstance(block, LiftedPfn)
    below = z3.ULE(block.term, pfn((1 << 52) - (1 << order)))
    return None if of.path.decide(below) else subject.errors.InvalidPfn("p", order)


def _in_zone(method: str, subject: Subject, variant: Variant, top: int, path: Path) -> object:
    """A call of a zone; the functions of the buddy module are stubs, by their proved contracts."""
    of = world(path, top)
    of.at_rest = True
    zone, stubs = zone_of(subject, of), Stubs(of)
    contracts = {name: getattr(stubs, name) for name in STUBBED}
    edges = {
        "UNMOVABLE": TYPE,
        "pfn_error": partial(_valid_block, of, subject),
        "range_error": partial(_valid_range, of, subject),
    }
    parts = dict(vars(zone))
    of.require(
        (*faults(lookup_faults, subject.text("zone")), *faults(hidden_state_faults, subject.text("buddy")))
    )
    with (
        replaced(subject.zone, **edges),
        replaced(subject.buddy, **contracts),
        unchanged_parts(of, zone, parts),
    ):
        if method == "add_range":
            of.roots += [START, STOP]
            return zone.add_range(LiftedPfn(path, START), LiftedPfn(path, STOP))
        if method == "alloc":
            return zone.alloc(variant.order)
        of.roots.append(P)
        return getattr(zone, method)(LiftedPfn(path, P), variant.order)


@contextmanager
def unchanged_parts(of: World, zone: Any, parts: dict[str, object]) -> Iterator[None]:
    """Whatever the call does, the zone keeps the very objects that hold its state."""
    try:
        yield
    finally:
        now = vars(zone)
        changed = (name for name in {*parts, *now} if now.get(name) is not parts.get(name))
        of.require(f"the zone's {name} is replaced by another object" for name in changed)


STUBBED = ("rmqueue_smallest", "free_one_page", "take", "add_range")


OPERATIONS: dict[str, tuple[Run, Callable[[int], list[Variant]]]] = {
    "rmqueue_smallest": (_rmqueue, _each_order),
    "free_one_page": (_free, _each_order),
    "free_one_page, to_tail": (_free, lambda top: [Variant(order, to_tail=True) for order in range(top + 1)]),
    "take": (_take, _each_order),
    "add_range": (_add_range, _once),
    "Zone.alloc": (partial(_in_zone, "alloc"), _each_order),
    "Zone.free": (partial(_in_zone, "free"), _each_order),
    "Zone.take": (partial(_in_zone, "take"), _each_order),
    "Zone.add_range": (partial(_in_zone, "add_range"), _once),
}
