"""Directed scenarios: what has broken allocators before, on any pool."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from itertools import chain
from typing import Final

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Program

Block = tuple[int, int]
Blocks = Generator[int, int, list[Block]]

TURNS: Final = 70_000
"""More than 16 bits count."""


def filled(order: int) -> Blocks:
    """Blocks of the order until one is refused; those that were handed out."""
    blocks = []
    while (pfn := (yield alloc(order))) >= 0:
        blocks.append((pfn, order))
    return blocks


def emptied(blocks: Iterable[Block]) -> Program:
    """All of them back, in this order."""
    for pfn, order in blocks:
        yield free(pfn, order)


def top_first(geometry: Geometry) -> Program:
    """The first request is one of the top order; then all that there is."""
    for order in range(geometry.max_order, -1, -1):
        yield from filled(order)


def ever_smaller(geometry: Geometry) -> Program:
    """Fill with ever smaller blocks, free them in order, and ask for the top order back."""
    blocks = []
    for order in range(geometry.max_order, -1, -1):
        blocks += yield from filled(order)
    yield from emptied(sorted(blocks))
    yield from filled(geometry.max_order)


def one_of_each(geometry: Geometry) -> Program:
    """One block of each order, from the smallest, twice; then back, latest first."""
    for _ in range(2):
        blocks = []
        for order in range(geometry.max_order + 1):
            pfn = yield alloc(order)
            if pfn >= 0:
                blocks.append((pfn, order))
        yield from emptied(reversed(blocks))
    yield from top_first(geometry)


def every_second(geometry: Geometry) -> Program:
    """Free every second page: no two are buddies; then the others: all are whole again."""
    for odd in (0, 1):
        blocks = sorted((yield from filled(0)))
        half = [block for block in blocks if block[0] & 1 == odd]
        yield from emptied(half)
        yield alloc(1)
        pfn = yield alloc(0)
        if pfn >= 0:
            yield free(pfn, 0)
        yield from emptied(block for block in blocks if block[0] & 1 != odd)
        rest = yield from filled(geometry.max_order)
        yield from emptied(rest)


def rising(geometry: Geometry) -> Program:
    """Free page by page upwards; each order is there as soon as it can be."""
    yield from back_in(geometry, sorted)


def falling(geometry: Geometry) -> Program:
    """Free page by page downwards."""
    yield from back_in(geometry, lambda blocks: sorted(blocks, reverse=True))


def interleaved(geometry: Geometry) -> Program:
    """Free page by page, from both ends in turn."""

    def shuffled(blocks: list[Block]) -> list[Block]:
        low, high = sorted(blocks), sorted(blocks, reverse=True)
        return list(chain.from_iterable(zip(low, high, strict=True)))[: len(blocks)]

    yield from back_in(geometry, shuffled)


def back_in(geometry: Geometry, ordered: Callable[[list[Block]], list[Block]]) -> Program:
    """Fill with pages, free them in an order, asking in between, and ask for the top order."""
    blocks = yield from filled(0)
    for number, block in enumerate(ordered(blocks), 1):
        yield free(*block)
        if number & (number - 1) == 0:  # a power of two
            order = min(number.bit_length() - 1, geometry.max_order)
            pfn = yield alloc(order)
            if pfn >= 0:
                yield free(pfn, order)
    yield from filled(geometry.max_order)


def top_buddies(geometry: Geometry) -> Program:
    """Two blocks of the top order, each other's buddies above it, are free together, and stay two."""
    top = geometry.max_order
    for backwards in (False, True):
        blocks = yield from filled(top)
        yield from emptied(sorted(blocks, reverse=backwards))
        again = yield from filled(top)
        yield from emptied(again)
    yield from top_first(geometry)


def refused_again_and_again(geometry: Geometry) -> Program:
    """What is refused changes nothing, however often."""
    first = yield alloc(0)
    for order in range(geometry.max_order, 0, -1):
        kept = yield from filled(order)
        for _ in range(20):
            yield alloc(geometry.max_order)
            yield alloc(order)
        yield from emptied(kept)
    if first >= 0:
        yield free(first, 0)
    yield from top_first(geometry)


def split_and_merged(geometry: Geometry) -> Program:
    """The same block, split and merged more often than small counters count."""
    if geometry.nr_pages > 64:
        return
    for turn in range(TURNS):
        pfn = yield alloc(turn & 1)
        if pfn >= 0:
            yield free(pfn, turn & 1)
    yield from top_first(geometry)


SCENARIOS: Final = (
    top_first,
    ever_smaller,
    one_of_each,
    every_second,
    rising,
    falling,
    interleaved,
    top_buddies,
    refused_again_and_again,
    split_and_merged,
)
