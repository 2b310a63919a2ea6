"""The contracts of the functions of a zone with migratetypes that others call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import z3

from specs.prover.method import invariants as inv
from specs.prover.method.contracts import Clauses, elsewhere
from specs.prover.method.labels import (
    FREE,
    HELD,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    label,
    pfn,
    size_of,
    type_of,
)
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.world import Step, Y
from specs.prover.models.core.contracts import Stubs, none_large
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.retyped import Move, moved, retype
from specs.prover.models.zone.world import RESERVED, ZoneWorld, in_zone, pageblock_of

FALLBACKS = {0: (2, 1), 1: (2, 0), 2: (0, 1)}
"""Whose blocks a request may take when its own lists are empty, best first; nobody takes 3 or 4."""


def least_order(order: int, geometry: Geometry, *, no_fragment: bool) -> int:
    """The smallest order of a block that a request of the order falls back to."""
    return max(order, geometry.order) if no_fragment else order


def stealing(geometry: Geometry, order: int, migratetype: int) -> bool:
    """Whether a request of the type that takes a block of the order takes its pageblock along."""
    return order >= geometry.steal or migratetype != 1


def none_of(was: State, orders: Iterable[int], types: Iterable[int], page: Term) -> Truth:
    """No free block of any of the orders and types starts at the page."""
    kinds = list(types)
    return inv.conjunction(was.heads(page) != label(FREE, kind, order) for order in orders for kind in kinds)


def none_allowed(was: State, order: int, migratetype: int, page: Term, *, no_fragment: bool) -> Truth:
    """No free block starts at the page that the policy lets the request have."""
    least = least_order(order, Geometry(was.top), no_fragment=no_fragment)
    own = none_of(was, range(order, was.top + 1), (migratetype,), page)
    others = none_of(was, range(least, was.top + 1), FALLBACKS.get(migratetype, ()), page)
    return z3.And(own, others)


def stolen(was: State, now: State, migratetype: Term, page: Term) -> Clauses:
    """Free blocks may have changed to the type, and nothing else has changed."""
    for before, after in ((was.owner(page), now.owner(page)), (was.heads(page), now.heads(page))):
        changed = z3.And(is_free(before), after == retype(before, migratetype))
        yield (
            z3.Or(after == before, changed),
            "a page keeps its owner; a free block may only change to the wanted type",
        )


def taken(was: State, now: State, head: Term, order: int, page: Term) -> Clauses:
    """The block was free, and is in hand; nothing else has changed hands."""
    inside = align(page, order) == head
    yield z3.Implies(inside, is_free(was.owner(page))), "every page of the block was free"
    yield z3.Implies(inside, now.owner(page) == HELD), "every page of the block is the caller's afterwards"
    yield from elsewhere(was, now, z3.Not(inside), page)


def fed(was: State, now: State, start: Term, end: Term, page: Term) -> Clauses:
    """The range is free, and nothing else has changed hands."""
    inside = z3.And(z3.ULE(start, page), z3.ULT(page, end))
    yield z3.Implies(inside, is_free(now.owner(page))), "every page of the range is free"
    yield from elsewhere(was, now, z3.Not(inside), page)


class Victim:
    """A victim that nobody looks into."""


class MobilityStubs(Stubs):
    """What the functions of a zone with migratetypes call."""

    world: ZoneWorld

    def __init__(self, of: ZoneWorld, zone: Any) -> None:
        super().__init__(of)
        self.zone = zone
        self.victim: tuple[Victim, Term] | None = None
        self.refused: list[tuple[State, int, Term]] = []

    def _same(self, area: object, migratetype: LiftedType | None = None) -> None:
        if area is not self.zone.free_area:
            self.world.require(["the call is about the zone's own lists"])

    def _own(self, zone: object) -> None:
        if zone is not self.zone:
            self.world.require(["the call is about this zone"])

    def rmqueue_smallest(self, area: Any, order: int, migratetype: Any) -> LiftedPfn | None:
        """Contract: alloc-exact, alloc-refusal, policy-alloc; a refusal stands until something changes."""
        of, wanted = self.world, type_term(migratetype)
        for state, known, kind in self.refused:
            if state is of.state and known == order and kind.eq(wanted):
                return None
        was = of.state
        page = super().rmqueue_smallest(area, order, LiftedType(wanted))
        if page is None:
            self.refused.append((was, order, wanted))
        else:
            of.path.assume(z3.Not(none_large(was, order, wanted, page.term)))
        return page

    def free_one_page(
        self, zone: Any, block: LiftedPfn, order: int, migratetype: Any, *, to_tail: bool = False
    ) -> None:
        """Contract: row typed-free."""
        self._own(zone)
        self._release(block, order, type_term(migratetype), to_tail)

    def free_range(self, zone: Any, start: LiftedPfn, end: LiftedPfn, *, to_tail: bool) -> None:
        """Contract: row range-exact."""
        of, was = self.world, self.world.state
        self._own(zone)
        inside = z3.And(z3.ULE(start.term, Y), z3.ULT(Y, end.term))
        of.owe("asks", z3.ULE(start.term, end.term), "a range that is freed does not end before it begins")
        says = "every page of a range that is freed belongs to nobody else"
        of.owe("owned", z3.Implies(inside, was.owner(Y) == HELD), says, Y)
        self.any_state(lambda now, page: fed(was, now, start.term, end.term, page))
        of.steps.append(Step("free range", start.term, 0, None, z3.BoolVal(to_tail)))

    def move_freepages(
        self, area: Any, start: LiftedPfn, end: LiftedPfn, migratetype: Any
    ) -> LiftedCount | int:
        """Contract: row move-exact."""
        self._same(area)
        return self._move(Move(start.term, end.term, type_term(migratetype)), start.term)

    def move_freepages_block(self, zone: Any, page: LiftedPfn, migratetype: Any) -> LiftedCount | int:
        """Contract: row move-block."""
        of, wanted = self.world, type_term(migratetype)
        self._own(zone)
        exact, low, high = block_move(of, page.term, wanted), of.fresh("low"), of.fresh("high")
        start, end = pageblock_of(of, page.term)
        of.path.assume(z3.Or(low == start, low == page.term), z3.Or(high == end, high == low))
        of.rare.append(lambda _: z3.And(low == exact.low, high == exact.high))
        return self._move(Move(low, high, wanted), page.term)

    def _move(self, move: Move, page: Term) -> LiftedCount | int:
        """Forks: some pages are moved; or none are, since no free block starts in the range."""
        of, was = self.world, self.world.state
        of.moves.append(move)
        of.steps.append(Step("move", page, 0, move.migratetype))
        exact = partial(_free_in, move)
        nth = len(of.moves) - 1
        of.hints.append(lambda few: few.pages_of(exact) == of.moved_pages[nth])
        if not of.path.choose():
            of.laws.append(lambda page: z3.Implies(move.covers(page), z3.Not(is_free(was.heads(page)))))
            of.moved_pages.append(pfn(0))
            return 0
        count = of.fresh("moved")
        of.rare.append(partial(_counted, move, was, count))
        of.path.assume(z3.ULE(count, pfn(2 << was.top)), count != 0, z3.ULT(move.low, move.high))
        of.state = moved(was, move)
        of.moved_pages.append(count)
        return LiftedCount(of.path, count)

    def find_victim(
        self, area: Any, order: int, migratetype: int, *, no_fragment: bool = False
    ) -> Victim | None:
        """Contract: row fallback-order."""
        of, was = self.world, self.world.state
        self._same(area)
        least = least_order(order, of.geometry, no_fragment=no_fragment)
        orders, types = range(least, was.top + 1), FALLBACKS.get(migratetype, ())
        if not of.path.choose():
            of.laws.append(lambda page: none_of(was, orders, types, page))
            return None
        head = of.fresh("victim")
        of.path.assume(z3.Not(none_of(was, orders, types, head)))
        of.roots.append(head)
        self.victim = Victim(), head
        return self.victim[0]

    def steal_suitable_fallback(self, zone: Any, victim: Victim, migratetype: Any, movable: object) -> None:
        """Contract: row steal-exact."""
        of, was, wanted = self.world, self.world.state, type_term(migratetype)
        self._own(zone)
        if self.victim is None or victim is not self.victim[0]:
            of.require(["the victim that was found is the one that is stolen"])
            return
        head = self.victim[1]
        self.any_state(lambda now, page: stolen(was, now, wanted, page))
        of.path.assume(of.state.heads(head) == retype(was.heads(head), wanted))
        of.new_types(str(self.calls))
        of.steps.append(Step("steal", head, 0, wanted))

    def rmqueue(
        self, zone: Any, order: int, migratetype: int, movable: object, *, no_fragment: bool = False
    ) -> LiftedPfn | None:
        """Contract: rows fallback-exact and fallback-refusal."""
        of, was = self.world, self.world.state
        self._own(zone)
        order = of.order_in_range(order)
        if not of.path.choose():
            of.laws.append(lambda page: none_allowed(was, order, migratetype, page, no_fragment=no_fragment))
            return None
        head = of.fresh("head")
        witness = of.fresh("witness")
        some = z3.Not(none_allowed(was, order, migratetype, witness, no_fragment=no_fragment))
        of.path.assume(aligned(head, order), some)
        of.roots += [head, witness]
        self.any_state(lambda now, page: taken(was, now, head, order, page))
        of.new_types(str(self.calls))
        of.steps.append(Step("alloc", head, order, type_term(migratetype)))
        return LiftedPfn(of.path, head)

    def may_reserve(self, managed: object, reserved: object) -> bool:
        """Any answer, of the zone's own counters."""
        if managed is not self.zone.managed or reserved is not self.zone.nr_reserved_highatomic:
            self.world.require(["what may be reserved depends on the zone's own counters"])
        return self.world.path.choose()

    def leaves(self, zone: object, order: int, mark: int) -> bool:
        """Any answer."""
        answer = self.world.path.choose()
        self.world.hints.append(
            lambda few: (few.pages_of(_counts) - RESERVED > pfn(mark + (1 << order))) == answer
        )
        return answer

    def unreserve_first(self, zone: object, order: int, migratetype: Any) -> bool:
        """Moves pages or not; only which turns there are is looked at."""
        of = self.world
        self._own(zone)
        reserved = label(FREE, z3.BitVecVal(3, 3), order)
        if not type_term(migratetype).eq(inv.MT):
            of.require(["each turn gives to the wanted type"])
        found = of.path.choose()
        of.hints.append(lambda few: few.some(lambda head, of_it: of_it == reserved) == found)
        of.steps.append(Step("turn" if found else "idle turn", pfn(0), order))
        return found


def _counts(head: Term, of: Term) -> Truth:
    """Whether the block counts as free: not if it is isolated."""
    return z3.And(is_free(of), type_of(of) != 4)


def _counted(move: Move, was: State, count: Term, page: Term) -> Truth:
    """What is moved is no less than any block that moves: a finite sum of their sizes."""
    return z3.Implies(_free_in(move, page, was.heads(page)), z3.ULE(size_of(was.heads(page)), count))


def _free_in(move: Move, head: Term, of: Term) -> Truth:
    """Whether the block moves."""
    return z3.And(is_free(of), move.covers(head))


def block_move(of: ZoneWorld, page: Term, migratetype: Term) -> Move:
    """What moves with a page: the free blocks of its pageblock, from the page on if that begins outside.

    Nothing does if the pageblock ends outside the zone.
    """
    start, end = pageblock_of(of, page)
    low = z3.If(in_zone(start), start, page)
    return Move(low, z3.If(in_zone(end - pfn(1)), end, low), migratetype)
