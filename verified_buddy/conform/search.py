"""The search for a divergence, in the child: vectors, short runs, scenarios, walks, examples."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final

from verified_buddy.conform.board import Board
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.examples import examples
from verified_buddy.conform.extent import Notes
from verified_buddy.conform.patience import DEADLINE
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.scenarios import ENDURANCE, SCENARIOS, WHOLE, Scenario
from verified_buddy.conform.siblings import last_two
from verified_buddy.conform.small import ELSEWHERE, POOLS, how_many, small_runs
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
    *(Geometry(0, 1 << order, order) for order in (5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17)),
)
"""Exact powers of two, as one block of the top order and as many; other sizes; pools that start anywhere; and
some with more pages than 16 bits count."""
SHORT: Final = 3
"""All runs of up to so many operations are tried on all small pools; later, if there is time, longer ones."""
LONGER: Final = 6
"""The longest of these."""
SOME: Final = 12
"""So many of the pools that were tried are told."""
MANY: Final = 50_000
"""No more runs than these are longer ones, but for those of the first length."""
LARGE: Final = 8192
"""Pools with more pages come later: there are allocators that take their time for these."""
TINY: Final = 64
"""Pools with no more pages are worn out: the same few blocks, again and again."""
Pools = Generator[None, None, list[Geometry]]
"""A search for pools, one at a time; its result are those that are supported."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to search, how, and for how long."""

    level: Level
    seed: int
    seconds: float
    geometries: Sequence[Geometry] = GEOMETRIES
    vectors: bool = True
    """Whether those of the vectors, all small ones, and what the allocator names are tried, too."""
    deadline: float = DEADLINE
    """Seconds without an answer that are a hang."""
    misuse: bool = False
    strict: bool = False
    """Whether misuse must be refused or ignored."""
    heeds: bool = False
    """Whether output and forks end the search, too."""


def search(way: Way, plan: Plan, until: float) -> Callable[[Board], dict[str, Any]]:
    """The work of a child that searches."""

    def work(board: Board) -> dict[str, Any]:
        return told(lambda: Search(way, plan, board, until).result())

    return work


