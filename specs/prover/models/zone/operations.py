"""The operations of a zone's layers, each set up to run from any state that satisfies the invariants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from specs.prover.method.shape import faults, loop_faults
from specs.prover.models.core.invariants import END, MT
from specs.prover.models.core.labels import pfn
from specs.prover.models.core.loops import START, STOP
from specs.prover.models.core.operations import P, Run, Variant, replaced
from specs.prover.models.core.world import LiftedType, Step
from specs.prover.models.zone.contracts import LayerStubs, stealing
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.loops import MoveLoop, RangeLoop
from specs.prover.models.zone.runs import given_block, listed_block, nobody_asks, with_stubs
from specs.prover.models.zone.world import ISOLATED, ZoneWorld, in_zone, page_in_zone, pageblock_of

LISTED_TYPE = z3.BitVec("listed_type", 3)
"""The type of the list on which a victim is."""
MOVABLE_PAGES = z3.BitVec("movable_pages", 64)
SPLIT = z3.BitVec("split", 64)
ISOLATE = z3.BitVecVal(4, 3)


def _free(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    block = given_block(of, variant.order)
    return subject.linux.mobility.free_one_page(
        zone, block, variant.order, LiftedType(MT, of.path), to_tail=variant.to_tail
    )


def _move_free_block(
    subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs
) -> object:
    block = page_in_zone(of.path, P)
    of.roots.append(P)
    return subject.linux.mobility.move_free_block(zone.free_area, block, LiftedType(MT, of.path))


def _move_freepages(
    subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs
) -> object:
    of.path.assume(z3.ULE(START, STOP), z3.ULE(STOP, END))
    of.roots += [START, STOP]
    of.require(faults(loop_faults, subject.text("linux.mobility"), "move_freepages"))
    loop = MoveLoop(of, MT)
    stop = LiftedPfn(of.path, STOP)
    return subject.linux.mobility.move_freepages(zone.free_area, loop.start, stop, LiftedType(MT, of.path))


def _move_block(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    return subject.linux.mobility.move_freepages_block(
        zone, page_in_zone(of.path, P), LiftedType(MT, of.path)
    )


def _free_range(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    of.path.assume(z3.ULE(START, STOP), z3.ULE(STOP, END))
    of.roots += [START, STOP]
    of.tells = True
    of.require(faults(loop_faults, subject.text("linux.mobility"), "free_range"))
    loop = RangeLoop(of, stubs, to_tail=variant.to_tail)
    stop = LiftedPfn(of.path, STOP)
    with replaced(subject.linux.mobility, free_one_page=loop.free_one_page):
        return subject.linux.mobility.free_range(zone, loop.start, stop, to_tail=variant.to_tail)


def _split(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    block = listed_block(of, variant.order, LISTED_TYPE)
    of.path.assume(z3.ULE(P, SPLIT), z3.ULE(SPLIT, P + pfn(1 << variant.order)))
    return subject.linux.isolation.split_free_page(zone, block, variant.order, LiftedPfn(of.path, SPLIT))


def _find_victim(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    no_fragment = "no_fragment" in variant.options
    area, order = zone.free_area, variant.order
    return subject.linux.fallback.find_victim(area, order, variant.migratetype, no_fragment=no_fragment)


def movable_pages(of: ZoneWorld, page: LiftedPfn) -> LiftedCount:
    """The caller's answer: any number of pages that a pageblock may have."""
    of.path.assume(z3.ULE(MOVABLE_PAGES, pfn(of.geometry.pages)))
    start, _ = pageblock_of(of, P)
    first = z3.If(in_zone(start), start, P)
    says = "movable pages are counted from the pageblock's start, or from the victim if that lies outside"
    of.owe("asks", page.term == first, says, P)
    return LiftedCount(of.path, MOVABLE_PAGES)


