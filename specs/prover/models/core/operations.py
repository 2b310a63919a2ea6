"""The core's operations."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.prover.method.few import Few
from specs.prover.method.invariants import MT
from specs.prover.method.labels import Truth, is_free, is_pcp, type_of
from specs.prover.method.operations import LoopAt, Model, Operation, each_order, named, once, to_the_tail
from specs.prover.models.core.drawn import drawn
from specs.prover.models.core.judge import faults
from specs.prover.models.core.real import RealArea, RealZone
from specs.prover.models.core.scenes import small
from specs.prover.models.core.stage import AnyArea, AnyZone, CoreStage, ZoneStage

STUBBED = ("rmqueue_smallest", "free_one_page", "take", "add_range")
"""The functions of the buddy module that a zone calls."""


def _rmqueue(on: CoreStage) -> object:
    return on.subject.buddy.rmqueue_smallest(on.area, on.order, on.kind)


def _free(on: CoreStage) -> object:
    return on.subject.buddy.free_one_page(on.area, on.given(), on.order, on.kind, to_tail=on.variant.to_tail)


def _take(on: CoreStage) -> object:
    return on.subject.buddy.take(on.area, on.wanted(), on.order)


def _add_range(on: CoreStage) -> object:
    return on.subject.buddy.add_range(on.area, *on.fed(), on.kind)


def _zone_alloc(on: ZoneStage) -> object:
    return on.zone.alloc(on.order)


def _zone_free(on: ZoneStage) -> object:
    return on.zone.free(on.page(), on.order)


def _zone_take(on: ZoneStage) -> object:
    return on.zone.take(on.page(), on.order)


def _zone_add(on: ZoneStage) -> object:
    return on.zone.add_range(*on.span())


def at_rest(few: Few) -> Iterator[Truth]:
    """The core has no per-CPU lists, and a zone has one type."""
    yield MT == 0
    yield from (z3.Not(is_pcp(label)) for label in few.labels)
    yield from (z3.Implies(is_free(label), type_of(label) == 0) for label in few.labels)


AREA = Model("core", AnyArea, RealArea, at_rest, drawn=drawn, small=small, faults=faults)
ZONE = Model("core", AnyZone, RealZone, at_rest, drawn=drawn, small=small, faults=faults)
CALLED = {"buddy": STUBBED, "zone": ("pfn_error", "range_error")}
FED = {"buddy": ("free_one_page",)}

ORDER, RANGE = ("order",), ("start", "end")

OPERATIONS = named(
    Operation(AREA, "rmqueue_smallest", _rmqueue, each_order, arguments=ORDER),
    Operation(AREA, "free_one_page", _free, each_order),
    Operation(AREA, "free_one_page, to_tail", _free, to_the_tail),
    Operation(AREA, "take", _take, each_order),
    Operation(
        AREA, "add_range", _add_range, once, FED, LoopAt("buddy", "add_range", feeds=True), arguments=RANGE
    ),
    Operation(ZONE, "Zone.alloc", _zone_alloc, each_order, CALLED, arguments=ORDER),
    Operation(ZONE, "Zone.free", _zone_free, each_order, CALLED),
    Operation(ZONE, "Zone.take", _zone_take, each_order, CALLED),
    Operation(ZONE, "Zone.add_range", _zone_add, once, CALLED, arguments=RANGE),
)
