"""What one task told of one request, line by line, with the model's state at each line."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple, NoReturn

from verified_buddy.kmem.events import Event
from verified_buddy.oracle.rules import Rule
from verified_buddy.replay.request_zones import SeenZone

Kinds = type | tuple[type, ...]


class Miss(Exception):
    """A request did not go as it had to."""

    def __init__(self, line: int, rule: Rule, says: str) -> None:
        super().__init__(says)
        self.line = line
        self.rule = rule
        self.says = says


class Entry(NamedTuple):
    """A line, and what the model has at that moment, if it is about a zone."""

    event: Event
    zone: SeenZone | None = None
    told: bool = False
    """What else the model had to say: whether lists could give a page, whether a zone was boosted."""


class Log:
    """The lines of one request, which are read in their order."""

    __slots__ = ("at", "end", "entries")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.at = 0
        self.end = 0
        """The last line that was read."""

    def add(self, event: Event, zone: SeenZone | None = None, *, told: bool = False) -> None:
        """One more line."""
        self.entries.append(Entry(event, zone, told))

    def peek(self) -> Entry | None:
        """The next line; None if there is none."""
        return self.entries[self.at] if self.at < len(self.entries) else None

    def next_is(self, kinds: Kinds) -> bool:
        """Whether the next line is of one of these kinds."""
        entry = self.peek()
        return entry is not None and isinstance(entry.event, kinds)

    def take(self) -> Entry:
        """The next line, which is read."""
        entry = self.entries[self.at]
        self.at += 1
        self.end = entry.event.line
        return entry

    def skip(self, kinds: Container[type]) -> None:
        """Pass over lines of these kinds."""
        while self.at < len(self.entries) and type(self.entries[self.at].event) in kinds:
            self.take()

    def skip_to(self, kinds: Kinds) -> bool:
        """Pass over everything up to a line of one of these kinds; whether there is one."""
        for place in range(self.at, len(self.entries)):
            if isinstance(self.entries[place].event, kinds):
                self.at = place
                return True
        return False

    def ahead(self, kinds: Kinds) -> Entry | None:
        """The first line from here on of one of these kinds, which is not read."""
        return next((each for each in self.entries[self.at :] if isinstance(each.event, kinds)), None)

    def miss(self, rule: Rule, says: str) -> NoReturn:
        """What is due is not what the next line tells.  Raises Miss."""
        entry = self.peek()
        raise Miss(self.end if entry is None else entry.event.line, rule, says)
