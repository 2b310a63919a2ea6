"""Judging a kernel's trace: as far as the trace goes by itself, or from a snapshot of its lists on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from verified_buddy.kmem.events import BEHIND_REQUESTS
from verified_buddy.kmem.figures import ISOLATE_BESIDE_CMA, NotModelled
from verified_buddy.kmem.foreign import REPORT
from verified_buddy.kmem.reader import Reading, read
from verified_buddy.oracle.source import BreaksOff, Unusable, arriving, chunks
from verified_buddy.replay.extent import play
from verified_buddy.replay.final import Final, compare
from verified_buddy.replay.findings import Findings, Violation
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.replay import ALWAYS, FrameReplay, ZoneReplay
from verified_buddy.replay.settled import HISTORY, settle
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.replay.source import Source, again, replayed
from verified_buddy.replay.zoneinfo import Limits
from verified_buddy.replay.zonestate import ZoneState

Progress = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Given:
    """What is known beside the trace."""

    start: Snapshot | None = None
    end: Snapshot | None = None
    limits: dict[ZoneId, dict[int, Limits]] = field(default_factory=dict)
    from_marker: bool = True
    cma: bool | None = None
    """Whether the kernel has CMA, so that its type 4 is that; None if that is not known."""
    zonestate: ZoneState | None = None
    """What requests depend on beside the lists, at the moment of the first snapshot."""
    limits_from: str = "zoneinfo"
    """What told the limits."""


@dataclass(slots=True)
class Judgement:
    """What a kernel's trace came to."""

    trace: str
    replay: FrameReplay
    final: Final | None = None
    reading: Reading = field(default_factory=Reading)
    cma: bool | None = None
    """Whether the kernel has CMA; None if neither the trace nor a file tells."""
    limits_from: str = "zoneinfo"
    """What told the limits of per-CPU lists, if anything did."""

    @property
    def findings(self) -> Findings:
        """The violations and the notes."""
        return self.replay.findings

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that a right kernel does not do."""
        return self.findings.count == 0


def judge(
    stream: BinaryIO,
    name: str,
    given: Given,
    progress: Progress = lambda: None,
    found: Callable[[Violation], bool] | None = None,
) -> Judgement:
    """Replay the trace and judge it, up to where it can be read.  Raises Unusable.

    Without a snapshot, each violation is handed to ``found`` as soon as it is found; if that says so, the
    trace is not read any further.
    """
    if given.start is None:
        judgement = _alone(stream, name, given, progress, found)
    elif stream.seekable():
        judgement = _judged(
            Source(stream, given.start, given.limits, given.from_marker, progress, given.zonestate),
            name,
            given,
        )
    else:
        with copied(stream) as copy:
            judgement = _judged(
                Source(copy, given.start, given.limits, given.from_marker, progress, given.zonestate),
                name,
                given,
            )
    refuse_unread(judgement)
    return judgement


class Enough(Exception):
    """What was found is enough."""


def _alone(
    stream: BinaryIO,
    name: str,
    given: Given,
    progress: Progress,
    found: Callable[[Violation], bool] | None,
) -> Judgement:
    """What the trace says without a snapshot."""
    recorded = Recorded(again(stream) if stream.seekable() else None)
    reading, known, replay = Reading(), set[Violation](), FrameReplay(recorded)

    def fresh() -> FrameReplay:
        nonlocal replay
        replay = FrameReplay(recorded)
        return replay

    def watch(replay: FrameReplay) -> None:
        """Tell what was found, unless what the trace lacks could explain it."""
        if found is None:
            return
        for violation in replay.findings.violations:
            doubtful = violation.rule in HISTORY and recorded.why_incomplete() is not None
            if violation not in known and not doubtful:
                known.add(violation)
                if found(violation):
                    replay.findings.only(violation)
                    raise Enough

    batches = read(chunks(stream), reading)
    with suppress(Enough):
        play(batches, fresh, from_marker=given.from_marker, progress=progress, watch=watch)
    settle(replay)
    cma = ISOLATE_BESIDE_CMA in reading.types or given.cma
    if cma and given.cma is False:
        says = f"type {ISOLATE_BESIDE_CMA} is in the trace, but its pagetypeinfo is of a kernel without CMA"
        raise Unusable(says)
    return Judgement(name, replay, None, reading, cma)


@contextmanager
def copied(stream: BinaryIO) -> Iterator[BinaryIO]:
    """All of the stream, to be read more than once.  Raises Unusable if there is no room for it."""
    with TemporaryFile() as copy:
        try:
            copy.writelines(arriving(stream))
            copy.seek(0)
        except OSError as error:
            raise Unusable(f"a temporary copy of it: {error.strerror}") from None
        yield copy


def refuse_unread(judgement: Judgement) -> None:
    """Raise Unusable if what could not be read leaves no verdict."""
    reading, found = judgement.reading, judgement.findings
    if reading.report is not None and found.operation == 0:
        raise Unusable(REPORT, reading.report)
    if reading.old and found.count and all(each.rule == "overlap" for each in found.violations):
        each = found.violations[0]
        why = "before Linux 3.3 pages that put_page() frees are told by no event"
        raise Unusable(f"{each.message}: this cannot be decided, since {why}", each.line)
    fault = reading.fault
    if fault is None or isinstance(fault, BreaksOff):
        return
    if found.count == 0 or isinstance(fault, NotModelled):
        raise fault


def _judged(source: Source, name: str, given: Given) -> Judgement:
    replay = replayed(source)
    settle(replay)
    final = None
    if given.end is not None and "zone" in replay.layers and source.reading.fault is None:
        final = compare_at_end(replay, Machine(given.end, given.limits))
        report_final(replay, final)
    return Judgement(name, replay, final, source.reading, given.cma, given.limits_from)


def compare_at_end(replay: ZoneReplay, expected: Machine) -> Final:
    """The lists at the end beside those of the snapshot, which was made between the two last markers."""
    final = compare(replay.machine, expected)
    if not (replay.after and (final.unequal or final.unequal_pcp or final.wrong_pageblocks)):
        return final
    later = deepcopy(replay)
    for event in replay.after:
        later.play([event])
        if type(event) in BEHIND_REQUESTS:
            continue
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
