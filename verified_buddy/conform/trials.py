"""Doing a run again: in a fresh child, or, faster, in one that does many; and making it short with both."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from verified_buddy.conform.board import PEER, Board
from verified_buddy.conform.child import Ending, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import AFTER, Run, run_of
from verified_buddy.conform.patience import DEADLINE, MEMORY, SHORT
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.scenarios import SCENARIOS
from verified_buddy.conform.siblings import last_two
from verified_buddy.conform.small import ELSEWHERE, POOLS, small_runs
from verified_buddy.conform.soil import soil
from verified_buddy.conform.steps import Program, Steps, replayed
from verified_buddy.conform.told import told
from verified_buddy.oracle.rules import Level

LEISURE: Final = 2.0
"""Seconds without an answer that confirm a hang."""
SEARCHING: Final = 5.0
"""Seconds for a search of small pools."""
SOON: Final = 3
"""Runs of so many operations are tried before anything longer."""
LONGEST: Final = 6
"""No longer runs are tried all."""
TINY: Final = [pool for pool in POOLS if 2 <= pool.nr_pages <= 8 and 1 <= pool.max_order <= 2]
"""Pools for which each run may have a child."""
LASTING: Final = ("hang", "memory", *AFTER)
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
    soiled: bool = True
    """Whether, after a crash, C is handed memory full of nonsense in a fresh child, as in the reproducer."""

    def fresh(self, geometry: Geometry, steps: Steps, deadline: float | None = None) -> Run | None:
        """The run in a fresh child."""
        patience = self.deadline if deadline is None else deadline

        def work(board: Board) -> dict[str, Any]:
            if self.soiled and self.rule == "crash":
                soil()
            return self.player(board)(geometry, lambda: replayed(steps))

        ending = self.nursery.run(work, deadline=patience, until=self.end, memory=self.memory())
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
        play = self.player(self.nursery.board)

        def work(order: Any) -> dict[str, Any]:
            geometry, steps = order
            return play(Geometry(*geometry), lambda: replayed(steps))

        return work

    def player(self, board: Board) -> Callable[[Geometry, Callable[[], Program]], dict[str, Any]]:
        """What does one run after the other in this process, and starts anew what died."""
        drivers: list[Driver] = []

        def play(geometry: Geometry, program: Callable[[], Program]) -> dict[str, Any]:
            def done() -> dict[str, Any]:
                if not drivers:
                    drivers.append(Driver(self.way(), board, self.level, heeds=self.rule in AFTER))
                judge = drivers[0].begin(geometry)
                if judge is None:
                    return {"unsupported": True}
                drivers[0].play(judge, program())
                drivers[0].end()
                return {}

            result = told(done)
            if result.get("rule") in ("crash", "reply"):
                drivers.clear()  # what is behind a pipe is dead, or says what was asked before
            return result

        return play

    def anew(self, run: Run) -> Run | None:
        """A run that breaks the rule on a small pool, which may become shorter than that one."""
        patience = SHORT if self.rule == "hang" else self.deadline
        until = min(self.end, time.monotonic() + SEARCHING)

        def work(board: Board) -> dict[str, Any]:
            play = self.player(board)
            refused: set[Geometry] = set()
            for geometry, program in small_programs(len(run.steps), refused):
                if time.monotonic() > until:
                    break
                result = {} if geometry in refused else play(geometry, program)
                if result.get("rule") == self.rule:
                    return result
                if "unsupported" in result:
                    refused.add(geometry)
            return {}

        ending = self.nursery.run(work, deadline=patience, until=until, memory=self.memory())
        found = self.run_of(ending, patience)
        return found if found is not None and found.rule == self.rule else None

    def one_by_one(self, run: Run) -> Run | None:
        """The same among the shortest runs, with a fresh child for each: a crash may hang on old memory."""
        until = min(self.end, time.monotonic() + SEARCHING)
        for geometry, steps in small_runs(1, min(SOON, len(run.steps) - 1), TINY):
            if time.monotonic() > until or self.nursery.board.words[PEER]:
                break
            found = self.fresh(geometry, steps)
            if found is not None and found.rule == self.rule:
                return found
        return None

    def memory(self) -> int:
        """How much memory is too much; less, where that is what it was seen to eat."""
        return MEMORY >> 2 if self.rule == "memory" else MEMORY

    def run_of(self, ending: Ending, deadline: float) -> Run | None:
        """The run, if it diverges."""
        try:
            return run_of(ending, self.nursery.board, deadline)
        except CannotDriveError:
            return None


def small_programs(
    length: int, refused: Container[Geometry]
) -> Iterator[tuple[Geometry, Callable[[], Program]]]:
    """What there is to try on small pools, where a run of that length is to be beaten: the shortest first.

    Pools that were refused meanwhile are left out later.
    """

    def runs(
        shortest: int, longest: int, pools: Sequence[Geometry] = POOLS
    ) -> Iterator[tuple[Geometry, Callable[[], Program]]]:
        for geometry, steps in small_runs(shortest, min(longest, length - 1), pools):
            yield geometry, lambda steps=steps: replayed(steps)  # type: ignore[misc]  # a default binds it

    yield from runs(1, SOON)
    yield from runs(1, SOON - 1, ELSEWHERE)
    if length > LONGEST:
        for pool in [pool for pool in POOLS if pool not in refused]:
            for scenario in (*SCENARIOS, last_two):
                yield pool, lambda scenario=scenario, pool=pool: scenario(pool)  # type: ignore[misc]  # as above
    yield from runs(SOON + 1, LONGEST, [pool for pool in POOLS if pool not in refused])
