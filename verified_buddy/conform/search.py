"""The search for a divergence, in the child: vectors, scenarios, walks, and examples of Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final

from verified_buddy.conform.board import SUPPORTED, Board
from verified_buddy.conform.child import DEADLINE
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.examples import examples
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.scenarios import SCENARIOS
from verified_buddy.conform.small import small_runs
from verified_buddy.conform.steps import Program, replayed
from verified_buddy.conform.told import told
from verified_buddy.conform.vectors import VECTORS
from verified_buddy.conform.walk import PROFILES, walk
from verified_buddy.oracle.rules import Level

GEOMETRIES: Final = (
    Geometry(0, 16, 4),
    Geometry(0, 1024, 10),
    Geometry(0, 1000, 9),
    Geometry(0, 7, 2),
    Geometry(0, 64, 3),
    Geometry(0, 8192, 10),
    Geometry(0, 1, 0),
    Geometry(0, 300, 10),
    Geometry(64, 64, 6),
    Geometry(1, 255, 8),
    Geometry(1000, 3000, 10),
    Geometry((1 << 33) - 512, 2048, 9),
    Geometry(0, 1 << 17, 10),
)
"""Exact powers of two, other sizes, several blocks of the top order, none; pools that start anywhere; and one
with more pages than 16 bits count."""
SMALL: Final = 4
"""All runs of up to so many operations are tried on all tiny pools."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to search, how, and for how long."""

    level: Level
    seed: int
    seconds: float
    geometries: Sequence[Geometry] = GEOMETRIES
    vectors: bool = True
    """Whether the pools of the vectors, and all tiny ones, are tried too."""
    deadline: float = DEADLINE
    """Seconds without an answer that are a hang."""
    misuse: bool = False
    strict: bool = False
    """Whether misuse must be refused or ignored."""


def search(way: Way, plan: Plan, until: float) -> Callable[[Board], dict[str, Any]]:
    """The work of a child that searches."""

    def work(board: Board) -> dict[str, Any]:
        return told(lambda: Search(way, plan, board, until).result())

    return work


class Search:
    """One search."""

    def __init__(self, way: Way, plan: Plan, board: Board, until: float) -> None:
        self.plan = plan
        self.driver = Driver(way(), board, plan.level, until)
        self.supported: list[Geometry] = []

    def result(self) -> dict[str, Any]:
        """Search until time is up.  Raises DivergedError."""
        for _ in self.phases():
            if not self.driver.in_time():
                break
        return {}

    def phases(self) -> Iterator[None]:
        """Everything in turn, a run at a time."""
        if self.plan.vectors:
            for vector in VECTORS:
                self.play(vector.geometry, vector.program())
                yield
            for geometry, steps in small_runs(1, SMALL):
                self.play(geometry, replayed(steps))
                yield
        for place, geometry in enumerate(self.plan.geometries):
            for scenario in SCENARIOS:
                if not self.play(geometry, scenario(geometry)):
                    break
                yield
            else:
                self.supported.append(geometry)
                self.driver.board.words[SUPPORTED] |= 1 << place
        if not self.supported:
            raise CannotDriveError("no geometry is supported: vb_init() refuses them all")
        for turn in count():
            yield from self.walks(turn)
            if turn == 0:
                yield from examples(self.driver, self.supported, self.plan.seed)

    def walks(self, turn: int) -> Iterator[None]:
        """A walk on each geometry, of a profile that changes from turn to turn."""
        for place, geometry in enumerate(self.supported):
            profile = PROFILES[(turn + place) % len(PROFILES)]
            judge = self.driver.begin(geometry)
            if judge is not None:
                random = Random(f"{self.plan.seed} {turn} {geometry}")  # noqa: S311 - a test, to be repeated
                walk(self.driver, judge, profile, random, 1 << min(17 + turn, 20))
                self.driver.end()
            yield

    def play(self, geometry: Geometry, program: Program) -> bool:
        """One run; False if the geometry is not supported."""
        judge = self.driver.begin(geometry)
        if judge is None:
            return False
        self.driver.play(judge, program)
        self.driver.end()
        return True
