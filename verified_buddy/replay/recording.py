"""Judging a kernel's trace: as far as the trace goes by itself, or from a snapshot of its lists on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from verified_buddy.kmem.reader import Batch, read
from verified_buddy.oracle.source import chunks
from verified_buddy.replay.final import Final, compare
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.lookahead import UnseenFrees, foreseen
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.pcp_drain import NoProbes
from verified_buddy.replay.replay import FrameReplay, ZoneReplay, play
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.replay.zoneinfo import Limits

Progress = Callable[[], None]


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
        return _judged(stream, name, given, given.start, progress)
    with TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        return _judged(copy, name, given, given.start, progress)


def _judged(stream: BinaryIO, name: str, given: Given, start: Snapshot, progress: Progress) -> Judgement:
    replay = _replayed(stream, given, start, progress)
    final = None
    if given.end is not None:
        final = compare(replay.machine, Machine(given.end, given.limits))
        report_final(replay, final)
    return Judgement(name, replay, final)


def _replayed(stream: BinaryIO, given: Given, start: Snapshot, progress: Progress) -> ZoneReplay:
    """Replay with what the probes tell; or if there are none, with what later events let infer."""

    def once(batches: Iterator[Batch], *, probes: bool) -> ZoneReplay:
        made = play(
            foreseen(batches),
            lambda: ZoneReplay(Machine(start, given.limits), probes=probes),
            from_marker=given.from_marker,
            progress=progress,
        )
        assert isinstance(made, ZoneReplay)
        return made

    begin = stream.tell()
    try:
        replay = once(read(chunks(stream)), probes=True)
        if replay.drains.probed:
            return replay
    except NoProbes:
        pass
    stream.seek(begin)
    unseen = UnseenFrees()
    for batch in read(chunks(stream)):
        unseen.look(batch.events)
        progress()
    stream.seek(begin)
    return once(unseen.marked(read(chunks(stream))), probes=unseen.probes)


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
