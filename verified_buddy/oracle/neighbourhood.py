"""Around a divergence: who owns those pages, since when, in words and as a picture of the parent block."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from string import ascii_lowercase
from typing import Final

from verified_buddy.oracle.judge import Fault
from verified_buddy.oracle.memory import Memory, Owner
from verified_buddy.oracle.trace import Batch, Free
from verified_buddy.pfn import PFN_LIMIT, Pfn

REMEMBERED: Final = 32
CELLS: Final = 64
LISTED: Final = 8
SIGNS: Final = {"live": "#", "free": ".", "reserved": "r", "outside": "-"}
WORDS: Final = {
    "live": "live since operation {0.since}, a block of order {0.order}",
    "free": "free since {1}",
    "reserved": "reserved",
    "outside": "outside",
}


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Who owns the block's pages, and the lines of a picture."""

    words: str
    picture: tuple[str, ...]


class History:
    """The latest operations, from which it can be told since when pages are free."""

    def __init__(self) -> None:
        self.batches: deque[Batch] = deque(maxlen=REMEMBERED)

    def freed(self, told: list[Owner], before: int) -> dict[Owner, int]:
        """The latest operation before that one that freed pages of each owner."""
        found: dict[Owner, int] = {}
        for batch in reversed(self.batches):
            for index in range(min(len(batch.events), before - batch.first) - 1, -1, -1):
                event = batch.events[index]
                if type(event) is Free and not event.rc and event.order is not None:
                    for owner in told:
                        if event.pfn < owner.end and owner.start < event.pfn + (1 << event.order):
                            found.setdefault(owner, batch.first + index)
            if len(found) == len(told):
                break
        return found

    def since(self, told: list[Owner], before: int) -> list[str]:
        """What each owner is, and since when, in words."""
        freed = self.freed([owner for owner in told if owner.kind == "free"], before)
        oldest = self.batches[0].first
        start = "the start" if oldest == 1 else f"before operation {oldest}"
        starts = [f"operation {freed[owner]}" if owner in freed else start for owner in told]
        return [WORDS[owner.kind].format(owner, since) for owner, since in zip(told, starts, strict=True)]


def around(memory: Memory, fault: Fault, operation: int, history: History) -> Neighbourhood:
    """The neighbourhood of the block that the fault is about; empty if that is no block of pages."""
    top = memory.header.max_order
    if fault.pfn is None or fault.pfn > PFN_LIMIT:
        return Neighbourhood("", ())
    start, end = int(fault.pfn), fault.pfn + (1 << min(fault.order, top))
    parent = 1 << min(fault.order + 1, top)
    low, high = start & -parent, (end + parent - 1) & -parent
    return neighbourhood(memory, (start, end), (low, high), operation, history)


def neighbourhood(
    memory: Memory, block: tuple[int, int], window: tuple[int, int], operation: int, history: History
) -> Neighbourhood:
    """Who owns the pages of the block, in words, and the window around it, drawn."""
    (start, end), (low, high) = block, window
    inside = list(islice(owners(memory, start, end), LISTED + 1))
    nearby = {*inside[:LISTED], *islice(owners(memory, low, high), LISTED)}
    listed = sorted(nearby, key=lambda owner: owner.start)
    says = dict(zip(listed, history.since(listed, operation), strict=True))
    letters = iter(ascii_lowercase)
    signs = {owner: next(letters) if owner.kind == "live" else SIGNS[owner.kind] for owner in listed}
    words = [f"{pages(owner, start, end)} {says[owner]}" for owner in inside[:LISTED]]
    picture = [
        f"pages {low}..{high - 1}:",
        *drawn(memory, signs, (low, high), (start, end)),
        *(
            f"{signs[owner]}  {pages(owner, low, high)} {says[owner]}"
            for owner in listed
            if owner.start < high and low < owner.end
        ),
    ]
    return Neighbourhood("; ".join(words) + "; ..." * (len(inside) > LISTED), tuple(picture))


def owners(memory: Memory, start: int, end: int) -> Iterator[Owner]:
    """What the pages belong to, ascending."""
    while start < end:
        owner = memory.owner(Pfn(start))
        yield owner
        start = owner.end


def pages(owner: Owner, low: int, high: int) -> str:
    """The owner's pages: a block whole, anything else as far as it is in sight."""
    if owner.order is None:
        owner = replace(owner, start=max(owner.start, low), end=min(owner.end, high))
    last = owner.end - 1
    return f"page {last} is" if owner.start == last else f"pages {owner.start}..{last} are"


def drawn(
    memory: Memory, signs: dict[Owner, str], window: tuple[int, int], block: tuple[int, int]
) -> Iterator[str]:
    """The window in cells of equal size, with the block marked below."""
    low, high = window
    cell = max(1, (high - low) // CELLS)
    row = mark = ""
    for start in range(low, high, cell):
        owner = memory.owner(Pfn(start))
        mixed = owner.end < start + cell
        row += "+" if mixed else signs.get(owner, SIGNS[owner.kind])
        mark += "^" if start < block[1] and block[0] < start + cell else " "
    yield row
    if mark.strip():
        yield mark.rstrip()
    if cell > 1:
        yield f"(a sign is {cell} pages, + several owners)"
