"""Judging a kernel's trace: as far as the trace goes by itself, or from a snapshot of its lists on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from verified_buddy.kmem.reader import Batch, read
from verified_buddy.oracle.source import chunks
from verified_buddy.replay.extent import play
from verified_buddy.replay.final import Final, compare
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.lookahead import UnseenFrees, foreseen
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.replay import ALWAYS, NEVER, FrameReplay, ZoneReplay
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.replay.untold import NoProbes
from verified_buddy.replay.zoneinfo import Limits

Progress = Callable[[], None]
Watch = Callable[[FrameReplay], None]

EARLY = 20_000
"""What is found wrong among so many events may come of a snapshot of another moment."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known beside the trace."""

    start: Snapshot | None = None
    end: Snapshot | None = None
    limits: dict[ZoneId, dict[int, Limits]] = field(default_factory=dict)
    from_marker: bool = True


@dataclass(slots=True)
class Judgement:
    """What a kernel's trace came to."""

    trace: str
    replay: FrameReplay
    final: Final | None = None

    @property
    def findings(self) -> Findings:
        """The violations and the notes."""
        return self.replay.findings

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that a right kernel does not do."""
        return self.findings.count == 0


def judge(stream: BinaryIO, name: str, given: Given, progress: Progress = lambda: None) -> Judgement:
    """Replay the trace and judge it.  Raises Unusable, OSError."""
    if given.start is None:
        return Judgement(
            name, play(read(chunks(stream)), FrameReplay, from_marker=given.from_marker, progress=progress)
        )
    if stream.seekable():
        return _judged(Source(stream, given, given.start, progress), name)
    with TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        return _judged(Source(copy, given, given.start, progress), name)


def _judged(source: Source, name: str) -> Judgement:
    replay = replayed(source)
    final, end = None, source.given.end
    if end is not None:
        final = compare_at_end(replay, Machine(end, source.given.limits))
        report_final(replay, final)
    return Judgement(name, replay, final)


class Source:
    """A trace that can be replayed again, from a snapshot on."""

    def __init__(self, stream: BinaryIO, given: Given, start: Snapshot, progress: Progress) -> None:
        self.stream = stream
        self.begin = stream.tell()
        self.given = given
        self.start = start
        self.progress = progress
        self.unseen = UnseenFrees()
        self.probes_from = ALWAYS

    def batches(self) -> Iterator[Batch]:
        """The trace, from its beginning, with what later events let infer where probes do not tell."""
        self.stream.seek(self.begin)
        return self.unseen.marked(read(chunks(self.stream)), self.probes_from)

    def infer(self) -> None:
        """Look through the trace for what has no probes, and for the first line from which it has."""
        for batch in self.batches():
            self.unseen.look(batch.events)
            self.progress()
        self.probes_from = self.unseen.first_probe if self.unseen.frees_told else NEVER

    def replay(
        self, behind: int = 0, watch: Callable[[FrameReplay], None] = lambda replay: None
    ) -> ZoneReplay:
        """Replay the trace; ``behind`` of the events between the start's markers are not in the snapshot."""
        made = play(
            foreseen(self.batches()),
            lambda: ZoneReplay(Machine(self.start, self.given.limits), probes_from=self.probes_from),
            from_marker=self.given.from_marker,
            behind=behind,
            progress=self.progress,
            watch=watch,
        )
        assert isinstance(made, ZoneReplay)
        return made


def replayed(source: Source) -> ZoneReplay:
    """Replay with what the probes tell; or where there are none, with what later events let infer.

    Of the events between the start's markers, as many are taken to be in the snapshot as make it fit.
    """
    try:
        replay = source.replay()
    except NoProbes:
        source.infer()
        replay = source.replay()
    if not replay.untold.probed and source.probes_from == ALWAYS:
        source.infer()
        replay = source.replay()
    if wrong_early(replay):
        for behind in range(1, replay.between + 1):
            with suppress(NotThere):
                return source.replay(behind, not_there)
    return replay


class NotThere(Exception):
    """The snapshot is not of this moment."""


def not_there(replay: FrameReplay) -> None:
    """Raise NotThere if what the replay found soon after its start says so."""
    if wrong_early(replay):
        raise NotThere


def wrong_early(replay: FrameReplay) -> bool:
    """Whether something was found wrong soon after the start, if events stand between its markers."""
    found = replay.findings.violations
    return replay.between > 0 and bool(found) and found[0].operation <= EARLY


def compare_at_end(replay: ZoneReplay, expected: Machine) -> Final:
    """The lists at the end beside those of the snapshot, which was made between the two last markers."""
    final = compare(replay.machine, expected)
    if not (replay.after and (final.unequal or final.unequal_pcp or final.wrong_pageblocks)):
        return final
    later = deepcopy(replay)
    for event in replay.after:
        later.play([event])
        later.steals.finish()
        found = compare(later.machine, expected)
        if not (found.unequal or found.unequal_pcp or found.wrong_pageblocks):
            return found
    return final


def report_final(replay: ZoneReplay, final: Final) -> None:
    """What is not as it should be is a violation; but a list may differ where blocks moved unseen."""
    unequal = [*final.unequal, *final.unequal_pcp]
    if replay.untold.hidden or replay.untold.exact_until is not None:
        final.undetermined = unequal
        unequal = []
    for each in unequal:
        what = f"blocks {', '.join(map(hex, each.pages[:8]))}" if each.pages else "the order of its blocks"
        says = f"{each.name} differs from position {each.place} on, in {what}"
        replay.findings.wrong(replay.findings.line, "final", "wrong-lists", says)
    for pfn in final.wrong_pageblocks:
        says = f"the pageblock at page {pfn:#x} has another type"
        replay.findings.wrong(replay.findings.line, "final", "wrong-pageblock", says)