class Search:
    """One search."""

    def __init__(self, way: Way, plan: Plan, board: Board, until: float) -> None:
        self.plan = plan
        self.driver = Driver(way(), board, plan.level, until, heeds=plan.heeds)
        self.notes = Notes(board)
        self.orders: dict[Geometry, tuple[int, ...]] = {}
        """Which orders can be asked for on each pool that was tried; none if it is not supported."""

    def result(self) -> dict[str, Any]:
        """Search until time is up.  Raises DivergedError, CannotDriveError."""
        for _ in self.phases():
            if not self.driver.in_time():
                break
        self.notes.keep()
        return {}

    def phases(self) -> Iterator[None]:
        """Everything in turn, a run at a time."""
        if self.plan.vectors:
            yield from self.vectors()
        named = self.driver.peer.named() if self.plan.vectors else None
        wanted = self.plan.geometries if named is None else named
        pools = yield from self.supported(sorted(wanted, key=lambda pool: pool.nr_pages))
        if self.plan.vectors and not pools:
            pools = yield from self.supported(POOLS)
        if not pools:
            raise CannotDriveError(self.why_none())
        self.notes.extent.pools, self.notes.extent.named = pools, named is not None
        few = [pool for pool in pools if pool.nr_pages <= LARGE] or pools[:1]
        many = [pool for pool in pools if pool not in few]
        yield from self.scenarios("scenarios", (*SCENARIOS, last_two), few)
        if self.plan.vectors:
            yield from self.short_runs("short runs", 1, SHORT, POOLS)
        yield from self.scenarios("whole pools", WHOLE, few)
        worn = [pool for pool in few if pool.nr_pages <= TINY]
        yield from self.scenarios("wear", ENDURANCE, worn[:1] + worn[1:][-1:])
        yield from self.scenarios("large pools", (*SCENARIOS, last_two), many)
        yield from self.endless(pools, many)

    def endless(self, pools: list[Geometry], many: list[Geometry]) -> Iterator[None]:
        """What goes on for as long as there is time."""
        walks = self.notes.phase("walks")
        for turn in count():
            for _ in self.walks(turn, pools):
                walks.done += 1
                self.notes.keep()
                yield
            if turn == 0:
                elsewhere = self.plan.vectors and self.driver.peer.named() is None
                rounds = examples(self.driver, pools, self.plan.seed, elsewhere=elsewhere)
                yield from self.notes.each("rounds of examples", rounds)
                if self.plan.vectors:
                    yield from self.short_runs("longer runs", SHORT + 1, LONGER, POOLS)
                    yield from self.short_runs("runs elsewhere", 1, SHORT, ELSEWHERE)
                yield from self.scenarios("whole large pools", WHOLE, many)

    def vectors(self) -> Iterator[None]:
        """The test vectors, where their pools are supported."""
        pools = yield from self.supported(vector.geometry for vector in VECTORS)
        for vector in self.notes.each("vectors", [each for each in VECTORS if each.geometry in pools]):
            self.play(vector.geometry, vector.program())
            yield

    def short_runs(
        self, name: str, shortest: int, longest: int, wanted: Sequence[Geometry]
    ) -> Iterator[None]:
        """All runs of these lengths; of the longer ones no more than ``MANY``."""
        pools = yield from self.supported(wanted)
        while longest > shortest and sum(how_many(longest, pool.max_order) for pool in pools) > MANY:
            longest -= 1
        runs = [
            (pool, steps)
            for pool, steps in small_runs(shortest, longest, pools)
            if all(step < 0 or step in self.orders[pool] for step in steps)
        ]
        for pool, steps in self.notes.each(name, runs):
            self.play(pool, replayed(steps))
            yield

    def scenarios(self, name: str, which: Sequence[Scenario], pools: Sequence[Geometry]) -> Iterator[None]:
        """Each of the scenarios on each of the pools."""
        jobs = [(pool, scenario) for pool in pools for scenario in which]
        for pool, scenario in self.notes.each(name, jobs):
            self.play(pool, scenario(pool, self.orders[pool]))
            yield

    def walks(self, turn: int, pools: Sequence[Geometry]) -> Iterator[None]:
        """A walk on each pool, of a profile that changes from turn to turn."""
        for place, geometry in enumerate(pools):
            profile = PROFILES[(turn + place) % len(PROFILES)]
            judge = self.driver.begin(geometry)
            if judge is not None:
                random = Random(f"{self.plan.seed} {turn} {geometry}")  # noqa: S311 - a test, to be repeated
                walk(self.driver, judge, profile, random, 1 << min(17 + turn, 20))
                self.driver.end()
            yield

    def supported(self, wanted: Iterable[Geometry]) -> Pools:
        """Those of the pools that are supported."""
        found = []
        for pool in dict.fromkeys(wanted):
            if pool not in self.orders:
                judge = self.driver.begin(pool)
                named = self.driver.peer.named()
                self.orders[pool] = () if judge is None else self.driver.askable()
                if judge is not None:
                    self.driver.end()
                if named is None or pool in named:
                    self.notes.pool(pool, supported=bool(self.orders[pool]))
                yield
            if self.orders[pool]:
                found.append(pool)
        return found

    def play(self, geometry: Geometry, program: Program) -> None:
        """One run."""
        judge = self.driver.begin(geometry)
        if judge is not None:
            self.driver.play(judge, program)
            self.driver.end()

    def why_none(self) -> str:
        """That no pool is supported, and which were tried."""
        named = self.driver.peer.named()
        pools = self.plan.geometries if named is None else named
        tried = ", ".join(str(tuple(pool)) for pool in pools[:SOME])
        last = (
            'vb_geometry(), or "geometries", can name those that are' if named is None else "it named these"
        )
        return (
            f"no geometry is supported: of {len(self.orders)} that were tried, all are refused, "
            f"among them (start_pfn, nr_pages, max_order) {tried or 'none'}; {last}"
        )
