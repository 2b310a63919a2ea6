"""Judging a kernel's trace: as far as the trace goes by itself, or from a snapshot of its lists on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from verified_buddy.kmem.reader import read
from verified_buddy.oracle.source import chunks
from verified_buddy.replay.extent import play
from verified_buddy.replay.final import Final, compare
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.replay import ALWAYS, FrameReplay, ZoneReplay
from verified_buddy.replay.settled import settle
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.replay.source import Source, again, replayed
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
        recorded = Recorded(again(stream) if stream.seekable() else None)
        batches = read(chunks(stream))
        made = play(batches, lambda: FrameReplay(recorded), from_marker=given.from_marker, progress=progress)
        settle(made)
        return Judgement(name, made)
    if stream.seekable():
        return _judged(Source(stream, given.start, given.limits, given.from_marker, progress), name, given)
    with TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        return _judged(Source(copy, given.start, given.limits, given.from_marker, progress), name, given)


def _judged(source: Source, name: str, given: Given) -> Judgement:
    replay = replayed(source)
    settle(replay)
    final = None
    if given.end is not None and "zone" in replay.layers:
        final = compare_at_end(replay, Machine(given.end, given.limits))
        report_final(replay, final)
    return Judgement(name, replay, final)


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
    if replay.probes_from > ALWAYS or replay.untold.exact_until is not None:
        final.undetermined, unequal = unequal, []
    elif "per-CPU" in replay.left_out:
        final.undetermined, unequal = final.unequal_pcp, final.unequal
    for each in unequal:
        what = f"blocks {', '.join(map(hex, each.pages[:8]))}" if each.pages else "the order of its blocks"
        says = f"{each.name} differs from position {each.place} on, in {what}"
        replay.findings.wrong(replay.findings.line, "final", "wrong-lists", says)
    for pfn in final.wrong_pageblocks:
        says = f"the pageblock at page {pfn:#x} has another type"
        replay.findings.wrong(replay.findings.line, "final", "wrong-pageblock", says)
