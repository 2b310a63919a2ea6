"""How far a search got: what it did of each phase, on which pools."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from verified_buddy.conform.board import Board
from verified_buddy.conform.peer import Geometry

Job = TypeVar("Job")
OFTEN: Final = 0.01

NEEDED: Final = ("vectors", "scenarios")
"""Phases without which nothing is said of an allocator; every other goes on for as long as there is time."""


class Phase(msgspec.Struct, array_like=True):
    """So many things done, of so many; or of as many as there is time for."""

    name: str
    done: int = 0
    of: int | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.done:,}" + ("" if self.of is None else f" of {self.of:,}")

    @property
    def complete(self) -> bool:
        """Whether all of it was done."""
        return self.of is not None and self.done >= self.of


class Extent(msgspec.Struct):
    """The phases that were begun, and the pools that were asked for."""

    phases: list[Phase] = []
    tried: list[Geometry] = []
    supported: list[Geometry] = []
    named: bool = False
    """Whether the allocator named the pools that it supports."""
    pools: list[Geometry] = []
    """Those of the scenarios and walks, once they are known."""

    @property
    def complete(self) -> bool:
        """Whether what is needed was done, on one pool at least."""
        found = {phase.name: phase for phase in self.phases}
        needed = [phase for name in NEEDED if (phase := found.get(name)) is not None]
        scenarios = found.get("scenarios")
        return scenarios is not None and bool(scenarios.of) and all(phase.complete for phase in needed)

    @property
    def refused(self) -> list[Geometry]:
        """The pools that are not supported."""
        return [pool for pool in self.tried if pool not in self.supported]

    @property
    def missing(self) -> str:
        """Why nothing can be said, if it is so."""
        left = [str(phase) for phase in self.phases if phase.name in NEEDED and not phase.complete]
        return f"time was up before the scenarios were done ({', '.join(left) or 'none was begun'})"


class Notes:
    """The extent of a search, which its child writes to the board as it goes."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.extent = Extent()
        self.kept = 0.0

    def keep(self, often: float = 0.0) -> None:
        """Write it, if that was not done within so many seconds."""
        now = time.monotonic()
        if now - self.kept >= often:
            self.kept = now
            self.board.note(msgspec.json.encode(self.extent))

    def pool(self, geometry: Geometry, *, supported: bool) -> None:
        """A pool was asked for."""
        self.extent.tried.append(geometry)
        if supported:
            self.extent.supported.append(geometry)

    def phase(self, name: str, of: int | None = None) -> Phase:
        """A phase begins."""
        self.extent.phases.append(Phase(name, 0, of))
        self.keep()
        return self.extent.phases[-1]

    def each(self, name: str, jobs: Iterable[Job]) -> Iterator[Job]:
        """The jobs of a phase; each is done when the next is asked for."""
        phase = self.phase(name, len(jobs) if isinstance(jobs, Sequence) else None)
        for job in jobs:
            yield job
            phase.done += 1
            self.keep(OFTEN)
        self.keep()


def extent_of(board: Board) -> Extent:
    """How far the search got whose board this is."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(board.noted(), type=Extent)
    return Extent()