def _steal(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    order, wanted = variant.order, variant.migratetype
    block = listed_block(of, order, LISTED_TYPE)
    whole = stealing(of.geometry, order, wanted)
    victim = subject.linux.fallback.Victim(block, order, LiftedType(LISTED_TYPE, of.path), whole)
    return subject.linux.fallback.steal_suitable_fallback(zone, victim, wanted, partial(movable_pages, of))


def _rmqueue(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    no_fragment = "no_fragment" in variant.options
    order, wanted = variant.order, variant.migratetype
    return subject.linux.fallback.rmqueue(zone, order, wanted, nobody_asks, no_fragment=no_fragment)


def _rmqueue_buddy(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    flags = {name: name in variant.options for name in ("highatomic", "last_resort", "no_fragment")}
    order, wanted = variant.order, variant.migratetype
    return subject.linux.highatomic.rmqueue_buddy(zone, order, wanted, nobody_asks, **flags)


def _reserve(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    def may_reserve(managed: object, reserved: object) -> bool:
        if managed is not zone.managed or reserved is not zone.nr_reserved_highatomic:
            of.require(["what may be reserved depends on the zone's own counters"])
        return of.path.choose()

    with replaced(subject.linux.highatomic, may_reserve=may_reserve):
        return subject.linux.highatomic.reserve_highatomic_pageblock(zone, page_in_zone(of.path, P))


def _unreserve(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    return subject.linux.highatomic.unreserve_first(zone, variant.order, LiftedType(MT, of.path))


def _unreserve_all(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    """Each turn moves pages or not; only which turns there are is looked at."""

    def turn(asked: object, order: int, migratetype: object) -> bool:
        if asked is not zone or migratetype is not wanted:
            of.require(["each turn is about this zone, and gives to the wanted type"])
        moved = of.path.choose()
        of.steps.append(Step("turn" if moved else "idle turn", pfn(0), order))
        return moved

    wanted = LiftedType(MT, of.path)
    with replaced(subject.linux.highatomic, unreserve_first=turn):
        force = "force" in variant.options
        return subject.linux.highatomic.unreserve_highatomic_pageblock(zone, wanted, force=force)


def _set_isolate(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    return subject.linux.isolation.set_migratetype_isolate(zone, page_in_zone(of.path, P))


def _unset_isolate(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    page = page_in_zone(of.path, P)
    counted = z3.Implies(of.types_before(P) == ISOLATE, z3.UGE(ISOLATED, pfn(1)))
    of.path.assume(counted)  # nr_isolate_pageblock counts the isolated pageblocks
    return subject.linux.isolation.unset_migratetype_isolate(zone, page, LiftedType(MT, of.path))


def _isolate_free(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    def leaves(zone: object, order: int, mark: int) -> bool:
        return of.path.choose()

    block = listed_block(of, variant.order, LISTED_TYPE)
    with replaced(subject.linux.isolation, leaves=leaves):
        return subject.linux.isolation.isolate_free_page(zone, block, variant.order, 0)


def _putback(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    block = given_block(of, variant.order)
    return subject.linux.isolation.putback_isolated_page(zone, block, variant.order, LiftedType(MT, of.path))


def _take_off(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    of.roots.append(P)
    return subject.linux.isolation.take_page_off_buddy(zone, page_in_zone(of.path, P))


def _put_back(subject: Subject, variant: Variant, of: ZoneWorld, zone: Any, stubs: LayerStubs) -> object:
    return subject.linux.isolation.put_page_back_buddy(zone, given_block(of, 0))


def _orders(top: int, *, to_tail: bool = False) -> list[Variant]:
    return [Variant(order, to_tail) for order in range(top + 1)]


def _once(top: int) -> list[Variant]:
    return [Variant()]


NO_FRAGMENT = frozenset({"no_fragment"})


def requests(top: int) -> list[Variant]:
    """Each order and type that is asked for; and sparing small blocks, where that makes a difference."""
    plain = [Variant(order, migratetype=kind) for kind in range(3) for order in range(top + 1)]
    sparing = [
        Variant(order, migratetype=kind, options=NO_FRAGMENT)
        for kind in range(3)
        for order in range(Geometry(top).order)
    ]
    return plain + sparing


def _plain_requests(top: int) -> list[Variant]:
    return [Variant(order, migratetype=kind) for kind in range(3) for order in range(top + 1)]


def _flagged(top: int) -> list[Variant]:
    flags = [frozenset(), frozenset({"highatomic"}), frozenset({"last_resort"})]
    flags += [frozenset({"highatomic", "last_resort"}), NO_FRAGMENT]
    return [
        Variant(each.order, migratetype=each.migratetype, options=f)
        for each in _plain_requests(top)
        for f in flags
    ]


OPERATIONS: dict[str, tuple[Run, Callable[[int], list[Variant]]]] = {
    "mobility.free_one_page": (with_stubs("mobility", (), _free), _orders),
    "mobility.free_one_page, to_tail": (with_stubs("mobility", (), _free), partial(_orders, to_tail=True)),
    "mobility.move_free_block": (with_stubs("mobility", (), _move_free_block), _once),
    "mobility.move_freepages": (with_stubs("mobility", (), _move_freepages), _once),
    "mobility.move_freepages_block": (with_stubs("mobility", ("move_freepages",), _move_block), _once),
    "mobility.free_range": (
        with_stubs("mobility", (), _free_range),
        lambda top: [Variant(), Variant(to_tail=True)],
    ),
    "fallback.find_victim": (with_stubs("fallback", (), _find_victim), requests),
    "fallback.steal_suitable_fallback": (
        with_stubs("fallback", ("move_freepages_block",), _steal),
        _plain_requests,
    ),
    "fallback.rmqueue": (
        with_stubs(
            "fallback versions.v6_1", ("rmqueue_smallest", "find_victim", "steal_suitable_fallback"), _rmqueue
        ),
        requests,
    ),
    "highatomic.rmqueue_buddy": (
        with_stubs("highatomic", ("rmqueue_smallest", "rmqueue"), _rmqueue_buddy),
        _flagged,
    ),
    "highatomic.reserve_highatomic_pageblock": (
        with_stubs("highatomic", ("move_freepages_block",), _reserve),
        _once,
    ),
    "highatomic.unreserve_first": (
        with_stubs("highatomic", ("move_freepages_block",), _unreserve),
        _orders,
    ),
    "highatomic.unreserve_highatomic_pageblock": (
        with_stubs("highatomic", (), _unreserve_all),
        lambda top: [Variant(), Variant(options=frozenset({"force"}))],
    ),
    "isolation.set_migratetype_isolate": (
        with_stubs("isolation", ("move_freepages_block",), _set_isolate),
        _once,
    ),
    "isolation.unset_migratetype_isolate": (
        with_stubs("isolation", ("move_freepages_block", "free_one_page"), _unset_isolate),
        _once,
    ),
    "isolation.isolate_free_page": (with_stubs("isolation", (), _isolate_free), _orders),
    "isolation.split_free_page": (with_stubs("isolation", ("free_range",), _split), _orders),
    "isolation.putback_isolated_page": (with_stubs("isolation", ("free_one_page",), _putback), _orders),
    "isolation.take_page_off_buddy": (with_stubs("isolation", (), _take_off), _once),
    "isolation.put_page_back_buddy": (with_stubs("isolation", ("free_one_page",), _put_back), _once),
}
