"""Buddy-trace, version 1: JSON Lines, a header and then one operation a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO, Final

import msgspec
from msgspec import Meta, Struct

from verified_buddy.oracle.source import BreaksOff, Unusable, chunks
from verified_buddy.pfn import ORDER_LIMIT, PFN_LIMIT, Order, Pfn

TOP_BLOCKS: Final = 1 << 22
"""No trace may have more blocks of the top order: each costs memory before the first operation."""

Natural = Annotated[int, Meta(ge=0)]
AnyPfn = Annotated[Pfn, Meta(ge=0)]
AnyOrder = Annotated[Order, Meta(ge=0)]


class Header(Struct, frozen=True):
    """The first line: which pages the implementation may hand out, in blocks of up to which order."""

    format: str
    version: int
    start_pfn: Natural
    nr_pages: Natural
    max_order: Annotated[Order, Meta(ge=0, le=ORDER_LIMIT)]
    free_takes_order: bool = True
    reserved: list[tuple[Natural, Natural]] = []
    """First page and number of pages of what lies within, and is never handed out."""

    @property
    def end_pfn(self) -> int:
        """The page after the last."""
        return self.start_pfn + self.nr_pages

    def free_ranges(self) -> Iterator[tuple[Pfn, Pfn]]:
        """The pages outside every reserved range, as ascending ranges [start, end)."""
        start = self.start_pfn
        for pfn, count in sorted(self.reserved):
            if start < pfn:
                yield Pfn(start), Pfn(pfn)
            start = max(start, pfn + count)
        if start < self.end_pfn:
            yield Pfn(start), Pfn(self.end_pfn)


class Alloc(Struct, tag_field="op", tag="alloc", gc=False):
    """A block was asked for: its first page, or None if the request was refused."""

    order: AnyOrder
    pfn: AnyPfn | None
    t0: None = None
    t1: None = None


class Free(Struct, tag_field="op", tag="free", gc=False):
    """A block was given back; the implementation refused it if ``rc`` is not 0."""

    pfn: AnyPfn
    order: AnyOrder | None = None
    rc: int = 0
    t0: None = None
    t1: None = None


class Take(Struct, tag_field="op", tag="take", gc=False):
    """A very block was claimed."""

    pfn: AnyPfn
    order: AnyOrder
    t0: None = None
    t1: None = None


class Crash(Struct, tag_field="op", tag="crash", gc=False):
    """The implementation died."""

    signal: int | str | None = None
    during: str | None = None
    t0: None = None
    t1: None = None


class TimedAlloc(Alloc, tag_field="op", tag="alloc", gc=False, kw_only=True):
    """An alloc that was called at t0 and answered at t1."""

    t0: int  # type: ignore[assignment]  # None, where calls do not overlap
    t1: int  # type: ignore[assignment]  # as above


class TimedFree(Free, tag_field="op", tag="free", gc=False, kw_only=True):
    """A free that was called at t0 and answered at t1."""

    t0: int  # type: ignore[assignment]  # as above
    t1: int  # type: ignore[assignment]  # as above


class TimedTake(Take, tag_field="op", tag="take", gc=False, kw_only=True):
    """A take that was called at t0 and answered at t1."""

    t0: int  # type: ignore[assignment]  # as above
    t1: int  # type: ignore[assignment]  # as above


class TimedCrash(Crash, tag_field="op", tag="crash", gc=False, kw_only=True):
    """The implementation died; nothing need be known of the time."""

    t0: int | None = None  # type: ignore[assignment]  # as above
    t1: int | None = None  # type: ignore[assignment]  # as above


Event = Alloc | Free | Take | Crash
Timed = TimedAlloc | TimedFree | TimedTake | TimedCrash
"""An operation of a history in which calls overlap."""

DECODER: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)
TIMED: Final[msgspec.json.Decoder[Timed]] = msgspec.json.Decoder(Timed)
HEADER: Final = msgspec.json.Decoder(Header)
FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
FAILURES: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive operations, and the text that they stand in."""

    first: int
    """The number of the first operation; the trace's first is 1."""
    line: int
    """The number of the text's first line."""
    text: bytes
    events: list[Event]

    def line_of(self, operation: int) -> int:
        """The line that the operation stands in."""
        lines = enumerate(self.text.split(b"\n"), self.line)
        return [number for number, line in lines if line.strip()][operation - self.first]


