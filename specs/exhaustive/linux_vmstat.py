"""The thresholds of counters, beside their definition, around every figure at which they may change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model import vmstat as means

CPUS = (*range(1, 10), *(near for power in range(4, 14) for near in (2**power - 1, 2**power)))
MANAGED = (0, *(near for power in range(45) for near in (2**power - 1, 2**power)))
MARKS = ((0, 0, 0), (26, 32, 38), (231, 288, 345), (33, 41, 49), (7189, 8986, 10783))
SIZES = (
    "CPUs: 1..9, and around every power of two up to 8192",
    "managed pages: around every power of two up to 2**44",
    "watermarks that are 0..400, 5000 and 20000 apart; drift: at thresholds of 0..125, those of recordings",
)


def asked() -> Iterator[tuple[str, tuple[Any, ...], int]]:
    """Each question, and its answer."""
    for managed, cpus in product(MANAGED, CPUS):
        yield "normal_threshold", (managed, cpus), means.normal_threshold(managed, cpus)
    for apart, cpus in product((*range(401), 5000, 20000), (1, 2, 3, 4, 8, 64)):
        yield "pressure_threshold", (40, 40 + apart, cpus), means.pressure_threshold(40, 40 + apart, cpus)
    for marks, threshold, cpus in product(MARKS, range(126), (1, 2, 3, 64)):
        answer = means.drift_mark(7, marks, threshold, cpus)
        yield "percpu_drift_mark", (7, *marks, threshold, cpus), answer


def visit(subject: Subject, _: int) -> Visited:
    """Each answer is that of the definition."""
    count = 0
    for name, arguments, answer in asked():
        count += 1
        got = getattr(subject.linux.vmstat, name)(*arguments)
        if got != answer:
            raise Refuted(f"{name}{arguments} is {got}", f"by definition it is {answer}")
    return Visited(count, count)
