"""The misuses: calls that nobody may make, each after a few that everybody may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from verified_buddy.conform.board import STAGE, alloc, free
from verified_buddy.conform.drive import Driver
from verified_buddy.oracle.trace import Header

MISUSED: Final = 3
"""The stage of the board while it is misused."""

Play = Callable[["Pool"], int]


class UntriedError(Exception):
    """The allocator refuses what the misuse begins with."""


class Pool:
    """An allocator that is driven by hand: what is asked goes to the board, nothing is judged."""

    def __init__(self, driver: Driver, header: Header) -> None:
        self.driver = driver
        self.header = header
        self.count = 0
        self.live: dict[int, int] = {}

    def ask(self, request: int) -> int:
        """A call, on the board before it is made."""
        board, peer = self.driver.board, self.driver.peer
        board.asked[self.count] = request
        reply = peer.alloc(request - 1) if request > 0 else peer.free(~request >> 6, ~request & 63)
        board.replies[self.count] = reply
        self.count += 1
        return int(reply)

    def alloc(self, order: int) -> int:
        """A legal alloc.  Raises UntriedError if it is refused."""
        pfn = self.ask(alloc(order))
        if pfn < 0:
            raise UntriedError
        self.live[pfn] = order
        return pfn

    def free(self, pfn: int) -> int:
        """A legal free."""
        return self.ask(free(pfn, self.live.pop(pfn)))

    def misuse(self, request: int) -> int:
        """The call that nobody may make."""
        self.driver.board.words[STAGE] = MISUSED
        return self.ask(request)

    def pages(self) -> set[int]:
        """The pages of the live blocks."""
        return {page for pfn, order in self.live.items() for page in range(pfn, pfn + (1 << order))}

    def usable(self) -> set[int]:
        """The pages that may be handed out."""
        return {page for start, end in self.header.free_ranges() for page in range(start, end)}


def at_once(pool: Pool) -> int:
    """The same block twice, its buddy being live."""
    block = pool.alloc(0)
    pool.alloc(0)
    pool.free(block)
    return pool.misuse(free(block, 0))


def after_merging(pool: Pool) -> int:
    """The same block twice, when it is part of a greater free one."""
    block, other = pool.alloc(0), pool.alloc(0)
    pool.free(block)
    pool.free(other)
    return pool.misuse(free(max(block, other), 0))


def too_small(pool: Pool) -> int:
    """A part of a block."""
    return pool.misuse(free(pool.alloc(1), 0))


def too_large(pool: Pool) -> int:
    """A block and what is beside it."""
    block = pool.alloc(0)
    while block & 1:
        block = pool.alloc(0)
    return pool.misuse(free(block, 1))


def middle(pool: Pool) -> int:
    """The second half of a block."""
    return pool.misuse(free(pool.alloc(1) + 1, 0))


def never(pool: Pool) -> int:
    """A page that nobody was given."""
    pool.alloc(0)
    return pool.misuse(free(max(pool.usable() - pool.pages()), 0))


def past_the_end(pool: Pool) -> int:
    """The page after the last."""
    return pool.misuse(free(pool.header.end_pfn, 0))


def far_away(pool: Pool) -> int:
    """A page of some other memory."""
    return pool.misuse(free(1 << 40, 0))


def impossible_free(pool: Pool) -> int:
    """A block with an order above the top."""
    return pool.misuse(free(pool.alloc(0), pool.header.max_order + 1))


def impossible_alloc(pool: Pool) -> int:
    """An order just above the top."""
    return pool.misuse(alloc(pool.header.max_order + 1))


def absurd_alloc(pool: Pool) -> int:
    """An order that no shift can hold."""
    return pool.misuse(alloc(64))


class Case(NamedTuple):
    """A misuse; whether it is one only where a free tells the order."""

    name: str
    play: Play
    needs_order: bool = False


CASES: Final = (
    Case("double free, at once", at_once),
    Case("double free, after merging", after_merging),
    Case("wrong order, too small", too_small, needs_order=True),
    Case("wrong order, too large", too_large, needs_order=True),
    Case("middle of a block", middle),
    Case("never allocated", never),
    Case("out of range, just past the end", past_the_end),
    Case("out of range, far away", far_away),
    Case("free of an impossible order", impossible_free, needs_order=True),
    Case("alloc of an impossible order", impossible_alloc),
    Case("alloc of order 64", absurd_alloc),
)
