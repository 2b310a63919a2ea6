"""Directed scenarios: what has broken allocators before, on any pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import chain
from typing import Final, Protocol

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.ground import Block, Ground, all_of, emptied, filled, narrowed
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Program

TURNS: Final = 70_000
"""More than 16 bits count."""
AGAIN: Final = 5
FEW: Final = 16
"""So many blocks of each order are held at a time."""


class Scenario(Protocol):
    """A program for any pool; without orders, each up to the top can be asked for."""

    __name__: str

    def __call__(self, pool: Geometry, orders: Sequence[int] = (), /) -> Program:
        """The program."""
        ...


def scenario(play: Callable[[Ground], Program]) -> Scenario:
    """A scenario, of what is played on a pool and the orders that can be asked for."""

    @wraps(play)
    def program(pool: Geometry, orders: Sequence[int] = (), /) -> Program:
        return play(Ground(pool, tuple(orders) or tuple(range(pool.max_order + 1))))

    return program


@scenario
def top_first(ground: Ground) -> Program:
    """The first request is one of the top order; then all that there is."""
    yield from all_of(ground)


@scenario
def ever_smaller(ground: Ground) -> Program:
    """Fill with ever smaller blocks, free them in order, and ask for the top order back."""
    blocks = yield from all_of(ground)
    yield from emptied(sorted(blocks))
    yield from filled(ground.top)


@scenario
def one_of_each(ground: Ground) -> Program:
    """One block of each order, from the smallest, twice; then back, latest first."""
    for _ in range(2):
        blocks = []
        for order in ground.orders:
            pfn = yield alloc(order)
            if pfn >= 0:
                blocks.append((pfn, order))
        yield from emptied(reversed(blocks))
    yield from all_of(ground)


@scenario
def top_buddies(ground: Ground) -> Program:
    """Two blocks of the top order, each other's buddies above it, are free together, and stay two."""
    for backwards in (False, True):
        blocks = yield from filled(ground.top)
        yield from emptied(sorted(blocks, reverse=backwards))
        again = yield from filled(ground.top)
        yield from emptied(again)
    yield from all_of(ground)


@scenario
def refused_again_and_again(ground: Ground) -> Program:
    """What is refused changes nothing, however often."""
    first = yield alloc(ground.unit)
    for order in reversed(ground.orders[1:]):
        rest = yield from narrowed(ground, order, FEW)
        kept = yield from filled(order)
        for _ in range(AGAIN):
            yield alloc(ground.top)
            yield alloc(order)
        yield from emptied(kept + rest)
    if first >= 0:
        yield free(first, ground.unit)
    yield from all_of(ground)


def every_second(ground: Ground) -> Program:
    """Free every second block: no two are buddies; then the others: all are whole again."""
    unit = ground.unit
    for odd in (0, 1):
        blocks = sorted((yield from filled(unit)))
        yield from emptied(block for block in blocks if block[0] >> unit & 1 == odd)
        for order in ground.orders[1:2]:
            yield alloc(order)
        pfn = yield alloc(unit)
        if pfn >= 0:
            yield free(pfn, unit)
        yield from emptied(block for block in blocks if block[0] >> unit & 1 != odd)
        rest = yield from filled(ground.top)
        yield from emptied(rest)


def rising(ground: Ground) -> Program:
    """Free block by block upwards; each order is there as soon as it can be."""
    yield from back_in(ground, sorted)


def falling(ground: Ground) -> Program:
    """Free block by block downwards."""
    yield from back_in(ground, lambda blocks: sorted(blocks, reverse=True))


def interleaved(ground: Ground) -> Program:
    """Free block by block, from both ends in turn."""

    def shuffled(blocks: Iterable[Block]) -> list[Block]:
        low = sorted(blocks)
        return list(chain.from_iterable(zip(low, reversed(low), strict=True)))[: len(low)]

    yield from back_in(ground, shuffled)


def back_in(ground: Ground, ordered: Callable[[list[Block]], list[Block]]) -> Program:
    """Fill with the smallest, free them in an order, asking in between, and ask for the top order."""
    blocks = yield from filled(ground.unit)
    for number, block in enumerate(ordered(blocks), 1):
        yield free(*block)
        if number & (number - 1) == 0:  # a power of two
            order = ground.askable(ground.unit + number.bit_length() - 1)
            pfn = yield alloc(order)
            if pfn >= 0:
                yield free(pfn, order)
    yield from filled(ground.top)


@scenario
def split_and_merged(ground: Ground) -> Program:
    """The same block, split and merged more often than small counters count."""
    for turn in range(TURNS):
        order = ground.orders[turn % min(2, len(ground.orders))]
        pfn = yield alloc(order)
        if pfn >= 0:
            yield free(pfn, order)
    yield from all_of(ground)


def narrow(play: Callable[[Ground], Program]) -> Scenario:
    """It is played on a few of the smallest blocks, while all else is taken; then that comes back."""

    @wraps(play)
    def program(ground: Ground) -> Program:
        rest = yield from narrowed(ground, ground.unit)
        yield from play(ground)
        yield from emptied(rest)
        yield from filled(ground.top)

    return scenario(program)


SCENARIOS: Final = (
    top_first,
    ever_smaller,
    one_of_each,
    *(narrow(play) for play in (every_second, rising, falling, interleaved)),
    top_buddies,
    refused_again_and_again,
)
"""What is done on every pool."""
WHOLE: Final = tuple(scenario(play) for play in (every_second, rising, falling, interleaved))
"""Block by block on the whole pool."""
ENDURANCE: Final = (split_and_merged,)
"""Again and again on few blocks."""
