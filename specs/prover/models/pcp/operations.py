"""The operations of per-CPU page lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.paths import Path
from specs.prover.method.shape import countdown_faults, faults
from specs.prover.models.core.labels import Term, Truth
from specs.prover.models.core.operations import Run, Variant, replaced
from specs.prover.models.pcp.lists import COUNT, AnyIndex, PcpStubs, PerCpu, filled
from specs.prover.models.zone.contracts import drained, refilled
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.loops import Countdown, CountLoop, DrainLoop, EmptyingLoop
from specs.prover.models.zone.runs import given_block, module_of, nobody_asks
from specs.prover.models.zone.world import zone_of, zone_world

SPARING = frozenset({"no_fragment"})
Body = Callable[[Subject, Variant, PcpStubs], object]


def with_lists(names: tuple[str, ...], body: Body) -> Run:
    """The run of a body, with the lists of one CPU; the named functions of the module are stubs."""

    def run(subject: Subject, variant: Variant, top: int, path: Path) -> object:
        of = zone_world(subject, path, top)
        zone, lists = zone_of(subject, of), PerCpu(of)
        of.zone_lists = lists
        stubs = PcpStubs(of, zone, lists)
        with replaced(module_of(subject, "pcp"), **{name: getattr(stubs, name) for name in names}):
            return body(subject, variant, stubs)

    return run


def flags(variant: Variant) -> dict[str, bool]:
    """The flags of a request that may fall back."""
    return {"no_fragment": "no_fragment" in variant.options}


def _refill(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    order, wanted = variant.order, variant.migratetype
    return subject.linux.pcp.refill_one(on.zone, on.pcp, order, wanted, nobody_asks, **flags(variant))


def _bulk(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    """The first iteration begins in the first state; any later one, in any in which the list has a block."""
    order, wanted = variant.order, variant.migratetype
    blocks = on.refill_blocks(None, order)

    def one_is_there() -> tuple[Truth, str]:
        found = [step.pfn for step in on.world.steps if step.does == "refill"]
        return filled(on.world, on.world.state, order, wanted, found[0]), "the list has a block"

    on.world.require(faults(countdown_faults, subject.text("linux.pcp"), "rmqueue_bulk", "blocks"))
    relation = partial(_refilled, order, wanted)
    loop = CountLoop(on.world, "rmqueue_bulk", relation, one_is_there)
    return subject.linux.pcp.rmqueue_bulk(
        on.zone, on.pcp, order, wanted, Countdown(loop, blocks.term, 1), nobody_asks, **flags(variant)
    )


def _refilled(order: int, migratetype: int, was: Any, now: Any, page: Term) -> Any:
    return refilled(was, now, order, migratetype, page)


def _alloc(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    order, wanted = variant.order, variant.migratetype
    bulk = "bulk" in variant.options
    return subject.linux.pcp.rmqueue_pcplist(
        on.zone, on.pcp, order, wanted, nobody_asks, bulk=bulk, **flags(variant)
    )


def _drain(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    return subject.linux.pcp.drain_one(on.zone, on.pcp, variant.index)


def _next(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    return subject.linux.pcp.next_pindex(on.pcp, variant.index)


def _bulk_drain(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    carried = ("pages", "pindex", "found")
    on.world.require(faults(countdown_faults, subject.text("linux.pcp"), "free_pcppages_bulk", *carried))
    loop = DrainLoop(on.world, "free_pcppages_bulk", drained)
    pages = on.pages_to_drain(on.pcp, 0, None)
    return subject.linux.pcp.free_pcppages_bulk(on.zone, on.pcp, Countdown(loop, pages.term, 0), AnyIndex())


def _free(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    block = given_block(on.world, variant.order)
    return subject.linux.pcp.free_unref_page_commit(
        on.zone, on.pcp, block, variant.order, variant.migratetype
    )


def _drain_all(subject: Subject, variant: Variant, on: PcpStubs) -> object:
    on.world.require(faults(countdown_faults, subject.text("linux.pcp"), "drain_pages_zone"))
    on.pcp.count = Countdown(EmptyingLoop(on.world, "drain_pages_zone", drained), COUNT, 0)
    return subject.linux.pcp.drain_pages_zone(on.zone, on.pcp)


def _requests(top: int) -> list[Variant]:
    orders = Geometry(top).pcp_orders
    plain = [Variant(order, migratetype=kind) for order in orders for kind in range(3)]
    return plain + [Variant(0, migratetype=kind, options=SPARING) for kind in range(3)]


def _alloc_requests(top: int) -> list[Variant]:
    return [*_requests(top), Variant(0, migratetype=1, options=frozenset({"bulk"}))]


def _frees(top: int) -> list[Variant]:
    return [Variant(order, migratetype=kind) for order in Geometry(top).pcp_orders for kind in range(5)]


def _lists(top: int) -> list[Variant]:
    return [Variant(index=index) for index in range(Geometry(top).lists)]


def _once(top: int) -> list[Variant]:
    return [Variant()]


OPERATIONS: dict[str, tuple[Run, Callable[[int], list[Variant]]]] = {
    "pcp.refill_one": (with_lists(("rmqueue",), _refill), _requests),
    "pcp.rmqueue_bulk": (with_lists(("refill_one",), _bulk), _requests),
    "pcp.rmqueue_pcplist": (with_lists(("rmqueue_bulk", "refill_blocks"), _alloc), _alloc_requests),
    "pcp.drain_one": (with_lists(("free_one_page",), _drain), _lists),
    "pcp.next_pindex": (with_lists((), _next), _lists),
    "pcp.free_pcppages_bulk": (with_lists(("next_pindex", "drain_one"), _bulk_drain), _once),
    "pcp.free_unref_page_commit": (
        with_lists(("pcp_limit", "pages_to_drain", "free_pcppages_bulk"), _free),
        _frees,
    ),
    "pcp.drain_pages_zone": (with_lists(("free_pcppages_bulk",), _drain_all), _once),
}
