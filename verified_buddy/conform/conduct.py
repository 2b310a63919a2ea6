"""From a way in to a verdict: misuse, search in a child, then make what was found as short as can be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from verified_buddy.conform.board import FORKED, Board
from verified_buddy.conform.child import Ending, Nursery
from verified_buddy.conform.extent import Extent, extent_of
from verified_buddy.conform.finding import AFTER, Run, run_of
from verified_buddy.conform.misuse import Behaviour, misused
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.search import Plan, search
from verified_buddy.conform.shorten import shrunk
from verified_buddy.conform.trials import Finding, Trials

GRACE: Final = 28.0
"""All ends so many seconds after the search should, or two later."""
LATE: Final = 2.0
"""A search that does not end by itself is ended so many seconds later."""
Verdict = Literal["conforms", "diverges", "vacuous"]


@dataclass(slots=True)
class Report:
    """What an allocator came to."""

    name: str
    plan: Plan
    operations: int = 0
    seconds: float = 0.0
    extent: Extent = field(default_factory=Extent)
    geometries: list[Geometry] = field(default_factory=list)
    """The pools of its scenarios and walks, and that of the run that diverges."""
    findings: list[Finding] = field(default_factory=list)
    misuse: list[Behaviour] = field(default_factory=list)
    printed: str = ""
    """The beginning of what it wrote to standard output."""
    forked: bool = False
    """Whether it started a process."""

    @property
    def verdict(self) -> Verdict:
        """In a word; ``vacuous`` is no verdict, since the search did not get far enough."""
        if self.findings:
            return "diverges"
        return "conforms" if self.extent.complete else "vacuous"

    @property
    def conforms(self) -> bool:
        """Whether no run diverges, and enough were tried."""
        return self.verdict == "conforms"


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
        report.extent = extent_of(nursery.board)
        report.geometries = [*report.extent.pools]
        report.printed, report.forked = ending.printed, bool(nursery.board.words[FORKED])
        run = run_of(ending, nursery.board, plan.deadline)
        report.seconds = time.monotonic() - searching
        if run is None and (report.printed or report.forked):
            run = heeded(nursery, way, plan, report.seconds)
        if run is not None:
            report.geometries += [run.geometry] * (run.geometry not in report.geometries)
            trials = Trials(nursery, way, plan.level, begun + plan.seconds + GRACE, run.rule, plan.deadline)
            report.findings.append(shrunk(trials, run))
    if plan.strict:
        wrong = [found.run for found in report.misuse if found.run is not None]
        report.findings += [Finding(run, len(run.asked), shortest=True, repeats=True) for run in wrong]
    return report


def heeded(nursery: Nursery, way: Way, plan: Plan, seconds: float) -> Run | None:
    """The same search again, which ends with the first run that prints, or starts a process."""
    until = time.monotonic() + seconds + LATE
    ending = nursery.run(search(way, replace(plan, heeds=True), until), deadline=plan.deadline, until=until)
    if ending.kind == "late":
        ending = Ending("done", {"rule": AFTER[0], "says": f"wrote to standard output: {ending.printed}"})
    return run_of(ending, nursery.board, plan.deadline)
