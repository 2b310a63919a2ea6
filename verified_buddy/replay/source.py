"""A trace that is replayed from a snapshot on: more than once, if what it tells is understood only later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Final

from verified_buddy.kmem.events import BulkPage
from verified_buddy.kmem.reader import Batch, Reading, read
from verified_buddy.oracle.source import chunks
from verified_buddy.replay.extent import play
from verified_buddy.replay.lookahead import UnseenFrees, foreseen
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.replay import ALWAYS, NEVER, FrameReplay, ZoneReplay
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.replay.untold import NoProbes
from verified_buddy.replay.zoneinfo import Limits
from verified_buddy.replay.zonestate import ZoneState

Watch = Callable[[FrameReplay], None]

MANY: Final = 1000
"""In so many events some page is handed out in bulk."""
EARLY: Final = 20_000
"""What is found wrong among so many events may come of a snapshot of another moment."""


def again(stream: BinaryIO, reading: Callable[[], Reading] = Reading) -> Callable[[], Iterator[Batch]]:
    """What reads the rest of the stream, whenever it is called; what is wrong with it is noted."""
    begin = stream.tell()

    def once_more() -> Iterator[Batch]:
        stream.seek(begin)
        return read(chunks(stream), reading())

    return once_more


class Source:
    """A trace, and the machine that it begins with."""

    def __init__(
        self,
        stream: BinaryIO,
        start: Snapshot,
        limits: dict[ZoneId, dict[int, Limits]],
        from_marker: bool,
        progress: Callable[[], None],
        zonestate: ZoneState | None = None,
    ) -> None:
        self.reading = Reading(modelled=True)
        """What became of the latest reading."""
        self.batches = again(stream, self.read_anew)
        self.start = start
        self.limits = limits
        self.from_marker = from_marker
        self.progress = progress
        self.zonestate = zonestate
        self.unseen = UnseenFrees()
        self.probes_from = ALWAYS
        self.inferred = False
        self.bulk_untold = False
        """Whether the probe of the bulk allocator is taken not to be in the trace."""

    def read_anew(self) -> Reading:
        """Another reading begins."""
        self.reading = Reading(modelled=True)
        return self.reading

    def infer(self) -> None:
        """Look through the trace for what has no probes, and for the first line from which it has."""
        for batch in self.batches():
            self.unseen.look(batch.events)
            self.progress()
        self.inferred = True
        self.probes_from = self.unseen.first_probe if self.unseen.frees_told else NEVER

    def fresh(self, recorded: Recorded) -> ZoneReplay:
        """The machine as the snapshot found it."""
        machine = Machine(self.start, self.limits)
        made = ZoneReplay(recorded, machine, probes_from=self.probes_from, zonestate=self.zonestate)
        made.untold.inferred, made.untold.bulk = self.inferred, self.bulk_untold
        return made

    def replay(self, behind: int = 0, watch: Watch = lambda replay: None) -> ZoneReplay:
        """Replay the trace; ``behind`` of the events between the start's markers are not in the snapshot."""
        recorded = Recorded(self.batches)
        made = play(
            foreseen(self.unseen.marked(self.batches(), self.probes_from)),
            lambda: self.fresh(recorded),
            from_marker=self.from_marker,
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
    if not (replay.untold.calls or source.inferred):
        source.infer()
        replay = source.replay()
    replay = of_its_moment(source, replay)
    if without_bulk(replay):
        source.bulk_untold = True
        replay = of_its_moment(source, source.replay())
    return replay


def of_its_moment(source: Source, replay: ZoneReplay) -> ZoneReplay:
    """The replay from the moment of the snapshot on, if that is another one between the start's markers."""
    if wrong_early(replay):
        for behind in range(1, replay.between + 1):
            with suppress(NotThere):
                return source.replay(behind, not_there)
    return replay


def without_bulk(replay: ZoneReplay) -> bool:
    """Whether pages were handed out that nothing told of, in a long trace without the probe ``bulkpage``.

    Every task that begins takes some pages in bulk.  Linux: alloc_thread_stack_node(), kernel/fork.c.
    """
    wrong = any(layer == "per-CPU" for layer, _ in replay.findings.counts)
    return wrong and BulkPage not in replay.recorded.kinds and replay.findings.operation >= MANY


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
