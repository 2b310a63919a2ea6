"""States and pages, small in number, from which the core's operations walk every path that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from specs.ledger.subject import Subject
from specs.model.invariants import Block, View, broken_invariants
from specs.model.ranges import Ranges
from specs.prover.method.operations import Variant

LIMIT = 2**52


@dataclass(frozen=True)
class Situation:
    """A zone at rest: its free blocks and its live ones are all that it has."""

    top: int
    free: tuple[Block, ...] = ()
    live: tuple[Block, ...] = ()

    def legal(self) -> bool:
        """Whether every invariant of the specification holds."""
        pages = Ranges()
        for start, order in self.free + self.live:
            pages.add(start, start + 2**order)
        counts = [sum(order == listed for _, listed in self.free) for order in range(self.top + 1)]
        return not broken_invariants(View(self.top, pages, list(self.free), counts, list(self.live)))

    def zone(self, subject: Subject) -> Any:
        """The subject's own zone in this state."""
        zone = subject.zone.Zone(self.top)
        for start, order in self.free:
            zone.free_area.add(start, order, 0, tail=True)
        for start, order in self.free + self.live:
            zone.spans.add(start, start + 2**order)
        zone.live.update(self.live)
        return zone


@cache
def single_blocks(top: int) -> tuple[Situation, ...]:
    """No block at all, or one, free or live, of each order."""
    blocks = [((2**top, order),) for order in range(top + 1)]
    free = [Situation(top, free=block) for block in blocks]
    return (Situation(top), *free, *(Situation(top, live=block) for block in blocks))


@cache
def staircases(top: int, order: int) -> tuple[Situation, ...]:
    """A live block, and free buddies with which it merges 0, 1, ... times: above it, below, or in turn."""
    found = []
    for places in (0, 2**top - 1, sum(2**bit for bit in range(0, top, 2))):
        page = 2**top + places - places % 2**order
        for merges in range(top - order + 1):
            steps = range(order, order + merges)
            buddies = tuple(
                (page - page % 2**k + (2**k if page // 2**k % 2 == 0 else -(2**k)), k) for k in steps
            )
            found.append(Situation(top, free=buddies, live=((page, order),)))
    return tuple(found)


def pages_around(situation: Situation, order: int) -> Iterator[int]:
    """A block's first page, the last of its aligned places, pages between, outside and past the limit."""
    top = situation.top
    for start, size in situation.free + situation.live:
        yield from {start, start + 2**size - min(2**order, 2**size), start + 2**size // 2 - 2**size // 4}
        yield start + 1
    yield from (0, 2 ** (top + 2), LIMIT - 2**order, LIMIT)


def lengths(top: int) -> Iterator[tuple[int, int]]:
    """Ranges whose starts have each alignment and whose lengths each logarithm; and the empty one."""
    yield 5, 5
    for low in range(top + 1):
        for size in range(low + 1):
            yield from ((2**low, 2**low + 2**size), (2**low, 2**low + 2 ** (size + 1) - 1))
    yield 1, 2 ** (top + 2) - 1


def calls(operation: str, variant: Variant, top: int) -> Iterator[tuple[Situation, tuple[int, ...]]]:
    """The situations in which the operation is tried, and the pages that it is called with."""
    order = variant.order
    if operation == "add_range":
        yield from ((Situation(top), pages) for pages in lengths(top))
        return
    if operation.startswith("free_one_page"):
        yield from ((situation, (situation.live[0][0],)) for situation in staircases(top, order))
        return
    for situation in (*single_blocks(top), staircases(top, order)[-1]):
        if operation in ("rmqueue_smallest", "Zone.alloc"):
            yield situation, ()
        elif operation == "Zone.add_range":
            starts = dict.fromkeys(pages_around(situation, 0))
            yield from ((situation, (page, page + size)) for page in starts for size in (0, 3))
        else:
            pages = dict.fromkeys(pages_around(situation, order))
            valid = [page for page in pages if page % 2**order == 0 and page < LIMIT]
            yield from ((situation, (page,)) for page in (valid if operation == "take" else pages))
