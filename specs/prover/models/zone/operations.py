"""The operations of a zone with migratetypes."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.prover.method.few import Few, last_page
from specs.prover.method.flow import some_or_none
from specs.prover.method.invariants import MT
from specs.prover.method.labels import Truth
from specs.prover.method.operations import (
    LoopAt,
    Model,
    Operation,
    Variant,
    each_order,
    named,
    once,
    to_the_tail,
)
from specs.prover.models.zone.drawn import drawn
from specs.prover.models.zone.geometry import TOP, Geometry, in_geometry
from specs.prover.models.zone.judge import faults
from specs.prover.models.zone.real import RealMobilityZone
from specs.prover.models.zone.stage import AnyMobilityZone
from specs.prover.models.zone.stage import MobilityStage as On
from specs.prover.models.zone.world import ZONE_END, ZONE_START

NO_FRAGMENT = frozenset({"no_fragment"})


def _free(on: On) -> object:
    free_one_page = on.subject.linux.mobility.free_one_page
    return free_one_page(on.zone, on.given(), on.order, on.kind, to_tail=on.variant.to_tail)


def _move_free_block(on: On) -> object:
    return on.subject.linux.mobility.move_free_block(on.zone.free_area, on.head(), on.kind)


def _move_freepages(on: On) -> object:
    return on.subject.linux.mobility.move_freepages(on.zone.free_area, *on.moved(), on.kind)


def _move_block(on: On) -> object:
    return on.subject.linux.mobility.move_freepages_block(on.zone, on.page(), on.kind)


def _free_range(on: On) -> object:
    return on.subject.linux.mobility.free_range(on.zone, *on.fed(), to_tail=on.variant.to_tail)


def _find_victim(on: On) -> object:
    find_victim = on.subject.linux.fallback.find_victim
    return find_victim(on.zone.free_area, on.order, on.wanted, **on.flags("no_fragment"))


def _steal(on: On) -> object:
    steal = on.subject.linux.fallback.steal_suitable_fallback
    return steal(on.zone, on.victim(), on.wanted, on.movable_of_the_victim)


def _rmqueue(on: On) -> object:
    rmqueue = on.subject.linux.fallback.rmqueue
    return rmqueue(on.zone, on.order, on.wanted, on.movable, **on.flags("no_fragment"))


def _rmqueue_buddy(on: On) -> object:
    flags = on.flags("highatomic", "last_resort", "no_fragment")
    return on.subject.linux.highatomic.rmqueue_buddy(on.zone, on.order, on.wanted, on.movable, **flags)


def _reserve(on: On) -> object:
    return on.subject.linux.highatomic.reserve_highatomic_pageblock(on.zone, on.page())


def _unreserve(on: On) -> object:
    return on.subject.linux.highatomic.unreserve_first(on.zone, on.order, on.kind)


def _unreserve_all(on: On) -> object:
    unreserve = on.subject.linux.highatomic.unreserve_highatomic_pageblock
    return unreserve(on.zone, on.kind, **on.flags("force"))


def _set_isolate(on: On) -> object:
    return on.subject.linux.isolation.set_migratetype_isolate(on.zone, on.page())


def _unset_isolate(on: On) -> object:
    return on.subject.linux.isolation.unset_migratetype_isolate(on.zone, on.isolated(), on.kind)


def _isolate_free(on: On) -> object:
    return on.subject.linux.isolation.isolate_free_page(on.zone, on.listed(), on.order, 0)


def _split(on: On) -> object:
    block, split = on.split()
    return on.subject.linux.isolation.split_free_page(on.zone, block, on.order, split)


def _putback(on: On) -> object:
    return on.subject.linux.isolation.putback_isolated_page(on.zone, on.given(), on.order, on.kind)


def _take_off(on: On) -> object:
    return on.subject.linux.isolation.take_page_off_buddy(on.zone, on.head())


def _put_back(on: On) -> object:
    return on.subject.linux.isolation.put_page_back_buddy(on.zone, on.given())


def plain_requests(top: int) -> list[Variant]:
    """Each order and type that is asked for."""
    return [Variant(order, migratetype=kind) for kind in range(3) for order in range(top + 1)]


def requests(top: int) -> list[Variant]:
    """The same; and sparing small blocks, where that makes a difference."""
    small = range(Geometry(top).order)
    sparing = [Variant(order, migratetype=kind, options=NO_FRAGMENT) for kind in range(3) for order in small]
    return plain_requests(top) + sparing


def _flagged(top: int) -> list[Variant]:
    flags = [frozenset(), frozenset({"highatomic"}), frozenset({"last_resort"})]
    flags += [frozenset({"highatomic", "last_resort"}), NO_FRAGMENT]
    plain = plain_requests(top)
    return [Variant(each.order, migratetype=each.migratetype, options=f) for each in plain for f in flags]


def _ends(top: int) -> list[Variant]:
    return [Variant(), Variant(to_tail=True)]


def _forced(top: int) -> list[Variant]:
    return [Variant(), Variant(options=frozenset({"force"}))]


def in_the_zone(few: Few) -> Iterator[Truth]:
    """Every block lies in the zone; and there are five types."""
    yield z3.ULT(MT, z3.BitVecVal(5, 3))
    for head, label in zip(few.heads, few.labels, strict=True):
        yield z3.And(z3.ULE(ZONE_START, head), z3.ULT(last_page(head, label), ZONE_END))


def where(top: int) -> str:
    """What kind of zone one of that top order is."""
    return f"max_order {top}" if top == TOP else f"max_order {top}, pageblocks of order {Geometry(top).order}"


TELLS = {"move_freepages": some_or_none, "move_freepages_block": some_or_none}
ZONE = Model(
    "zone",
    AnyMobilityZone,
    RealMobilityZone,
    in_the_zone,
    in_geometry,
    TELLS,
    drawn,
    where=where,
    faults=faults,
)
M, F, H, OUT = "linux.mobility", "linux.fallback", "linux.highatomic", "linux.isolation"
MOVES = ("move_freepages_block",)
FALLS = {
    F: ("rmqueue_smallest",),
    "linux.versions.v6_1": ("rmqueue_smallest", "find_victim", "steal_suitable_fallback"),
}

KIND, ORDER_AND_KIND, ASKED = ("p", "kind"), ("p", "order", "kind"), ("order", "type")

OPERATIONS = named(
    Operation(ZONE, "mobility.free_one_page", _free, each_order, arguments=ORDER_AND_KIND),
    Operation(ZONE, "mobility.free_one_page, to_tail", _free, to_the_tail, arguments=ORDER_AND_KIND),
    Operation(ZONE, "mobility.move_free_block", _move_free_block, once, arguments=KIND),
    Operation(
        ZONE,
        "mobility.move_freepages",
        _move_freepages,
        once,
        loop=LoopAt(M, "move_freepages"),
        sums=True,
        arguments=("start", "end", "kind"),
    ),
    Operation(
        ZONE, "mobility.move_freepages_block", _move_block, once, {M: ("move_freepages",)}, arguments=KIND
    ),
    Operation(
        ZONE,
        "mobility.free_range",
        _free_range,
        _ends,
        {M: ("free_one_page",)},
        LoopAt(M, "free_range", feeds=True),
        arguments=("start", "end"),
    ),
    Operation(ZONE, "fallback.find_victim", _find_victim, requests, arguments=ASKED),
    Operation(
        ZONE,
        "fallback.steal_suitable_fallback",
        _steal,
        plain_requests,
        {F: MOVES},
        arguments=("p", "order", "type"),
    ),
    Operation(ZONE, "fallback.rmqueue", _rmqueue, requests, FALLS, arguments=ASKED),
    Operation(
        ZONE,
        "highatomic.rmqueue_buddy",
        _rmqueue_buddy,
        _flagged,
        {H: ("rmqueue_smallest", "rmqueue")},
        arguments=ASKED,
    ),
    Operation(
        ZONE,
        "highatomic.reserve_highatomic_pageblock",
        _reserve,
        once,
        {H: ("may_reserve", "move_freepages_block")},
        arguments=("p",),
    ),
    Operation(
        ZONE, "highatomic.unreserve_first", _unreserve, each_order, {H: MOVES}, arguments=("order", "kind")
    ),
    Operation(
        ZONE,
        "highatomic.unreserve_highatomic_pageblock",
        _unreserve_all,
        _forced,
        {H: ("unreserve_first",)},
        follows=False,
        arguments=("kind",),
    ),
    Operation(ZONE, "isolation.set_migratetype_isolate", _set_isolate, once, {OUT: MOVES}, arguments=("p",)),
    Operation(
        ZONE,
        "isolation.unset_migratetype_isolate",
        _unset_isolate,
        once,
        {OUT: (*MOVES, "free_one_page")},
        arguments=KIND,
    ),
    Operation(ZONE, "isolation.isolate_free_page", _isolate_free, each_order, {OUT: ("leaves",)}),
    Operation(
        ZONE,
        "isolation.split_free_page",
        _split,
        each_order,
        {OUT: ("free_range",)},
        arguments=("p", "order", "split"),
    ),
    Operation(
        ZONE,
        "isolation.putback_isolated_page",
        _putback,
        each_order,
        {OUT: ("free_one_page",)},
        arguments=ORDER_AND_KIND,
    ),
    Operation(ZONE, "isolation.take_page_off_buddy", _take_off, once, arguments=("p",)),
    Operation(
        ZONE, "isolation.put_page_back_buddy", _put_back, once, {OUT: ("free_one_page",)}, arguments=("p",)
    ),
)
