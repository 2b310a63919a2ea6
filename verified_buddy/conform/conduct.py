"""From a way in to a verdict: misuse, search in a child, then make what was found as short as can be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from verified_buddy.conform.board import SUPPORTED, Board
from verified_buddy.conform.child import Nursery
from verified_buddy.conform.finding import run_of
from verified_buddy.conform.misuse import Behaviour, misused
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.search import Plan, search
from verified_buddy.conform.trials import Finding, Trials, shrunk

GRACE: Final = 25.0
"""All ends so many seconds after the search should."""
LATE: Final = 2.0
"""A search that does not end by itself is ended so many seconds later."""


@dataclass(slots=True)
class Report:
    """What an allocator came to."""

    name: str
    plan: Plan
    operations: int = 0
    seconds: float = 0.0
    geometries: list[Geometry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    misuse: list[Behaviour] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """Whether no run diverges."""
        return not self.findings


def conduct(way: Way, name: str, plan: Plan, watch: Callable[[Board], None] = lambda board: None) -> Report:
    """Misuse, search and shrink; all ends ``GRACE`` after the search.  Raises CannotDriveError."""
    begun = time.monotonic()
    report = Report(name, plan)
    with Nursery(watch) as nursery:
        if plan.misuse:
            report.misuse = misused(nursery, way, plan.geometries)
        searching = time.monotonic()
        until = max(begun + plan.seconds, searching + plan.seconds / 2)
        ending = nursery.run(search(way, plan, until), deadline=plan.deadline, until=until + LATE)
        report.operations = nursery.board.operations()
        supported = nursery.board.words[SUPPORTED]
        run = run_of(ending, nursery.board, plan.deadline)
        if run is None and not report.operations:
            raise CannotDriveError("there was no time for a single operation")
        report.seconds = time.monotonic() - searching
        report.geometries = [pool for place, pool in enumerate(plan.geometries) if supported >> place & 1]
        if run is not None:
            if run.geometry not in report.geometries:
                report.geometries.append(run.geometry)
            trials = Trials(nursery, way, plan.level, begun + plan.seconds + GRACE, run.rule, plan.deadline)
            report.findings.append(shrunk(trials, run))
    if plan.strict:
        wrong = [found.run for found in report.misuse if found.run is not None]
        report.findings += [Finding(run, len(run.asked), shortest=True, repeats=True) for run in wrong]
    return report
