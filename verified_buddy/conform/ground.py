"""A pool as scenarios see it: the orders that can be asked for, and how to take and give back a lot."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Final, NamedTuple

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Program

Block = tuple[int, int]
"""First page and order."""
Blocks = Generator[int, int, list[Block]]

WINDOW: Final = 64
"""So many of the smallest blocks are dealt with one by one, where not all are."""


class Ground(NamedTuple):
    """A pool, and the orders that can be asked for, ascending; there is one."""

    pool: Geometry
    orders: tuple[int, ...]

    @property
    def unit(self) -> int:
        """The lowest of the orders."""
        return self.orders[0]

    @property
    def top(self) -> int:
        """The highest of the orders."""
        return self.orders[-1]

    def askable(self, order: int) -> int:
        """The highest of the orders that is not above that one; or the lowest."""
        return max((each for each in self.orders if each <= order), default=self.unit)


def filled(order: int) -> Blocks:
    """Blocks of the order until one is refused; those that were handed out."""
    blocks = []
    while (pfn := (yield alloc(order))) >= 0:
        blocks.append((pfn, order))
    return blocks


def all_of(ground: Ground, below: int | None = None) -> Blocks:
    """All that there is, the greatest first; or all of an order below that one."""
    blocks = []
    for order in reversed(ground.orders):
        if below is None or order < below:
            blocks += yield from filled(order)
    return blocks


def emptied(blocks: Iterable[Block]) -> Program:
    """All of them back, in this order."""
    for pfn, order in blocks:
        yield free(pfn, order)


def narrowed(ground: Ground, order: int, window: int = WINDOW) -> Blocks:
    """Take all but so many blocks of the order, and return what was taken; nothing of a pool with no more."""
    if ground.pool.nr_pages >> order <= window:
        return []
    wide = ground.askable(max(order, order + window.bit_length() - 2))
    held = []
    for _ in range(window >> wide - order):
        pfn = yield alloc(wide)
        if pfn >= 0:
            held.append((pfn, wide))
    rest = yield from all_of(ground)
    if not held:
        rest, held = rest[:-window], rest[-window:]
    yield from emptied(held)
    return rest
