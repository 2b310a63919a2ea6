"""The small functions of the typed zone and of its per-CPU lists, for every value that they may be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

KINDS = (int, bool, float, str, type(None))
CACHED_ORDERS = (0, 1, 2, 3, 9)
EVERY_FACTOR, SOME_FACTORS = range(6), (0, 1, 5)
DRAINED = ((0, EVERY_FACTOR), (3, SOME_FACTORS), (9, SOME_FACTORS))
CPUS = (1, 2, 3, 4, 8, 64)


def type_functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """What is decided from types and numbers of pages alone."""
    yield narrowed(subject.linux.migratetype.is_mergeable, migratetype=int)
    yield narrowed(subject.linux.migratetype.is_counted, migratetype=int)
    yield narrowed(subject.linux.mobility.may_merge, migratetype=int, other=int)
    yield narrowed(subject.linux.fallback.can_steal_fallback, order=int, migratetype=int)
    yield narrowed(subject.linux.fallback.alike_pages, old=int, migratetype=int)
    yield narrowed(subject.linux.highatomic.may_reserve)
    for kind in KINDS:
        yield narrowed(subject.linux.zone.request_error, migratetype=kind)
        yield narrowed(subject.linux.zone.count_error, count=kind)


def list_functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Which list, how many blocks, how many pages."""
    module = subject.linux.pcp
    yield narrowed(module.pcp_allowed_order, order=int)
    yield narrowed(module.pindex_to_order, pindex=exactly(*range(14)))
    for order in CACHED_ORDERS:
        yield narrowed(module.order_to_pindex, order=exactly(order), migratetype=int)
        yield narrowed(module.refill_blocks, order=exactly(order))
    for cpus in CPUS:
        yield narrowed(subject.linux.pcp_limits.zone_highsize, cpus=exactly(cpus))
    yield narrowed(subject.linux.pcp_limits.zone_batchsize)
    for order, factors in DRAINED:
        lists = lists_type(subject, factors)
        yield narrowed(module.pcp_limit, pcp=lists, order=exactly(order))
        yield narrowed(module.pages_to_drain, pcp=lists, order=exactly(order))


def lists_type(subject: Subject, factors: Iterable[int]) -> type:
    """Per-CPU lists of which only the figures matter, each of them anything."""
    base: Any = subject.linux.pcp.PerCpuPages

    class Figures(base):  # type: ignore[misc]  # whichever subject's
        """The figures of a CPU's lists."""

        def __init__(self, high: int, batch: int, count: int, free_factor: int) -> None:
            self.high, self.batch, self.count, self.free_factor = high, batch, count, free_factor

    Figures.__init__.__annotations__ |= {
        "high": int,
        "batch": int,
        "count": int,
        "free_factor": exactly(*factors),
    }
    return Figures


def check_types(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(type_functions, subject, max_orders)


def check_lists(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(list_functions, subject, max_orders)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


THEOREMS = (
    Theorem(
        name="typed-choices-confirmed",
        says="Which types merge, which count as free, which request takes a whole pageblock, which pages are "
        "alike, whether more may be reserved, and which types and counts are accepted: as their contracts "
        "say, for every value.",
        about=(
            "verified_buddy.linux.migratetype.is_mergeable",
            "verified_buddy.linux.migratetype.is_counted",
            "verified_buddy.linux.mobility.may_merge",
            "verified_buddy.linux.fallback.can_steal_fallback",
            "verified_buddy.linux.fallback.alike_pages",
            "verified_buddy.linux.highatomic.may_reserve",
            "verified_buddy.linux.zone.request_error",
            "verified_buddy.linux.zone.count_error",
        ),
        method="crosshair",
        check=check_types,
        rejects=(
            "typed-mergeable-if-reserved",
            "typed-counts-all-but-the-reserve",
            "typed-mergeable-with-its-like",
            "typed-steals-too-early",
            "typed-alike-pages-of-any-type",
            "typed-reserve-without-limit",
            "pcp-request-of-any-type",
            "pcp-count-may-be-negative",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none; numbers of pages: every int",
            sizes=(f"types of what a caller passes: {', '.join(kind.__name__ for kind in KINDS)}",),
        ),
    ),
    Theorem(
        name="pcp-figures-confirmed",
        says="Which per-CPU list a block is on, how many blocks a refill takes, at how many pages the lists "
        "drain and how many go, and how long lists grow: as their contracts say.",
        about=(
            *(
                f"verified_buddy.linux.pcp.{name}"
                for name in (
                    "pcp_allowed_order",
                    "order_to_pindex",
                    "pindex_to_order",
                    "refill_blocks",
                    "pcp_limit",
                    "pages_to_drain",
                )
            ),
            "verified_buddy.linux.pcp_limits.zone_batchsize",
            "verified_buddy.linux.pcp_limits.zone_highsize",
        ),
        method="crosshair",
        check=check_lists,
        rejects=(
            "pcp-caches-order-four",
            "pcp-order-of-a-list-is-late",
            "pcp-one-huge-list",
            "pcp-high-is-the-share",
            "pcp-batch-is-no-power",
            "pcp-drains-too-many",
        ),
        domain=Domain(
            starts="nothing but arguments, and the figures of a CPU's lists, each of them any int",
            pages="none; numbers of pages: every int",
            sizes=(
                f"orders: {_listed(CACHED_ORDERS)}, which alone are cached",
                *(f"to drain order {order}: free factors {_listed(factors)}" for order, factors in DRAINED),
                f"CPUs: {_listed(CPUS)}",
            ),
        ),
    ),
)
