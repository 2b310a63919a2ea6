"""The operations of per-CPU page lists."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.prover.method.few import Few
from specs.prover.method.labels import Truth, is_pcp, order_is, pfn
from specs.prover.method.operations import LoopAt, Model, Operation, Variant, named, once
from specs.prover.models.pcp.lists import COUNT
from specs.prover.models.pcp.real import RealPcp
from specs.prover.models.pcp.stage import AnyPcp
from specs.prover.models.pcp.stage import PcpStage as On
from specs.prover.models.zone.drawn import drawn
from specs.prover.models.zone.geometry import Geometry, in_geometry
from specs.prover.models.zone.judge import faults
from specs.prover.models.zone.operations import NO_FRAGMENT, TELLS, in_the_zone, where


def _refill(on: On) -> object:
    flags = on.flags("no_fragment")
    return on.subject.linux.pcp.refill_one(on.zone, on.pcp, on.order, on.wanted, on.movable, **flags)


def _bulk(on: On) -> object:
    rmqueue_bulk, flags = on.subject.linux.pcp.rmqueue_bulk, on.flags("no_fragment")
    return rmqueue_bulk(on.zone, on.pcp, on.order, on.wanted, on.blocks(), on.movable, **flags)


def _alloc(on: On) -> object:
    flags = on.flags("bulk", "no_fragment")
    return on.subject.linux.pcp.rmqueue_pcplist(on.zone, on.pcp, on.order, on.wanted, on.movable, **flags)


def _drain(on: On) -> object:
    return on.subject.linux.pcp.drain_one(on.zone, on.pcp, on.variant.index)


def _next(on: On) -> object:
    return on.subject.linux.pcp.next_pindex(on.pcp, on.variant.index)


def _bulk_drain(on: On) -> object:
    return on.subject.linux.pcp.free_pcppages_bulk(on.zone, on.pcp, *on.pages())


def _free(on: On) -> object:
    commit = on.subject.linux.pcp.free_unref_page_commit
    return commit(on.zone, on.pcp, on.given(), on.order, on.wanted)


def _drain_all(on: On) -> object:
    return on.subject.linux.pcp.drain_pages_zone(on.zone, on.emptied())


def _requests(top: int) -> list[Variant]:
    orders = Geometry(top).pcp_orders
    plain = [Variant(order, migratetype=kind) for order in orders for kind in range(3)]
    return plain + [Variant(0, migratetype=kind, options=NO_FRAGMENT) for kind in range(3)]


def _alloc_requests(top: int) -> list[Variant]:
    return [*_requests(top), Variant(0, migratetype=1, options=frozenset({"bulk"}))]


def _frees(top: int) -> list[Variant]:
    return [Variant(order, migratetype=kind) for order in Geometry(top).pcp_orders for kind in range(5)]


def _lists(top: int) -> list[Variant]:
    return [Variant(index=index) for index in range(Geometry(top).lists)]


def counted(few: Few) -> Iterator[Truth]:
    """The count is that of the pages on the lists."""
    yield from in_the_zone(few)
    total = pfn(0)
    for label in few.labels:
        size = pfn(0)
        for order in range(few.top + 1):
            size = z3.If(is_pcp(label, order), pfn(1 << order), size)
        cached = z3.Or(*(order_is(label, order) for order in Geometry(few.top).pcp_orders))
        yield z3.Implies(is_pcp(label), cached)
        total = total + size
    yield total == COUNT


PCP = Model(
    "pcp",
    AnyPcp,
    RealPcp,
    counted,
    in_geometry,
    {**TELLS, "next_pindex": str},
    drawn,
    where=where,
    faults=faults,
)
L = "linux.pcp"
COMMITS = ("pcp_limit", "pages_to_drain", "free_pcppages_bulk")
DRAINS = LoopAt(L, "free_pcppages_bulk", ("pages", "pindex", "found"))

ASKED, LIST = ("order", "type"), ("list",)

OPERATIONS = named(
    Operation(PCP, "pcp.refill_one", _refill, _requests, {L: ("rmqueue",)}, arguments=ASKED),
    Operation(
        PCP,
        "pcp.rmqueue_bulk",
        _bulk,
        _requests,
        {L: ("refill_one",)},
        LoopAt(L, "rmqueue_bulk", ("blocks",), before=1),
        arguments=ASKED,
    ),
    Operation(
        PCP,
        "pcp.rmqueue_pcplist",
        _alloc,
        _alloc_requests,
        {L: ("rmqueue_bulk", "refill_blocks")},
        arguments=ASKED,
    ),
    Operation(PCP, "pcp.drain_one", _drain, _lists, {L: ("free_one_page",)}, arguments=LIST),
    Operation(PCP, "pcp.next_pindex", _next, _lists, arguments=LIST),
    Operation(
        PCP,
        "pcp.free_pcppages_bulk",
        _bulk_drain,
        once,
        {L: ("next_pindex", "drain_one")},
        DRAINS,
        arguments=(),
    ),
    Operation(
        PCP, "pcp.free_unref_page_commit", _free, _frees, {L: COMMITS}, arguments=("p", "order", "type")
    ),
    Operation(
        PCP,
        "pcp.drain_pages_zone",
        _drain_all,
        once,
        {L: ("free_pcppages_bulk",)},
        LoopAt(L, "drain_pages_zone", ()),
        arguments=(),
    ),
)
