"""A refutation as a story that fits on a screen: the blocks, the call, what broke, and what really ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_PAGES, MAX_BLOCKS = 64, 6
"""What fits on a screen."""
MOST_SHOWN = 16
"""Broken code may leave millions of blocks."""


class Block(NamedTuple):
    """A block, free or live."""

    start: int
    order: int
    free: bool = True
    note: str = ""
    """What else is to be said of it: the type of its list, or that it is on a per-CPU list."""

    def __str__(self) -> str:
        if self.note.endswith("per-CPU list"):
            return f"{self.pages} {self.note}"
        return f"{'free' if self.free else 'live'} {self.note + ' ' if self.note else ''}{self.pages}"

    @property
    def end(self) -> int:
        """One past its last page."""
        return self.start + (1 << self.order)

    @property
    def pages(self) -> str:
        """Its pages in words."""
        if self.order == 0:
            return f"page {page(self.start)}"
        return f"pages {page(self.start)}-{page(self.end - 1)} (order {self.order})"


def page(number: int) -> str:
    """A page number; large ones are easier to read in hexadecimal."""
    return str(number) if abs(number) < 10_000 else hex(number)


@dataclass(frozen=True)
class Story:
    """One counterexample."""

    call: str
    broken: str
    """The sentence of the theorem that does not hold."""
    blocks: tuple[Block, ...] = ()
    """The state before the call; free blocks in the order of their lists."""
    named: tuple[int, ...] = ()
    """Pages that the call and the sentence name."""
    replayed: str = ""
    """What the code did when it really ran on these blocks; empty if it could not."""
    wrong: str = ""
    """What of that is wrong, as the specification judges it; empty if that is nothing to be seen there."""
    elsewhere: bool = False
    """Whether another state than the solver's was found, in which it is to be seen."""
    stateless: bool = False
    """Whether the call has no blocks to begin with."""
    why_not: str = "no small state was found that the solver's counterexample can begin in"
    """Why the code did not run again, if it did not."""

    @property
    def pages(self) -> int:
        """How many pages one must look at: from the lowest to the highest of those that are named."""
        low = [block.start for block in self.blocks] + [*self.named]
        high = [block.end for block in self.blocks] + [number + 1 for number in self.named]
        return max(high) - min(low) if low else 0

    @property
    def fits(self) -> bool:
        """Whether it fits on a screen."""
        return self.pages <= MAX_PAGES and len(self.blocks) <= MAX_BLOCKS

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if not self.stateless:
            yield f"before: {in_words(self.blocks)}"
        yield f"call: {self.call}"
        yield f"broken: {self.broken}"
        if not self.replayed:
            yield f"not replayed: {self.why_not}"
            return
        where = " in another state than the solver's" if self.elsewhere else ""
        yield f"replayed{where}: it {self.replayed}"
        yield f"wrong: {self.wrong}" if self.wrong else "as specified, for all that can be seen there"


def in_words(blocks: Iterable[Block]) -> str:
    """The blocks on one line; of very many, the first."""
    all_of_them = list(blocks)
    shown = ", ".join(map(str, all_of_them[:MOST_SHOWN])) or "no blocks"
    more = len(all_of_them) - MOST_SHOWN
    return shown if more <= 0 else f"{shown}, and {more} more"


@dataclass(frozen=True)
class Teller:
    """Makes a story when somebody wants to hear it."""

    make: Callable[[], Story]

    def __call__(self) -> str:
        """The story in lines."""
        return str(self.make())
