"""What a request is due to do next, beside what the next line of its log tells."""

from __future__ import annotations

import re
from typing import TypeVar

from verified_buddy.kmem.background import CompactRetry
from verified_buddy.kmem.events import Event
from verified_buddy.kmem.requests import DirectCompactRet, Request
from verified_buddy.oracle.rules import Rule
from verified_buddy.replay.request_counts import Counts
from verified_buddy.replay.request_log import Entry, Log, Miss
from verified_buddy.replay.request_machine import RequestMachine

Told = TypeVar("Told", bound=Event)

ENDED = (DirectCompactRet, CompactRetry)
"""What only tells that something has ended."""


class Compared:
    """A request that is run again, beside its log."""

    def __init__(self, machine: RequestMachine, request: Request, log: Log, counts: Counts) -> None:
        self.machine = machine
        self.request = request
        self.log = log
        self.counts = counts

    def due(self, kind: type[Told], says: str) -> tuple[Told, Entry]:
        """The next line, which must be of that kind; ends that nothing waits for are passed over.

        Raises Miss.
        """
        self.log.skip(ENDED)
        entry = self.log.peek()
        if entry is None or not isinstance(entry.event, kind):
            found = "nothing more was told" if entry is None else f"{name(entry.event)} was told"
            self.log.miss("wrong-step", f"{says} is due, but {found}")
        self.log.take()
        return entry.event, entry

    def due_end(self, kind: type[Told], says: str) -> Told:
        """The next line of that kind, whatever stands before it.  Raises Miss."""
        self.log.skip_to(kind)
        return self.due(kind, says)[0]

    def agree(self, line: int, rule: Rule, **pairs: tuple[object, object]) -> None:
        """Each pair is what was told, and what is due.  Raises Miss."""
        for what, (told, due) in pairs.items():
            if told != due:
                raise Miss(line, rule, f"{what} is {shown(told)}, where {shown(due)} is due")


def name(event: Event) -> str:
    """What an event is called in a message."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", type(event).__name__).lower()


def shown(value: object) -> str:
    """A value in a message."""
    return f"{value:#x}" if type(value) is int and value > 1 << 16 else str(value)
