"""From where to where a trace is replayed: between the marks that its recorder left.

A snapshot was made between two marks, of a moment at which the machine stood still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from verified_buddy.kmem.events import BEHIND_REQUESTS, Event, Marker
from verified_buddy.kmem.reader import Batch
from verified_buddy.replay.replay import FrameReplay

START_BEGIN: Final = "KT snap start begin"
START: Final = "KT snap start end"
"""The recorder's marks before and after it made the snapshot of the start."""
STOP: Final = "KT snap end begin"
STOP_END: Final = "KT snap end end"
"""The same of the snapshot of the end."""

BETWEEN: Final = 512
"""So many events between two marks are kept; where more stand, the snapshot is one of the last mark.

What tells of requests alone is kept with them, and is not counted.
"""


def play(
    batches: Iterable[Batch],
    fresh: Callable[[], FrameReplay],
    *,
    from_marker: bool,
    behind: int = 0,
    progress: Callable[[], None] = lambda: None,
    watch: Callable[[FrameReplay], None] = lambda replay: None,
) -> FrameReplay:
    """Replay from the start marker on, if there is one and it is asked for, up to the end marker.

    What stands before a start marker is in the snapshot already, but for the last ``behind`` events of pages,
    so that the replay begins anew there.
    """
    replay, stopped = fresh(), False
    kept: list[Event] | None = None
    for batch in batches:
        replay.recent.batches.append(batch)
        for events, marker in cut(batch.events):
            if not stopped:
                replay.play(events)
            if kept is not None:
                kept += events
            if marker == START and from_marker:
                told = kept if kept is not None and counted(kept) <= BETWEEN else []
                replay, stopped, kept = fresh(), False, None
                replay.recent.batches.append(batch)
                replay.between, replay.behind = counted(told), behind
                replay.play(last(told, behind))
            elif marker == STOP_END and stopped and kept is not None:
                replay.after, kept = kept, None
            elif marker in {START_BEGIN, STOP}:
                stopped, kept = stopped or marker == STOP, []
            if kept is not None and counted(kept) > BETWEEN:
                kept = None
        replay.recorded.look(batch)
        watch(replay)
        progress()
    replay.finish()
    return replay


def counted(events: list[Event]) -> int:
    """How many of the events are of pages."""
    return sum(type(event) not in BEHIND_REQUESTS for event in events)


def last(events: list[Event], many: int) -> list[Event]:
    """The end of the events, in which so many are of pages; it begins with one of these."""
    places = [place for place, event in enumerate(events) if type(event) not in BEHIND_REQUESTS]
    return events[places[len(places) - many] :] if many else []


def cut(events: list[Event]) -> Iterable[tuple[list[Event], str]]:
    """The events between the markers, each time with the marker that ends them, which may be missing."""
    start = 0
    for index, event in enumerate(events):
        if type(event) is Marker:
            yield events[start:index], event.text
            start = index + 1
    yield events[start:] if start else events, ""
