"""Laws of making a run shorter: what does not matter is dropped at once, however long the run is."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conform.allocators import HEADERS, PEERS, needs_cc
from tests.conform.zone_pool import pool
from verified_buddy.conform.board import Board
from verified_buddy.conform.coarse import covering, endings, groups, larger, packed, paired
from verified_buddy.conform.conduct import conduct
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.factory import made
from verified_buddy.conform.finding import Run
from verified_buddy.conform.library_use import command
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.search import Plan
from verified_buddy.conform.shrink import Shrinker
from verified_buddy.conform.steps import Steps, replayed, steps_of
from verified_buddy.conform.told import told
from verified_buddy.oracle.rules import Level

TOP = 4


@st.composite
def runs(draw: st.DrawFn) -> Steps:
    """Any steps, in which a free names an alloc before it, once."""
    steps: Steps = []
    held: list[int] = []
    for number in draw(st.lists(st.integers(0, 40), min_size=1, max_size=40)):
        if number % 3 == 0 and held:
            steps.append(~held.pop(number % len(held)))
        else:
            held.append(len(steps))
            steps.append(number % (TOP + 1))
    return steps


def is_legal(steps: Steps) -> bool:
    frees = [~step for step in steps if step < 0]
    return len({*frees}) == len(frees) and all(
        0 <= ~step < index and steps[~step] >= 0 for index, step in enumerate(steps) if step < 0
    )


def out(steps: Steps) -> int:
    """The pages that are out in the end."""
    gone = {~step for step in steps if step < 0}
    return sum(1 << step for index, step in enumerate(steps) if step >= 0 and index not in gone)


def candidates(steps: Steps) -> Iterator[Steps]:
    yield from endings(steps)
    yield from packed(steps, TOP)
    yield from paired(steps, TOP)
    for chosen in [groups(steps), *([group] for group in groups(steps))]:
        yield larger(steps, chosen, TOP)


@given(runs())
def test_whatever_is_made_of_a_run_is_a_run(steps: Steps) -> None:
    for shorter in candidates(steps):
        assert is_legal(shorter)
        assert all(step <= TOP for step in shorter)
        assert len(shorter) <= len(steps)


@given(runs())
def test_large_blocks_have_the_pages_of_the_small_ones(steps: Steps) -> None:
    assert out(larger(steps, groups(steps), TOP)) == out(steps)
    assert all(out(steps) <= out(each) < out(steps) + (1 << TOP) for each in packed(steps, TOP))


@given(st.integers(0, 100), st.integers(0, TOP))
def test_as_few_blocks_as_can_be_cover_the_pages(count: int, order: int) -> None:
    orders = covering(count, order, TOP)
    assert sum(1 << each for each in orders) == count << order
    assert len(orders) == (count << order >> TOP) + ((count << order) % (1 << TOP)).bit_count()


@given(runs())
def test_an_ending_is_what_was_out_and_the_last_operations(steps: Steps) -> None:
    for shorter in endings(steps):
        assert 0 < len(shorter) < len(steps)
        last, now = steps[-1], shorter[-1]
        assert now == last if last >= 0 else shorter[~now] == steps[~last]


class Wrong:
    """A pool that refuses two pages while page 0 is out."""

    def __init__(self, start: int, pages: int, top: int) -> None:
        self.pool, self.taken = pool(start, pages, top), False

    def alloc(self, order: int) -> int | None:
        if order == 1 and self.taken:
            return None
        pfn = self.pool.alloc(order)
        self.taken |= pfn == 0
        return pfn

    def free(self, pfn: int, order: int) -> None:
        self.taken &= pfn != 0
        self.pool.free(pfn, order)


def trying(counts: list[int]) -> Callable[[Geometry, Steps], Run | None]:
    """Does the steps here, and counts the operations."""
    board = Board()
    driver = Driver(made(Wrong), board, Level.COMPLETE)

    def attempt(geometry: Geometry, steps: Steps) -> Run | None:
        def done() -> dict[str, object]:
            judge = driver.begin(geometry)
            assert judge is not None
            driver.play(judge, replayed(steps))
            return {}

        result = told(done)
        counts.append(board.count())
        header = board.header()
        if "rule" not in result or header is None:
            return None
        events = [*board.events()]
        return Run(header, events, result["rule"], result["says"], "", steps_of(events))

    return attempt


def test_two_operations_of_many_are_found_at_once() -> None:
    long = [step for turn in range(50_000) for step in (0, ~(2 * turn))] + [0, 1]
    counts: list[int] = []
    attempt = trying(counts)
    run = attempt(Geometry(0, 16, 4), long)
    assert run is not None
    assert len(run.steps) == len(long)
    shrinker = Shrinker(attempt, time.monotonic() + 60, run)
    assert shrinker.shrink()
    assert shrinker.run.steps == [0, 1]
    assert sum(counts[1:]) < 1000
    assert len(counts) < 100


def test_what_fills_the_pool_becomes_few_large_blocks() -> None:
    long = [0] * 1000 + [~999] + [1]
    counts: list[int] = []
    attempt = trying(counts)
    run = attempt(Geometry(0, 1024, 10), long)
    assert run is not None
    shrinker = Shrinker(attempt, time.monotonic() + 60, run)
    assert shrinker.shrink()
    assert shrinker.run.steps == [0, 1]


@needs_cc
@pytest.mark.parametrize("bug", ["D28", "L7"])
def test_a_slow_program_is_told_in_few_operations_too(tmp_path: Path, bug: str) -> None:
    out = tmp_path / "serve"
    sources = [str(PEERS / "serve.c"), str(PEERS / "lists.c")]
    subprocess.run(
        ["cc", "-O1", "-I", str(HEADERS), f"-D{bug}", "-DDELAY=500", "-o", str(out), *sources], check=True
    )
    (finding,) = conduct(command(str(out)), bug, Plan(Level.COMPLETE, 1, 4)).findings
    assert len(finding.run.asked) <= 6
    assert finding.repeats
