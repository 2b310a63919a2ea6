"""Every short run on every tiny pool, shortest first: most faults of logic show there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Steps

POOLS: Final = tuple(
    Geometry(start, pages, top)
    for start, pages, top in (
        *((0, 1, 0), (0, 1, 1), (0, 2, 0), (0, 2, 1), (0, 3, 1), (1, 2, 1), (0, 4, 1), (0, 4, 2)),
        *((1, 3, 2), (0, 5, 2), (0, 6, 2), (0, 7, 2), (0, 8, 2), (0, 8, 3)),
    )
)


def small_runs(shortest: int, longest: int) -> Iterator[tuple[Geometry, Steps]]:
    """All runs of these lengths, where a free is of what was allocated before and not freed yet."""
    for length in range(shortest, longest + 1):
        for pool in POOLS:
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
