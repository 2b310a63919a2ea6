"""A symbolic zone whose pages are grouped by mobility: typed lists, pageblocks, counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from specs.ledger.subject import BY_Z3, Subject
from specs.prover.method import invariants as inv
from specs.prover.method.labels import FREE, LIMIT, State, Term, Truth, align, is_block, label, pfn, size_of
from specs.prover.method.labels import unknown as unknown_state
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.paths import Path
from specs.prover.method.scene import Listed
from specs.prover.method.shape import faults as read
from specs.prover.method.shape import hidden_state_faults
from specs.prover.method.terms import built_once
from specs.prover.method.world import Step, World
from specs.prover.models.core.area import Area
from specs.prover.models.zone.geometry import TOP, Geometry, faults
from specs.prover.models.zone.retyped import Move

ZONE_START, ZONE_END = z3.BitVec("zone_start", 64), z3.BitVec("zone_end", 64)
MIGRATETYPES = 5
ISOLATED, RESERVED = z3.BitVec("nr_isolate", 64), z3.BitVec("nr_reserved", 64)


@dataclass(frozen=True, eq=False)
class Types:
    """The migratetype of each pageblock: an unknown function, or one in which some were set."""

    name: str
    order: int
    updates: tuple[tuple[Term, Term], ...] = ()

    def __call__(self, page: Term) -> Term:
        """The type of the pageblock that contains the page."""
        return _type_at(self, page)

    def set(self, page: Term, value: Term) -> Types:
        """The map in which the page's pageblock has the type."""
        return _typed(self, page, value)


@built_once
def _type_at(types: Types, page: Term) -> Term:
    start = align(page, types.order)
    found = z3.Function(types.name, z3.BitVecSort(64), z3.BitVecSort(3))(start)
    for changed, value in types.updates:
        found = z3.If(start == align(changed, types.order), value, found)
    return found


@built_once
def _typed(types: Types, page: Term, value: Term) -> Types:
    return Types(types.name, types.order, (*types.updates, (page, value)))


@built_once
def unknown_types(name: str, order: int) -> Types:
    """Types of which nothing is known."""
    return Types(f"T{name}", order)


def _first_type(page: Term) -> Term:
    """The type of the pageblock that begins there, in the beginning; one of the five that there are."""
    found = z3.Function("any_type", z3.BitVecSort(64), z3.BitVecSort(3))(page)
    return z3.If(z3.ULT(found, z3.BitVecVal(5, 3)), found, z3.BitVecVal(0, 3))


@dataclass
class ZoneWorld(World):
    """The state of a zone whose pages are grouped by mobility."""

    types: Types = field(init=False)
    types_before: Types = field(init=False)
    heads_of: list[tuple[State, int, Term, LiftedPfn | None]] = field(default_factory=list)
    """What was said of a list's head, which stays so until the lists change."""
    counted: list[tuple[State, int, bool]] = field(default_factory=list)
    """Whether all lists of an order are empty, as it was said of that state."""
    zone: Any = None
    """The zone, whose counters are read when the run is over."""
    zone_lists: Any = None
    """The lists of the CPU on which the call runs."""
    moves: list[Move] = field(default_factory=list)
    """What functions that are stubs have moved."""
    moved_pages: list[Term] = field(default_factory=list)
    """How many pages that were, each time."""
    boosts: list[Any] = field(default_factory=list)
    """The zones whose marks were to be boosted."""

    @property
    def geometry(self) -> Geometry:
        """The size of pageblocks."""
        return Geometry(self.state.top)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.types = self.types_before = unknown_types("0", self.geometry.order)

    def further_maps(self, at: Term) -> list[tuple[z3.FuncDeclRef, Term]]:
        """The types, which are those that there are."""
        known = _first_type(at)
        return [(z3.Function(name, z3.BitVecSort(64), z3.BitVecSort(3)), known) for name in ("T0", "Tc")]

    def further(self, pages: Sequence[int]) -> list[tuple[int, Term]]:
        """The types of the pages' pageblocks."""
        order = self.geometry.order
        starts = sorted({page & -(1 << order) for page in pages})
        return [(start, _first_type(pfn(start))) for start in starts]

    def begin_iteration(self) -> None:
        """The types of the pageblocks may be any, too."""
        self.new_types("c")

    def new_types(self, name: str) -> Types:
        """Go on with types of which nothing is known."""
        self.types = unknown_types(name, self.geometry.order)
        return self.types


