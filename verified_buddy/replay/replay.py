"""The replay of a kernel's trace: each event goes to the layers that it concerns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from verified_buddy.kmem.events import (
    BEHIND_REQUESTS,
    Alloc,
    BulkPage,
    Counted,
    Event,
    Extfrag,
    Free,
    FreeBatched,
    FreeOnePage,
    Handler,
    Isolate,
    IsolateRet,
    MoveFree,
    Obtained,
    PcpuDrain,
    Putback,
    RotateHead,
    RotateTail,
    SetBlock,
    SplitPage,
    ZoneLocked,
)
from verified_buddy.kmem.requests import DrainZone
from verified_buddy.replay.findings import Findings, Layer
from verified_buddy.replay.frame_layer import FrameLayer
from verified_buddy.replay.machine import Machine, OutsideZones
from verified_buddy.replay.pcp_drain import Drains
from verified_buddy.replay.pcp_flight import Flight
from verified_buddy.replay.pcp_layer import PcpLayer
from verified_buddy.replay.pcp_misfits import Misfits
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.request_layer import RequestLayer
from verified_buddy.replay.request_machine import RequestMachine
from verified_buddy.replay.steals import Steals
from verified_buddy.replay.told_late import Recent
from verified_buddy.replay.untold import Untold
from verified_buddy.replay.zone_layer import ZoneLayer
from verified_buddy.replay.zonestate import ZoneState

ALWAYS: Final = 0
NEVER: Final = 1 << 62
"""The line from which probes tell, of a trace that has them from its start, and of one that has none."""

ASIDE: Final = BEHIND_REQUESTS | {Obtained, Counted}
"""Events that tell more of another, and are not counted."""

Handlers = dict[type, tuple[Handler, ...]]


class FrameReplay:
    """What the trace alone says: who owns a page."""

    told_of: tuple[Layer, ...] = ("frame",)

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self.left_out: dict[Layer, str] = {}
        """Layers that the trace does not tell enough for, and what it lacks."""
        self.between = 0
        """How many events stand between the two markers of the start."""
        self.behind = 0
        """How many of these are not in the snapshot."""
        self.after: list[Event] = []
        """Those between the two markers of the end, which may be in the snapshot that was made there."""
        self.findings = Findings()
        self.recent = Recent()
        self.frame = FrameLayer(self.findings, self.recent)
        self.handlers: Handlers = {
            Alloc: (self.frame.alloc,),
            Free: (self.frame.free,),
            BulkPage: (self.frame.bulk_page,),
            SplitPage: (self.frame.split_page,),
            Extfrag: (self.frame.extfrag,),
            SetBlock: (self.frame.set_block,),
            Isolate: (self.frame.isolate,),
            IsolateRet: (self.frame.isolate_ret,),
            Putback: (self.frame.putback,),
        }

    def play(self, events: Sequence[Event]) -> None:
        """Replay the events."""
        found, handlers = self.findings, self.handlers
        number = found.operation
        for event in events:
            kind = type(event)
            if kind not in ASIDE:
                number += 1
                found.operation = number
            try:
                for handle in handlers.get(kind, ()):
                    handle(event)
            except OutsideZones as error:
                says = f"page {error.args[0]:#x} is in no zone of the snapshot"
                found.wrong(event.line, "zone", "out-of-range", says)
        if events:
            found.line = events[-1].line

    def finish(self) -> None:
        """The trace has ended."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those that were judged."""
        return tuple(layer for layer in self.told_of if layer not in self.left_out)


class ZoneReplay(FrameReplay):
    """The same, and the lists of a machine from a snapshot on."""

    told_of: tuple[Layer, ...] = ("frame", "zone", "per-CPU")

    def __init__(
        self,
        recorded: Recorded,
        machine: Machine,
        *,
        probes_from: int = ALWAYS,
        zonestate: ZoneState | None = None,
    ) -> None:
        super().__init__(recorded)
        self.machine = machine
        self.probes_from = probes_from
        """The line from which probes tell of what has no event."""
        self.untold = Untold(self.findings, hidden=probes_from > ALWAYS)
        self.steals = Steals(machine, self.findings, self.untold)
        self.zone = ZoneLayer(machine, self.findings, self.untold, self.steals)
        self.flight = Flight(self.findings, self.untold, self.recent)
        self.drains = Drains(machine, self.findings, self.zone, self.flight)
        self.misfits = Misfits(machine, self.findings, self.zone, self.flight)
        self.pcp = PcpLayer(machine, self.findings, self.drains, self.misfits)
        zone, pcp, drains, frame = self.zone, self.pcp, self.drains, self.frame
        self.handlers |= {
            Alloc: (frame.alloc, pcp.alloc),
            Free: (frame.free, pcp.free),
            FreeBatched: (pcp.free_batched,),
            ZoneLocked: (pcp.zone_locked, zone.zone_locked),
            FreeOnePage: (drains.free_one_page, self.steals.given, zone.free_one_page),
            PcpuDrain: (drains.pcpu_drain,),
            DrainZone: (drains.drain_zone,),
            BulkPage: (frame.bulk_page, pcp.bulk_page),
            Obtained: (pcp.obtained,),
            SetBlock: (frame.set_block, self.steals.set_block),
            MoveFree: (self.steals.move_free,),
            Extfrag: (frame.extfrag, self.steals.extfrag),
            RotateHead: (zone.rotate_head,),
            RotateTail: (zone.rotate_tail,),
            Isolate: (frame.isolate, zone.isolate),
            IsolateRet: (frame.isolate_ret, zone.isolate_ret),
            Putback: (frame.putback, zone.putback),
        }
        self.requests: RequestLayer | None = None
        """The request layer, if the state that it begins with is known."""
        if zonestate is not None:
            own = RequestMachine(zonestate, machine)
            self.requests = RequestLayer(machine, own, self.findings, self.steals)
            self.told_of = (*self.told_of, "request")
            for kind, handler in self.requests.handlers.items():
                self.handlers[kind] = (handler, *self.handlers.get(kind, ()))
        self.probed: Handlers = {kind: self.handlers[kind] for kind in (Free, PcpuDrain, FreeOnePage)}
        if self.untold.hidden:
            self.handlers |= {
                Free: (frame.free, pcp.free, zone.freed),
                PcpuDrain: (drains.drained_block, zone.drained),
                FreeOnePage: (),
            }

    def play(self, events: Sequence[Event]) -> None:
        """Replay the events; from the first on that a probe tells of, with what the probes tell."""
        if self.untold.hidden and events and events[-1].line >= self.probes_from:
            first = bisect_left(events, self.probes_from, key=lambda event: event.line)
            super().play(events[:first])
            self.untold.hidden = False
            self.handlers |= self.probed
            events = events[first:]
        super().play(events)

    def finish(self) -> None:
        """What waited for a later event is done now."""
        self.steals.finish()
        self.misfits.charges.finish()
        self.flight.finish()
