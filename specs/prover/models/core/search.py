"""Small legal states, the fewest blocks first, in search of one on which broken code shows that it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations

from specs.ledger.subject import Subject
from specs.prover.models.core.operations import Variant
from specs.prover.models.core.replay import Done, Scene, faults, run
from specs.prover.models.core.situations import Situation

SECONDS = 1.5


def found(
    subject: Subject,
    operation: str,
    variant: Variant,
    top: int,
    near: Scene | None = None,
    seconds: float = SECONDS,
) -> tuple[Scene, Done] | None:
    """The first scene in which the code does what is forbidden; None if there is none in so short a time.

    First come those that have one block more than the scene that is given.
    """
    until = time.perf_counter() + seconds
    for scene in chain(() if near is None else _around(near), scenes(operation, variant, top)):
        done = run(subject, scene)
        if next(faults(scene, done), None) is not None:
            return scene, done
        if time.perf_counter() > until:
            break
    return None


def scenes(operation: str, variant: Variant, top: int) -> Iterator[Scene]:
    """The calls of one operation in each small state."""
    for before in situations(top):
        for pages in _pages(operation, variant.order, before):
            yield Scene(operation, variant, before, pages)


def _around(near: Scene) -> Iterator[Scene]:
    """The same call, with one block more."""
    top = near.before.top
    for start, order, free in _blocks(top + 1):
        more = ((start, order),)
        before = Situation(
            top, near.before.free + (more if free else ()), near.before.live + (() if free else more)
        )
        given = {(number, number + 1) for number in near.pages}
        if near.method == "add_range":
            given = {(near.pages[0], near.pages[1])}
        blocks = [(*block, True) for block in before.free] + [(*block, False) for block in before.live]
        new = not any(start < last and first < start + 2**order for first, last in given)
        if order <= top and new and _legal(tuple(blocks), top):
            yield Scene(near.operation, near.variant, before, near.pages)


def window(top: int) -> int:
    """How many pages are looked at: two of the greatest blocks, or less if these are large."""
    return int(2 ** (min(top, 4) + 1))


@cache
def _blocks(top: int) -> tuple[tuple[int, int, bool], ...]:
    """Every block in the window, free or live."""
    end = window(top)
    return tuple(
        (start, order, free)
        for order in range(top + 1)
        for start in range(0, end, 2**order)
        for free in (True, False)
        if start + 2**order <= end
    )


def situations(top: int) -> Iterator[Situation]:
    """The legal states with at most four blocks in the window, the fewest first."""
    for count in range(5):
        for blocks in combinations(_blocks(top), count):
            if _legal(blocks, top):
                free = tuple((start, order) for start, order, is_free in blocks if is_free)
                live = tuple((start, order) for start, order, is_free in blocks if not is_free)
                yield Situation(top, free, live)


def _legal(blocks: tuple[tuple[int, int, bool], ...], top: int) -> bool:
    """Whether no two share a page, and no two free ones would merge."""
    for (start, order, free), (other, size, other_free) in combinations(blocks, 2):
        if start < other + 2**size and other < start + 2**order:
            return False
        if free and other_free and order == size < top and start ^ other == 2**order:
            return False
    return True


def _pages(operation: str, order: int, before: Situation) -> Iterator[tuple[int, ...]]:
    """The pages that the call may be given there."""
    end = window(before.top)
    if operation in ("rmqueue_smallest", "Zone.alloc"):
        yield ()
    elif operation.startswith("free_one_page"):
        yield from ((start,) for start, size in before.live if size == order)
    elif operation == "take":
        yield from ((start,) for start in range(0, end, 2**order))
    elif operation in ("add_range", "Zone.add_range"):
        for start, stop in combinations(range(end + 1), 2):
            if operation == "Zone.add_range" or not _meet(before, start, stop):
                yield start, stop
    else:
        yield from ((start,) for start in range(end))


def _meet(before: Situation, start: int, stop: int) -> bool:
    return any(start < first + 2**order and first < stop for first, order in (*before.free, *before.live))
