"""Reading a kernel trace: its text, in pieces of whole lines, becomes events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from verified_buddy.kmem import request_events, tracepoints
from verified_buddy.kmem.careful import read_line
from verified_buddy.kmem.events import Event
from verified_buddy.kmem.figures import ISOLATE_BESIDE_CMA, NotModelled
from verified_buddy.kmem.foreign import FAILURE
from verified_buddy.kmem.frequent import FREQUENT, Row, learn
from verified_buddy.kmem.lines import PATTERNS, WRITTEN, Spelling, spelling_of
from verified_buddy.kmem.rare import NAMES
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.oracle.source import BreaksOff, Unusable

OLD: Final = b"mm_page_free_direct"
"""The name of ``mm_page_free`` before Linux 3.3."""
UNREAD: Final[Row] = (b"", b"?", *[b""] * 8)
"""In place of what the pattern finds in a line: it does not read this one."""
BEHIND: Final = request_events.READ | tracepoints.READ
"""What reads the usual spelling of what tells of requests, by name."""
OPEN: Final = request_events.OPEN | tracepoints.READ.keys()
"""Events the last word of which may go on."""
SHARED: Final = {str(ISOLATE).encode(): ISOLATE}
"""How a type is spelled whose meaning depends on the kernel."""


@cache
def names_event(name: bytes) -> bool:
    """Whether an event of this name, and group before it, is read here, or one of pages that is not known."""
    parts = re.split(rb"[:/]", name)
    return any(part in NAMES or part.startswith(b"mm_page") for part in parts)


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive events, and the text that they stand in."""

    line: int
    """The number of the text's first line."""
    text: bytes
    events: list[Event]


@dataclass(slots=True)
class Reading:
    """How a trace is to be read, and what became of that."""

    modelled: bool = False
    """Whether orders and types that the zone layer has no model of are refused."""
    fault: Unusable | None = None
    """Why it could not be read to its end."""
    report: int | None = None
    """The line of a report of a failed allocation, which is no event."""
    old: bool = False
    """Whether it is of a kernel before 3.3, where pages that put_page() frees are told by no event."""
    types: set[int] = field(default_factory=set)
    """Which types were seen of those whose meaning depends on the kernel: ISOLATE and the one above."""

    def look(self, event: Event) -> None:
        """Note the event's types."""
        names = ("migratetype", "alloc_migratetype", "fallback_migratetype")
        told = {getattr(event, name, None) for name in names}
        self.types.update({ISOLATE, ISOLATE_BESIDE_CMA} & told)


def read(texts: Iterator[bytes], reading: Reading | None = None) -> Iterator[Batch]:
    """The events of the texts, as they come, up to a line that cannot be read.

    Why that cannot be read is noted in the ``reading``; if there is none, it is raised as Unusable.
    """
    try:
        yield from batches(texts, reading or Reading())
    except Unusable as error:
        if reading is None:
            raise
        reading.fault = error


def batches(texts: Iterator[bytes], reading: Reading) -> Iterator[Batch]:
    """As ``read``.  Raises Unusable after what stands before the line that cannot be read."""
    line = 1
    spelling: Spelling | None = None
    for text in texts:
        if line == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if spelling is None:
            spelling = next(filter(None, map(spelling_of, text.split(b"\n"))), None)
        ends = text.count(b"\n")
        rows = rows_of(text, ends, spelling or "ftrace")
        if UNREAD in rows and reading.report is None and (found := FAILURE.search(text)):
            reading.report = line + text.count(b"\n", 0, found.start())
        reading.types.update(SHARED[kind] for kind in {row[5] for row in rows} & SHARED.keys())
        events, fault = events_of(text, line, rows, reading)
        if len(events) < ends and b"# ent" in text:
            refuse_unwritten(text, line)
        yield Batch(line, text, events)
        if fault is not None:
            raise fault
        line += ends


def refuse_unwritten(text: bytes, line: int) -> None:
    """Raise Unusable if the header says that more events were written than were kept."""
    for number, spelled in enumerate(text.split(b"\n"), line):
        written = WRITTEN.match(spelled + b"\n")
        if written and int(written[1]) != int(written[2]):
            kept, of = int(written[1]), int(written[2])
            raise Unusable(f"events were lost: the buffer held {kept} of the {of} that were written", number)


def rows_of(text: bytes, ends: int, spelling: Spelling) -> list[Row]:
    """What the pattern finds in each line, of which so many are whole."""
    pattern = PATTERNS[spelling]
    rows: list[Row] = pattern.findall(text)
    if len(rows) == ends + 1:  # a text that ends with its last line's end has an empty row more
        return rows
    found = map(pattern.fullmatch, text.split(b"\n"))
    return [each.groups(b"") if each else UNREAD for each in found]


def events_of(
    text: bytes, first: int, rows: list[Row], reading: Reading
) -> tuple[list[Event], Unusable | None]:
    """The events of the lines, up to the first that cannot be read; and why that cannot be read."""
    events: list[Event] = []
    add = events.append
    lines: list[bytes] = []
    line = first
    numbered = iter(enumerate(rows, first))
    while True:
        try:
            for line, row in numbered:
                name = row[1]
                if name in FREQUENT:
                    add(FREQUENT[name](line, row))
                elif row[8] in BEHIND:
                    add(BEHIND[row[8]](line, row))
                elif may_be_event(row):
                    raise ValueError
        except (ValueError, KeyError):
            learn(row[0])
            lines = lines or text.split(b"\n")
            reading.old |= OLD in lines[line - first]
        else:
            return events, broken_off(text, first, events, rows[-1][8])
        cut = line == first + len(lines) - 1
        try:
            found = read_line(lines[line - first], line, modelled=reading.modelled, cut=cut)
        except Unusable as error:
            broken = cut and line > 1 and not isinstance(error, NotModelled)
            return events, BreaksOff(f"it breaks off: {error}", line) if broken else error.at(line)
        if found is not None:
            add(found)
            reading.look(found)


def may_be_event(row: Row) -> bool:
    """Whether a line that is in no table may still tell of an event that is read here."""
    return row[1] != b"" or (row[8] != b"" and (names_event(row[8]) or b"mm_page" in row[9]))


def broken_off(text: bytes, first: int, events: list[Event], name: bytes) -> Unusable | None:
    """Why the last line, which can be read, may still lack its end; then it is no event."""
    end = first + text.count(b"\n")
    if name in OPEN and events and events[-1].line == end:
        events.pop()
        why = f"it breaks off: {name.decode('ascii')}: its last word may be the beginning of a longer one"
        return BreaksOff(why, end)
    if not text.endswith(b" order=1"):
        return None
    events.pop()
    return BreaksOff("it breaks off: mm_page_free: order=1 may be the beginning of a greater number", end)