def read(stream: BinaryIO) -> tuple[Header, Iterator[Batch]]:
    """The header, and the operations as they come.  Raises Unusable, the iterator too."""
    texts = chunks(stream)
    line, text = 1, next(texts, b"").removeprefix(b"\xef\xbb\xbf")
    while not text.strip():
        line += text.count(b"\n")
        following = next(texts, None)
        if following is None:
            raise Unusable("empty: a buddy-trace begins with a header")
        text = following
    while True:
        head, _, text = text.partition(b"\n")
        if head.strip():
            return header(head, line), batches(line + 1, text, texts)
        line += 1


def header(text: bytes, line: int) -> Header:
    """The header that the line spells."""
    try:
        found = HEADER.decode(text)
    except FAILURES as error:
        raise Unusable(f"not a buddy-trace header: {plain(error)}", line) from None
    end = found.end_pfn
    if found.format != "buddy-trace":
        reason = "the header's format is not buddy-trace"
    elif found.version != 1:
        reason = "the header's version is not 1, the only one that is read here"
    elif end > PFN_LIMIT:
        reason = "the header's pages do not end at or below 2**52"
    elif found.nr_pages >> found.max_order > TOP_BLOCKS:
        reason = f"the header's nr_pages are more than {TOP_BLOCKS} blocks of its max_order"
    elif any(pfn < found.start_pfn or pfn + count > end for pfn, count in found.reserved):
        reason = "a reserved range in the header lies outside its pages"
    else:
        return found
    raise Unusable(reason, line)


def batches(line: int, text: bytes, texts: Iterator[bytes]) -> Iterator[Batch]:
    """The operations of the text, then of the texts after it."""
    first, decoder = 1, None
    while True:
        if decoder is None and text.strip():
            decoder = TIMED if tells_times(text.strip().partition(b"\n")[0]) else DECODER
        events, fault = decode(text, line, decoder or DECODER)
        yield Batch(first, line, text, events)
        if fault is not None:
            raise fault
        first += len(events)
        line += text.count(b"\n")
        following = next(texts, None)
        if following is None:
            return
        text = following


def tells_times(line: bytes) -> bool:
    """Whether the operation says when it was called or answered."""
    try:
        fields = FIELDS.decode(line)
    except FAILURES:
        return False
    return any(bytes(fields.get(time, b"null")) != b"null" for time in ("t0", "t1"))


def decode(
    text: bytes, line: int, decoder: msgspec.json.Decoder[Event] | msgspec.json.Decoder[Timed]
) -> tuple[list[Event], Unusable | None]:
    """The operations of the lines, up to the first that is none; and why that is none.

    All at once is twice as fast as line by line, but takes any white space for the end of a line.
    """
    try:
        events: list[Event] = (
            [*decoder.decode_lines(text)] if decoder is TIMED else DECODER.decode_lines(text)
        )
    except FAILURES:
        pass
    else:
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        if len(events) == lines == text.count(b"\n{") + text.startswith(b"{"):
            return events, None
    events = []
    for number, spelled in enumerate(text.split(b"\n"), line):
        if spelled.strip():
            try:
                events.append(decoder.decode(spelled))
            except FAILURES as error:
                if last_and_cut(text, number - line) and not is_object(spelled):
                    return events, BreaksOff("it breaks off in the midst of an operation", number)
                return events, Unusable(why_not(spelled, error, timed=decoder is TIMED), number)
    return events, None


def last_and_cut(text: bytes, index: int) -> bool:
    """Whether the line is the last one of all, and its end is missing."""
    return not text.endswith(b"\n") and index == text.count(b"\n")


def is_object(line: bytes) -> bool:
    """Whether the line is a whole object of JSON."""
    try:
        FIELDS.decode(line)
    except FAILURES:
        return False
    return True


def why_not(text: bytes, error: Exception, *, timed: bool) -> str:
    """Why the line is not an operation that can be judged."""
    try:
        fields = FIELDS.decode(text)
    except FAILURES:
        return f"not an operation: {plain(error)}"
    if "op" not in fields and "format" in fields:
        return "a second header"
    if timed != tells_times(text):
        return "t0 and t1 must be told of every operation, or of none"
    return f"not an operation: {plain(error)}"


def plain(error: Exception) -> str:
    """The decoder's reason in one line, without its notation for places."""
    return re.sub(r" - at `\$\.?([^`]*)`", r" in `\1`", str(error)).replace(" in ``", "")
