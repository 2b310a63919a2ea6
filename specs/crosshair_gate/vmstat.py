"""The thresholds of counters, for every watermark, and for some numbers of CPUs."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType

from specs.crosshair_gate.gate import gate
from specs.crosshair_gate.narrow import exactly, narrowed
from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem

CPUS = (1, 2, 3, 64)


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """What is computed from watermarks."""
    module = subject.linux.vmstat
    for cpus in CPUS:
        yield narrowed(module.pressure_threshold, online_cpus=exactly(cpus))
        yield narrowed(module.percpu_drift_mark, online_cpus=exactly(cpus))


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="vmstat-thresholds-confirmed",
    says="While kswapd is awake the differences of all CPUs fit between the watermarks, if a page each does; "
    "a zone whose differences do not fit has a mark above its high watermark: as their contracts say.",
    about=("verified_buddy.linux.vmstat.pressure_threshold", "verified_buddy.linux.vmstat.percpu_drift_mark"),
    method="crosshair",
    check=check,
    rejects=("vmstat-pressure-may-be-zero", "vmstat-mark-forgotten", "vmstat-mark-too-early"),
    domain=Domain(
        starts="nothing but arguments",
        pages="none; watermarks and thresholds: every int",
        sizes=(f"CPUs: {', '.join(map(str, CPUS))}",),
    ),
)
