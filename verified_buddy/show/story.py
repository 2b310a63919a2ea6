"""What happened to memory, event by event, in columns: a million events are some tens of megabytes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from verified_buddy.pfn import MAX_ORDER, PFN_LIMIT
from verified_buddy.show.kinds import NOTHING, Kind
from verified_buddy.show.state import ShownZone, State

NO_PAGE: Final = -1
NO_ORDER: Final = 255


class Wrong(NamedTuple):
    """Where the story is not as it should be."""

    step: int
    """After how many events; the event that is wrong is the last of these."""
    line: int
    rule: str
    theorem: str
    message: str


class Call(NamedTuple):
    """An operation that took its time."""

    operation: int
    step: int
    """After how many events its effect is there."""
    asked: int
    answered: int


@dataclass(slots=True)
class Story:
    """A beginning, and what each event changed."""

    title: str
    zones: tuple[ShownZone, ...] = ()
    blocks: dict[int, int] = field(default_factory=dict)
    """Those of the beginning."""
    rest: Kind = Kind.REST
    holes: tuple[tuple[int, int], ...] = ()
    top: int = MAX_ORDER
    acts: bytearray = field(default_factory=bytearray)
    """By event: the number of what acted."""
    lines: array[int] = field(default_factory=lambda: array("Q"))
    pfns: array[int] = field(default_factory=lambda: array("q"))
    orders: bytearray = field(default_factory=bytearray)
    details: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    """By event: how many changes there were, with its own."""
    heads: array[int] = field(default_factory=lambda: array("Q"))
    """By change: the first page of the block that is another now."""
    codes: array[int] = field(default_factory=lambda: array("H"))
    """By change: what block begins there now."""
    texts: dict[str, int] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    note: str = ""
    """What a reader should know, such as that it breaks off."""

    def __len__(self) -> int:
        return len(self.acts)

    def step(self, act: int, line: int, pfn: int | None, order: int | None, detail: str) -> None:
        """An event has come; what it changes follows."""
        self.acts.append(act)
        self.lines.append(line)
        self.pfns.append(NO_PAGE if pfn is None or pfn >= PFN_LIMIT else pfn)
        self.orders.append(NO_ORDER if order is None or order >= NO_ORDER else order)
        self.details.append(self.texts.setdefault(detail, len(self.texts)))
        self.ends.append(len(self.heads))

    def change(self, head: int, number: int) -> None:
        """The last event makes that of the page; before the first, it is the beginning."""
        if not self.acts:
            put(self.blocks, head, number)
            return
        self.heads.append(head)
        self.codes.append(number)
        self.ends[-1] = len(self.heads)

    def changes(self, step: int) -> Iterable[tuple[int, int]]:
        """What the event of that number, from 1 on, changes."""
        low = self.ends[step - 2] if step > 1 else 0
        return zip(self.heads[low : self.ends[step - 1]], self.codes[low : self.ends[step - 1]], strict=True)

    def at(self, step: int) -> State:
        """Memory after so many events."""
        blocks = dict(self.blocks)
        end = self.ends[step - 1] if step else 0
        for head, number in zip(self.heads[:end], self.codes[:end], strict=True):
            put(blocks, head, number)
        made = State(self.title, self.zones, blocks, self.rest, self.holes, self.top)
        made.event, made.of, made.note = step, len(self), self.note
        return made


def put(blocks: dict[int, int], head: int, number: int) -> None:
    """From now on that block begins at the page, or none."""
    if number == NOTHING:
        blocks.pop(head, None)
    else:
        blocks[head] = number
