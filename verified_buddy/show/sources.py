"""What a file holds that can be shown: a state, or a story; what is wrong names the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, Final, Literal, TypeVar

from verified_buddy.checking import opened_trace
from verified_buddy.kmem.kind import Kind, kind_of
from verified_buddy.oracle.source import Unusable, pieces, printable, twice
from verified_buddy.replay.files import Files
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.show import operations, recordings
from verified_buddy.show.state import State
from verified_buddy.show.still import of_machine, of_snapshot
from verified_buddy.show.story import Story
from verified_buddy.simulate.machine_text import machine_of
from verified_buddy.terminal import progress

T = TypeVar("T")
Progress = Callable[[], None]
Read = Callable[[BinaryIO, str, Progress, Kind | Literal["snapshot"]], T]
"""What reads an open file, given its name, what advances the bar, and what the file is."""

ROW: Final = re.compile(rb"[ZFPM]\t[0-9]")
"""The beginning of a snapshot of free lists."""


def state_in(name: str, files: Files, event: int | None, *, beside: bool = False) -> State:
    """The state in the file; of a trace, that after so many events, or after all.  Raises Unusable.

    ``beside``: it is held against another, so that the files beside a trace may be that one's.
    """

    def read(stream: BinaryIO, title: str, advance: Progress, kind: str) -> State:
        if kind == "snapshot":
            if not beside:
                refuse_beside(files, "a trace, and this is a snapshot")
            if event is not None:
                raise Unusable("a snapshot is one moment, and has no events")
            return of_snapshot(title, read_snapshot(stream))
        story = told(stream, title, advance, kind, files)
        if event is not None and event > len(story):
            raise Unusable(f"it has {len(story):,} events, and not {event:,}")
        return story.at(len(story) if event is None else event)

    return opened(name, read)


def story_in(name: str, files: Files) -> Story:
    """The story that the trace tells.  Raises Unusable."""

    def read(stream: BinaryIO, title: str, advance: Progress, kind: str) -> Story:
        if kind == "snapshot":
            raise Unusable("a snapshot is one moment: a page plays a trace")
        return told(stream, title, advance, kind, files)

    return opened(name, read)


def machine_in(text: str) -> State:
    """The machine that is described so, just started.  Raises Unusable."""
    return of_machine(printable(text), machine_of(text))


def opened(name: str, read: Read[T]) -> T:
    """What is read of the file, which may be standard input.  Raises Unusable, which names the file."""
    shown = printable(name)
    try:
        with opened_trace(name) as stream, progress(shown, stream) as advance:
            again, rewind = twice(stream)
            kind = looked_at(pieces(again))
            rewind()
            return read(again, shown, advance, kind)
    except Beside:
        raise
    except Unusable as error:
        raise Unusable(f"{shown}: {error}") from None


def looked_at(texts: Iterator[bytes]) -> Kind | Literal["snapshot"]:
    """What the text is, by its beginning.  Raises Unusable."""
    first = next(texts, b"")
    return "snapshot" if ROW.match(first) else kind_of(chain((first,), texts))


class Beside(Unusable):
    """What is wrong with another file, which is named."""


def told(stream: BinaryIO, title: str, advance: Progress, kind: str, files: Files) -> Story:
    """The story of a trace of that kind.  Raises Unusable."""
    if kind == "recording":
        try:
            given = files.given()
        except Unusable as error:
            raise Beside(str(error)) from None
        return recordings.story_of(stream, title, given, advance)
    refuse_beside(files, "a kernel's trace, which this is not")
    if kind == "kernel-calls":
        raise Unusable("calls of the kernel's functions: `check` judges them, and nothing draws them")
    return operations.story_of(stream, title, advance)


def refuse_beside(files: Files, what: str) -> None:
    """No file is given beside one that stands alone.  Raises Unusable."""
    option = files.named()
    if option is not None:
        raise Unusable(f"--{option} is about {what}")
