"""From a way in to a verdict: search in a child, then make what was found as short as can be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from verified_buddy.conform.board import Board
from verified_buddy.conform.child import DEADLINE, SHORT, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import Run, run_of
from verified_buddy.conform.misuse import Behaviour, misused
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.search import Plan, search
from verified_buddy.conform.shrink import Shrinker
from verified_buddy.conform.small import small_runs
from verified_buddy.conform.steps import Steps, replayed
from verified_buddy.conform.told import told
from verified_buddy.rules import Level

SHRINKING: Final = 15.0
"""Seconds that making a run shorter may take."""

ENUMERATING: Final = 3.0
"""Seconds for trying all short runs."""
LONGEST: Final = 6
"""No longer runs are tried all."""
SLOW: Final = ("hang", "memory")
"""Rules that are no use to look for in many runs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A run that diverges, and how short it is."""

    run: Run
    found: int
    """The length of the run in which it was found first."""
    shortest: bool
    """Whether no operation can be left out, and no order or pool made smaller."""
    repeats: bool
    """Whether the run shows it in a fresh process, too."""
    files: list[str] = field(default_factory=list)


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
    """Search and shrink.  Raises CannotDriveError."""
    begun = time.monotonic()
    nursery = Nursery(watch)
    ending = nursery.run(search(way, plan))
    report = Report(name, plan, nursery.board.operations())
    run = run_of(ending, nursery.board, DEADLINE)
    report.seconds = time.monotonic() - begun
    if run is None:
        report.geometries = [Geometry(*pool) for pool in ending.result["geometries"]]
    else:
        report.geometries = [run.geometry]
        report.findings.append(shrunk(nursery, way, plan.level, run))
    if plan.misuse:
        report.misuse = misused(nursery, way, plan.geometries)
        if plan.strict:
            wrong = [found.run for found in report.misuse if found.run is not None]
            report.findings += [Finding(run, len(run.asked), shortest=True, repeats=True) for run in wrong]
    return report


def shrunk(nursery: Nursery, way: Way, level: Level, run: Run) -> Finding:
    """The run made short, each try in a fresh child."""

    def attempt(geometry: Geometry, steps: Steps) -> Run | None:
        deadline = SHORT if run.rule == "hang" else DEADLINE
        ending = nursery.run(repeat(way, level, geometry, steps), deadline=deadline)
        return run_of(ending, nursery.board, deadline)

    again = attempt(run.geometry, run.steps)
    if again is None or again.rule != run.rule:
        return Finding(run, len(run.asked), shortest=False, repeats=False)
    shrinker = Shrinker(attempt, time.monotonic() + SHRINKING, again)
    shortest = shrinker.shrink()
    if len(shrinker.run.steps) > 1 and run.rule not in SLOW:
        ending = nursery.run(enumerate_small(way, level, len(shrinker.run.steps) - 1, run.rule))
        small = run_of(ending, nursery.board, DEADLINE)
        if small is not None and shrinker.shows(small.geometry, small.steps):
            shortest = shrinker.shrink()
    return Finding(shrinker.run, len(run.asked), shortest=shortest, repeats=True)


def enumerate_small(way: Way, level: Level, longest: int, rule: str) -> Callable[[Board], dict[str, Any]]:
    """The work of a child that looks for a shorter run among all short ones."""

    def work(board: Board) -> dict[str, Any]:
        driver = Driver(way(), board, level, time.monotonic() + ENUMERATING)
        for geometry, steps in small_runs(1, min(longest, LONGEST)):
            if not driver.in_time():
                break
            result = told(lambda: once(driver, geometry, steps))  # noqa: B023 - called at once
            if result.get("rule") == rule:
                return result
        return {}

    return work


def repeat(way: Way, level: Level, geometry: Geometry, steps: Steps) -> Callable[[Board], dict[str, Any]]:
    """The work of a child that does the steps once."""

    def work(board: Board) -> dict[str, Any]:
        return told(lambda: once(Driver(way(), board, level), geometry, steps))

    return work


def once(driver: Driver, geometry: Geometry, steps: Steps) -> dict[str, Any]:
    """One run.  Raises DivergedError."""
    judge = driver.begin(geometry)
    if judge is not None:
        driver.play(judge, replayed(steps))
        driver.end()
    return {}
