"""A symbolic zone whose pages are grouped by mobility: typed lists, pageblocks, counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from specs.ledger.subject import BY_Z3, Subject
from specs.prover.method import invariants as inv
from specs.prover.method.labels import LIMIT, State, Term, Truth, align, is_block, pfn, size_of
from specs.prover.method.labels import unknown as unknown_state
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.method.shape import faults as read
from specs.prover.method.shape import hidden_state_faults
from specs.prover.method.terms import built_once
from specs.prover.method.world import World
from specs.prover.models.zone.geometry import TOP, Geometry, faults
from specs.prover.models.zone.retyped import Move
from specs.prover.models.zone.types import Types, first_type, unknown_types

ZONE_START, ZONE_END = z3.BitVec("zone_start", 64), z3.BitVec("zone_end", 64)
MIGRATETYPES = 5
ISOLATED, RESERVED = z3.BitVec("nr_isolate", 64), z3.BitVec("nr_reserved", 64)


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
        known = first_type(at)
        return [(z3.Function(name, z3.BitVecSort(64), z3.BitVecSort(3)), known) for name in ("T0", "Tc")]

    def further(self, pages: Sequence[int]) -> list[tuple[int, Term]]:
        """The types of the pages' pageblocks."""
        order = self.geometry.order
        starts = sorted({page & -(1 << order) for page in pages})
        return [(start, first_type(pfn(start))) for start in starts]

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


def page_in_zone(path: Path, page: Term) -> LiftedPfn:
    """Any page of the zone."""
    path.assume(in_zone(page), z3.ULT(page, LIMIT))
    return LiftedPfn(path, page)


def pageblock_of(of: ZoneWorld, page: Term) -> tuple[Term, Term]:
    """The first page of the page's pageblock, and the one behind its last."""
    start = align(page, of.geometry.order)
    return start, start + pfn(of.geometry.pages)
