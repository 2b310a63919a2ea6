"""The last two buddies: they are free, all else is taken, and their parent is asked for."""

from __future__ import annotations

from typing import Final

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.ground import Block, Blocks, Ground, all_of, emptied, filled, narrowed
from verified_buddy.conform.scenarios import FEW, scenario
from verified_buddy.conform.steps import Program

PAIRS: Final = 6
"""So many pairs of buddies of each order are tried: at both ends and in the middle, neighbours each."""


@scenario
def last_two(ground: Ground) -> Program:
    """For each order, on both sides of an even and an odd parent, each half first."""
    for order, parent in zip(ground.orders, ground.orders[1:], strict=False):
        if parent == order + 1:
            rest = yield from narrowed(ground, order, FEW)
            held = yield from filled(order)
            others = yield from all_of(ground, order)
            for low in some(pairs(held, order)):
                for first in (0, 1):
                    held = yield from asked_for(held, low, order, first)
            yield from emptied(held + others + rest)
    yield from filled(ground.top)


def pairs(held: list[Block], order: int) -> list[int]:
    """The lower ones of the buddies of which both are held."""
    pages = {pfn for pfn, _ in held}
    return sorted(pfn for pfn in pages if not pfn >> order & 1 and pfn + (1 << order) in pages)


def some(low: list[int]) -> list[int]:
    """Few of them: two at each end, and in the middle."""
    if len(low) <= PAIRS:
        return low
    middle = len(low) // 2
    return [*low[:2], *low[middle : middle + 2], *low[-2:]]


def asked_for(held: list[Block], low: int, order: int, first: int) -> Blocks:
    """Free both, ask for the parent, give it back, and take two blocks again; what is held then."""
    both = [(low, order), (low + (1 << order), order)]
    if not set(both) <= set(held):
        return held
    left = [block for block in held if block not in both]
    yield free(*both[first])
    yield from passing(order + 1)
    yield free(*both[1 - first])
    pfn = yield alloc(order + 1)
    if pfn >= 0:
        yield from passing(order)
        yield free(pfn, order + 1)
    for _ in range(2):
        pfn = yield alloc(order)
        if pfn >= 0:
            left.append((pfn, order))
    return left


def passing(order: int) -> Program:
    """A request that is refused; a block that is handed out all the same goes back."""
    pfn = yield alloc(order)
    if pfn >= 0:
        yield free(pfn, order)
