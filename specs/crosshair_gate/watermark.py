"""Boosts and marks of a zone, for every number of pages."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

FACTORS = (0, 1, 15000)
POPULATED = (0, 1, 3)
MACHINES = ((0, 1, 0), (128, 3840, 10), (1829, 52306, 10), (262144, 1 << 20, 1000))
"""KiB that are kept free, managed pages of all zones, scale factor."""


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Products of two numbers are decided with one of them known."""
    module, setup = subject.linux.watermark, subject.linux.watermark_setup
    for factor in FACTORS:
        yield narrowed(module.may_boost, factor=exactly(factor))
        yield narrowed(module.boost_after_steal, factor=exactly(factor))
    yield narrowed(module.boost_after_balance)
    for populated in POPULATED:
        yield narrowed(setup.khugepaged_min_free_kbytes, populated=exactly(populated))
    for kbytes, total, scale in MACHINES:
        known = {"min_free_kbytes": exactly(kbytes), "lowmem_managed_total": exactly(total)}
        yield narrowed(setup.zone_watermarks, **known, scale_factor=exactly(scale))


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="watermark-figures-confirmed",
    says="A boost comes by a pageblock at a time, where one is due, never exceeds its bound, and what kswapd "
    "noted is given back and no more; the marks of a zone rise by equal steps; huge pages never lower what "
    "is kept free, and raise it to room for each type or a twentieth of the memory: as their contracts say.",
    about=(
        *(
            f"verified_buddy.linux.watermark.{name}"
            for name in ("may_boost", "boost_after_steal", "boost_after_balance")
        ),
        *(
            f"verified_buddy.linux.watermark_setup.{name}"
            for name in ("khugepaged_min_free_kbytes", "zone_watermarks")
        ),
    ),
    method="crosshair",
    check=check,
    rejects=(
        "watermark-boost-exceeds-its-bound",
        "watermark-boost-less-than-a-pageblock",
        "watermark-boosts-small-zones",
        "watermark-boosts-without-a-factor",
        "watermark-boost-is-not-given-back",
        "watermark-boost-below-nothing",
        "watermark-setup-low-is-two-steps-up",
        "watermark-setup-huge-pages-lower-it",
        "watermark-setup-huge-pages-take-all",
    ),
    domain=Domain(
        starts="nothing but arguments",
        pages="none; numbers of pages: every int from 0 on",
        sizes=(
            f"boost factors: {', '.join(map(str, FACTORS))}",
            f"populated zones: {', '.join(map(str, POPULATED))}",
            f"marks: {len(MACHINES)} machines' kilobytes and pages, of which the zone has any number",
        ),
    ),
)