def zone_world(subject: Subject, path: Path, top: int) -> ZoneWorld:
    """A zone in any state at all that satisfies the invariants; free buddies below a pageblock merge."""
    state = unknown_state("0", top, Geometry(top).order)
    made = ZoneWorld(path, state, state)
    path.world = made
    path.assume(inv.BOUND, z3.ULT(ZONE_START, ZONE_END), z3.ULE(ZONE_END, inv.END))
    if top == TOP:
        made.require(faults(subject))
    made.rare.append(lambda page: listed_in_zone(state, page))
    for name in BY_Z3:
        made.require(read(hidden_state_faults, subject.text(name), "constants"))
    return made


@built_once
def in_zone(page: Term) -> Truth:
    """Whether the zone spans the page."""
    return z3.And(z3.ULE(ZONE_START, page), z3.ULT(page, ZONE_END))


@built_once
def owned_in_zone(state: State, page: Term) -> Truth:
    """Whatever has an owner lies in the zone: the lists of a zone hold pages of that zone alone."""
    return z3.Implies(state.owner(page) != 0, in_zone(page))


@built_once
def listed_in_zone(state: State, page: Term) -> Truth:
    """A block that is listed lies in the zone as a whole; what that rests on is row zone-edges."""
    listed = state.heads(page)
    last = page + size_of(listed) - pfn(1)
    return z3.Implies(is_block(listed), z3.And(z3.ULE(ZONE_START, page), z3.ULT(last, ZONE_END)))


def zone_of_page(page: Term) -> Term:
    """To which other zone the page belongs, if it lies outside this one; 0 if to none."""
    return z3.Function("zone_of", z3.BitVecSort(64), z3.BitVecSort(8))(page)


def free_elsewhere(zone: Term, page: Term, order: int) -> Truth:
    """Whether a free block of the order is listed at the page in that other zone."""
    return elsewhere_map(order)(zone, page) == 1


def elsewhere_map(order: int) -> z3.FuncDeclRef:
    """By zone and page: whether a free block of the order is listed there."""
    sorts = z3.BitVecSort(8), z3.BitVecSort(64), z3.BitVecSort(1)
    return z3.Function(f"elsewhere{order}", *sorts)


def elsewhere_maps(
    zones: Sequence[tuple[int, int, Sequence[Listed]]], top: int
) -> list[tuple[z3.FuncDeclRef, z3.ExprRef]]:
    """What ``zone_of_page`` and ``free_elsewhere`` are where the other zones are known."""
    page, other = z3.Var(0, z3.BitVecSort(64)), z3.Var(1, z3.BitVecSort(64))
    number = z3.Var(0, z3.BitVecSort(8))
    belongs = z3.BitVecVal(0, 8)
    free = dict.fromkeys(range(top + 1), z3.BitVecVal(0, 1))
    for zone, (low, high, listed) in enumerate(zones, 1):
        inside = z3.And(z3.ULE(pfn(low), page), z3.ULT(page, pfn(high)))
        belongs = z3.If(inside, z3.BitVecVal(zone, 8), belongs)
        for block in listed:
            there = z3.And(number == zone, other == pfn(block.start))
            free[block.order] = z3.If(there, z3.BitVecVal(1, 1), free[block.order])
    maps = [(zone_of_page(pfn(0)).decl(), belongs)]
    return maps + [(elsewhere_map(order), told) for order, told in free.items()]


def page_in_zone(path: Path, page: Term) -> LiftedPfn:
    """Any page of the zone."""
    path.assume(in_zone(page), z3.ULT(page, LIMIT))
    return LiftedPfn(path, page)


