"""Reading a kernel trace: its text, in pieces of whole lines, becomes events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verified_buddy.kmem.events import Event
from verified_buddy.kmem.frequent import FREQUENT, Row
from verified_buddy.kmem.lines import LOST, PATTERNS, WRITTEN, Spelling, spelling_of
from verified_buddy.kmem.rare import RARE, rare
from verified_buddy.oracle.source import Unusable


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive events, and the text that they stand in."""

    line: int
    """The number of the text's first line."""
    text: bytes
    events: list[Event]


def read(texts: Iterator[bytes]) -> Iterator[Batch]:
    """The events of the texts, as they come.  Raises Unusable."""
    line = 1
    spelling: Spelling | None = None
    for text in texts:
        if line == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if spelling is None:
            spelling = next(filter(None, map(spelling_of, text.split(b"\n"))), None)
        ends = text.count(b"\n")
        yield Batch(line, text, events_of(text, line, ends, spelling or "ftrace"))
        line += ends


def events_of(text: bytes, line: int, ends: int, spelling: Spelling) -> list[Event]:
    """The events of the lines; what is another event, or a remark, is left out."""
    rows: list[Row] = PATTERNS[spelling].findall(text)
    if len(rows) != ends + 1:  # a text that ends with its last line's end has an empty row more
        rows = line_by_line(text, line, spelling)
    if text.endswith(b" order=1"):
        rows.pop()  # it may have been 10
    events = decoded(rows, line, cut=not text.endswith(b"\n"))
    if len(events) < ends and b"# ent" in text:
        refuse_unwritten(text, line)
    return events


def refuse_unwritten(text: bytes, line: int) -> None:
    """Raise Unusable if the header says that more events were written than were kept."""
    for number, spelled in enumerate(text.split(b"\n"), line):
        written = WRITTEN.match(spelled + b"\n")
        if written and int(written[1]) != int(written[2]):
            kept, of = int(written[1]), int(written[2])
            raise Unusable(f"events were lost: the buffer held {kept} of the {of} that were written", number)


def line_by_line(text: bytes, line: int, spelling: Spelling) -> list[Row]:
    """The rows, unless some line is none; a last line that breaks off is left out."""
    rows: list[Row] = []
    spelled = text.split(b"\n")
    last = line + len(spelled) - 1
    for number, each in enumerate(spelled, line):
        found = PATTERNS[spelling].fullmatch(each)
        if found is not None:
            rows.append(found.groups(b""))
        elif lost := LOST.search(each):
            raise Unusable(f"events were lost: {lost[0].decode('ascii')}", number)
        elif number != last or number == 1 or not each.decode("ascii", "replace").isprintable():
            raise Unusable("not a line of a kernel trace", number)
    return rows


def decoded(rows: list[Row], first: int, *, cut: bool) -> list[Event]:
    """The events of the rows, the first of which stands in that line; if ``cut``, the last may break off."""
    events: list[Event] = []
    add = events.append
    line = first
    try:
        for line, row in enumerate(rows, first):
            name = row[1]
            if name in FREQUENT:
                add(FREQUENT[name](line, row))
            elif name in RARE or row[8] in RARE or row[8] in FREQUENT:
                found = rare(line, row)
                if found is not None:
                    add(found)
    except (ValueError, KeyError):
        if cut and line == first + len(rows) - 1 > 1:
            return events
        raise Unusable("an event whose fields are not those of its kind", line) from None
    return events
