"""Every short run on every small pool, shortest first: most faults of logic show there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Steps

PAGES: Final = 16
TOP: Final = 4
POOLS: Final = tuple(Geometry(0, pages, top) for pages in range(1, PAGES + 1) for top in range(TOP + 1))
"""Every pool up to 16 pages and order 4 that starts at page 0."""
ELSEWHERE: Final = tuple(
    Geometry(start, pages, top)
    for pages in range(1, PAGES + 1)
    for start in range(1, 1 << TOP)
    for top in range(1, TOP + 1)
)
"""The same, wherever they may start as far as alignment can tell."""


def small_runs(
    shortest: int, longest: int, pools: Sequence[Geometry] = POOLS
) -> Iterator[tuple[Geometry, Steps]]:
    """All runs of these lengths, where a free is of what was allocated before and not freed yet."""
    for length in range(shortest, longest + 1):
        for pool in pools:
            for steps in extended([], [], length, pool.max_order):
                yield pool, steps


def extended(steps: Steps, held: list[int], length: int, top: int) -> Iterator[Steps]:
    """The steps, with all that may follow, up to the length."""
    if len(steps) == length:
        yield steps
        return
    for order in range(top + 1):
        yield from extended([*steps, order], [*held, len(steps)], length, top)
    for place, index in enumerate(held):
        yield from extended([*steps, ~index], held[:place] + held[place + 1 :], length, top)


def how_many(length: int, top: int, held: int = 0) -> int:
    """The number of runs of the length on a pool with that top order, while so many blocks are held."""
    if length == 0:
        return 1
    frees = held * how_many(length - 1, top, held - 1) if held else 0
    return (top + 1) * how_many(length - 1, top, held + 1) + frees