class TypedArea(Area):
    """Stands in for the ``FreeArea`` of a zone with migratetypes, which may be known or unknown ones."""

    world: ZoneWorld

    def add(self, block: LiftedPfn, order: int, migratetype: Any, *, tail: LiftedBool | bool) -> None:
        """List an owned block as free."""
        super().add(block, order, LiftedType(type_term(migratetype)), tail=tail)

    def remove(self, block: LiftedPfn, order: int) -> LiftedType:
        """Unlist a free block; the invariants hold when it is unlisted."""
        of = self.world
        calm = inv.at(of.state, "coalesced", block.term)
        label = super().remove(block, order)
        of.extra.append(calm)
        return LiftedType(label.term, of.path)

    def first(self, order: int, migratetype: Any) -> LiftedPfn | None:
        """As ever, but what was answered of a list is answered again until the lists change."""
        of, wanted = self.world, type_term(migratetype)
        for state, known, kind, head in of.heads_of:
            if state is of.state and known == order and kind.eq(wanted):
                return head
        head = super().first(order, LiftedType(wanted))
        of.heads_of.append((of.state, order, wanted, head))
        return head

    def none_free(self, order: int) -> bool:
        """Whether all lists of the order are empty.  Linux: nr_free == 0 of struct free_area."""
        of, order = self.world, self.world.order_in_range(order)
        if any(state is of.state and known == order and head for state, known, _, head in of.heads_of):
            return False
        for state, known, answer in of.counted:
            if state is of.state and known == order:
                return answer
        answer = of.path.choose()
        of.counted.append((of.state, order, answer))
        for migratetype in range(MIGRATETYPES if answer else 0):
            wanted = type_term(migratetype)
            of.empties.append((of.state, label(FREE, wanted, order)))
            of.heads_of.append((of.state, order, wanted, None))
        return answer


@dataclass(frozen=True)
class OtherArea:
    """Stands in for the free lists of another zone, of which anything may be so."""

    world: ZoneWorld
    zone: Term

    def is_free_block(self, block: LiftedPfn, order: int) -> LiftedBool:
        """Whether a free block of that order is listed there."""
        order = self.world.order_in_range(order)
        return LiftedBool(self.world.path, free_elsewhere(self.zone, block.term, order))


class SymbolicPageblocks:
    """Stands in for ``Pageblocks``."""

    def __init__(self, of: ZoneWorld) -> None:
        self.world = of

    def free_area_of(self, page: LiftedPfn) -> OtherArea | None:
        """The free lists of the zone to which a page outside this one belongs, if it belongs to any."""
        zone, path = zone_of_page(page.term), self.world.path
        if not path.choose():
            path.assume(zone == 0)
            return None
        path.assume(zone != 0)
        return OtherArea(self.world, zone)

    def migratetype(self, page: LiftedPfn) -> LiftedType:
        """The type of the pageblock that contains the page."""
        return LiftedType(self.world.types(page.term), self.world.path)

    def set(self, page: LiftedPfn, migratetype: Any) -> None:
        """Set it."""
        of, value = self.world, type_term(migratetype)
        of.steps.append(Step("type", page.term, of.geometry.order, value))
        of.types = of.types.set(page.term, value)


def zone_of(subject: Subject, of: ZoneWorld) -> Any:
    """A zone of the subject's class whose state is symbolic."""
    zone = of.zone = object.__new__(subject.linux.mobility.MobilityZone)
    path = of.path
    zone.start, zone.end = LiftedPfn(path, ZONE_START), LiftedPfn(path, ZONE_END)
    zone.free_area, zone.pageblocks = TypedArea(of), SymbolicPageblocks(of)
    zone.nr_isolate_pageblock = LiftedPfn(path, ISOLATED)
    zone.nr_reserved_highatomic = LiftedPfn(path, RESERVED)
    path.assume(z3.ULT(ISOLATED, LIMIT), z3.ULT(RESERVED, LIMIT))
    zone.managed = LiftedPfn(path, z3.BitVec("managed", 64))
    zone.policy = subject.linux.versions.v6_1.LINUX_6_1._replace(boost=of.boosts.append)
    return zone


def pageblock_of(of: ZoneWorld, page: Term) -> tuple[Term, Term]:
    """The first page of the page's pageblock, and the one behind its last."""
    start = align(page, of.geometry.order)
    return start, start + pfn(of.geometry.pages)
