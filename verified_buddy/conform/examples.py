"""Examples of Hypothesis: what random walks at full speed do not think of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Program

ROUND: Final = 100
ROUNDS: Final = 10


def examples(
    driver: Driver, geometries: Sequence[Geometry], seed: int, *, elsewhere: bool = True
) -> Iterator[None]:
    """Rounds of examples, on any other small pools too; none without Hypothesis.  Raises DivergedError.

    Hypothesis only chooses; what it finds is made shorter as any other run is.
    """
    try:
        import hypothesis
        from hypothesis import strategies as st
        from hypothesis.configuration import set_hypothesis_home_dir
    except ImportError:
        return
    set_hypothesis_home_dir(os.devnull)  # nothing is left in the user's directory
    found: list[BaseException] = []
    calls = st.lists(st.tuples(st.booleans(), st.integers(0, 63)), max_size=200)
    pools = st.sampled_from(geometries)
    if elsewhere:
        pools |= st.builds(
            Geometry, st.sampled_from([0, 1, 8, 1 << 20]), st.integers(1, 300), st.integers(0, 10)
        )

    def example(geometry: Geometry, calls: list[tuple[bool, int]]) -> None:
        if found or not driver.in_time():
            return
        try:
            judge = driver.begin(geometry)
            if judge is not None:
                driver.play(judge, program(geometry, calls))
                driver.end()
        except Exception as error:
            found.append(error)

    for number in range(ROUNDS):
        settings = hypothesis.settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        test: Any = hypothesis.given(pools, calls)(example)
        hypothesis.seed(f"{seed} {number}")(settings(test))()
        if found:
            raise found[0]
        yield


def program(geometry: Geometry, calls: Sequence[tuple[bool, int]]) -> Program:
    """The calls: alloc of an order, or free of one of the blocks that are held."""
    held: list[tuple[int, int]] = []
    for frees, number in calls:
        if frees and held:
            yield free(*held.pop(number % len(held)))
        else:
            order = number % (geometry.max_order + 1)
            pfn = yield alloc(order)
            if pfn >= 0:
                held.append((pfn, order))
