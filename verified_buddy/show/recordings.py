"""The story of a kernel's trace: of its lists, from a snapshot on; or of what the trace alone tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from verified_buddy.kmem.reader import Reading, read
from verified_buddy.oracle.check import no_garbage_collection
from verified_buddy.oracle.rules import THEOREMS
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.replay.extent import play
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.recording import Given, Judgement, copied, refuse_unread
from verified_buddy.replay.replay import FrameReplay, ZoneReplay
from verified_buddy.replay.settled import settle
from verified_buddy.replay.source import Source, again, replayed
from verified_buddy.show.kinds import Kind, order_of
from verified_buddy.show.operations import WRONG
from verified_buddy.show.state import ShownZone
from verified_buddy.show.still import extents_of, gaps, zones_named
from verified_buddy.show.story import Story, Wrong
from verified_buddy.show.watched import NotedFrames, NotedMachine, NotedReplay

Progress = Callable[[], None]


class NotedSource(Source):
    """A trace whose replay is noted; each time it begins anew, so does the story."""

    title = ""
    story: Story

    def fresh(self, recorded: Recorded) -> ZoneReplay:
        """The machine as the snapshot found it."""
        zones = zones_named(extents_of(self.start))
        self.story = Story(self.title, zones, holes=gaps(zones))
        machine = NotedMachine(self.start, self.limits)
        made = NotedReplay(
            recorded, machine, self.story, probes_from=self.probes_from, zonestate=self.zonestate
        )
        made.untold.inferred, made.untold.bulk = self.inferred, self.bulk_untold
        return made


def story_of(stream: BinaryIO, title: str, given: Given, progress: Progress = lambda: None) -> Story:
    """The story of the trace, up to where it can be read.  Raises Unusable."""
    if not stream.seekable():
        with copied(stream) as copy:
            return story_of(copy, title, given, progress)
    with no_garbage_collection():
        told = _alone if given.start is None else _from_lists
        story, judgement = told(stream, title, given, progress)
    refuse_unread(judgement)
    for each in judgement.findings.violations[:WRONG]:
        found = Wrong(each.operation, each.line, each.rule, THEOREMS[each.rule], each.message)
        if each.operation <= len(story):
            story.wrong.append(found)
    if judgement.reading.fault is not None:
        story.note = str(judgement.reading.fault)
    if not len(story):
        raise Unusable(story.note or "no event of pages is in this trace")
    return story


def _from_lists(stream: BinaryIO, title: str, given: Given, progress: Progress) -> tuple[Story, Judgement]:
    """What the trace says of the lists of the snapshot."""
    assert given.start is not None
    source = NotedSource(stream, given.start, given.limits, given.from_marker, progress, given.zonestate)
    source.title = title
    replay = replayed(source)
    settle(replay)
    return source.story, Judgement(title, replay, None, source.reading, given.cma)


def _alone(stream: BinaryIO, title: str, given: Given, progress: Progress) -> tuple[Story, Judgement]:
    """What the trace says without lists."""
    recorded, reading, story = Recorded(again(stream)), Reading(), Story(title)

    def fresh() -> FrameReplay:
        nonlocal story
        story = Story(title, rest=Kind.UNTOLD)
        return NotedFrames(recorded, story)

    replay = play(read(chunks(stream), reading), fresh, from_marker=given.from_marker, progress=progress)
    settle(replay)
    if story.heads:
        top = max(order_of(number) for number in story.codes if number)
        story.top = max(story.top, top)
        last = max(
            head + (1 << order_of(number))
            for head, number in zip(story.heads, story.codes, strict=True)
            if number
        )
        story.zones = (ShownZone("pages told of", min(story.heads), last),)
    return story, Judgement(title, replay, None, reading, given.cma)
