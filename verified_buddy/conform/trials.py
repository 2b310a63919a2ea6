"""Doing a run again: in a fresh child, or, faster, in one that does many; and making it short with both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from verified_buddy.conform.board import Board
from verified_buddy.conform.child import DEADLINE, MEMORY, SHORT, Ending, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import Run, run_of
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.shrink import Shrinker
from verified_buddy.conform.small import small_runs
from verified_buddy.conform.steps import Steps, replayed
from verified_buddy.conform.told import told
from verified_buddy.oracle.rules import Level

SHRINKING: Final = 15.0
"""Seconds that making a run shorter may take."""
LEISURE: Final = 2.0
"""Seconds without an answer that confirm a hang."""
ENUMERATING: Final = 2.0
"""Seconds for trying all short runs."""
LONGEST: Final = 6
"""No longer runs are tried all."""
LASTING: Final = ("hang", "memory", "output", "fork")
"""Rules of which a child that goes on would show traces: each try has a fresh one."""


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


@dataclass(frozen=True, slots=True)
class Trials:
    """Repeats runs of one allocator, as long as there is time."""

    nursery: Nursery
    way: Way
    level: Level
    end: float
    rule: str
    deadline: float = DEADLINE
    """Seconds without an answer that are a hang."""

    def fresh(self, geometry: Geometry, steps: Steps, deadline: float | None = None) -> Run | None:
        """The run in a fresh child."""
        patience = self.deadline if deadline is None else deadline

        def work(board: Board) -> dict[str, Any]:
            return told(lambda: once(Driver(self.way(), board, self.level), geometry, steps))

        memory = MEMORY >> 2 if self.rule == "memory" else MEMORY
        ending = self.nursery.run(work, deadline=patience, until=self.end, memory=memory)
        return self.run_of(ending, patience)

    def hasty(self, geometry: Geometry, steps: Steps) -> Run | None:
        """The run in a fresh child, where a short pause is a hang."""
        return self.fresh(geometry, steps, SHORT)

    def quick(self, geometry: Geometry, steps: Steps) -> Run | None:
        """The run in a child that has done others before."""
        order, patience = (geometry, steps), self.deadline
        ending = self.nursery.serve(self.server(), order, deadline=patience, until=self.end)
        return self.run_of(ending, patience)

    def server(self) -> Callable[[Any], dict[str, Any]]:
        """The work of a child that repeats one run after the other."""
        drivers: list[Driver] = []

        def work(order: Any) -> dict[str, Any]:
            geometry, steps = order

            def done() -> dict[str, Any]:
                if not drivers:
                    drivers.append(Driver(self.way(), self.nursery.board, self.level))
                return once(drivers[0], Geometry(*geometry), steps)

            result = told(done)
            if result.get("rule") in ("crash", "reply"):
                drivers.clear()  # what is behind a pipe is dead, or says what was asked before
            return result

        return work

    def short(self, run: Run) -> Run | None:
        """A run that breaks the rule among all short ones."""
        longest = min(LONGEST, len(run.steps))
        deadline = SHORT if self.rule == "hang" else self.deadline

        def work(board: Board) -> dict[str, Any]:
            driver = Driver(self.way(), board, self.level, time.monotonic() + ENUMERATING)
            for geometry, steps in small_runs(1, longest):
                if not driver.in_time():
                    break
                result = told(lambda: once(driver, geometry, steps))  # noqa: B023 - called at once
                if result.get("rule") == self.rule:
                    return result
            return {}

        until = min(self.end, time.monotonic() + 2 * ENUMERATING)
        memory = MEMORY >> 2 if self.rule == "memory" else MEMORY
        ending = self.nursery.run(work, deadline=deadline, until=until, memory=memory)
        return self.run_of(ending, deadline)

    def run_of(self, ending: Ending, deadline: float) -> Run | None:
        """The run, if it diverges."""
        try:
            return run_of(ending, self.nursery.board, deadline)
        except CannotDriveError:
            return None


def once(driver: Driver, geometry: Geometry, steps: Steps) -> dict[str, Any]:
    """One run.  Raises DivergedError."""
    judge = driver.begin(geometry)
    if judge is not None:
        driver.play(judge, replayed(steps))
        driver.end()
    return {}


def shrunk(trials: Trials, run: Run) -> Finding:
    """The run made short."""
    again = trials.fresh(run.geometry, run.steps, LEISURE if run.rule == "hang" else None)
    if again is None or again.rule != run.rule:
        return Finding(run, len(run.asked), shortest=False, repeats=False)
    until = min(trials.end, time.monotonic() + SHRINKING)
    slow = trials.hasty if run.rule == "hang" else trials.fresh
    for attempt in (slow,) if run.rule in LASTING else (trials.quick, slow):
        shrinker = Shrinker(attempt, until, again)
        shortest = run.rule not in LASTING and shrinker.shrink()
        if not shortest or len(shrinker.run.steps) > 1:
            found = trials.short(shrinker.run)
            if (found is not None and shrinker.shows(found.geometry, found.steps)) or not shortest:
                shortest = shrinker.shrink()
        # What was tried in haste is confirmed at leisure.
        leisure = LEISURE if run.rule == "hang" else None
        best = trials.fresh(shrinker.run.geometry, shrinker.run.steps, leisure)
        if best is not None and best.rule == run.rule:
            return Finding(best, len(run.asked), shortest=shortest, repeats=True)
    return Finding(again, len(run.asked), shortest=False, repeats=True)
