"""A replay that notes which blocks each event moves: on free and per-CPU lists, and with their owners."""

from __future__ import annotations

from collections.abc import Sequence

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.kmem.events import Alloc, Event
from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.linux.pcp import PerCpuPages, pindex_to_order
from verified_buddy.pfn import MAX_ORDER, Order, Pfn
from verified_buddy.replay.blocks import Blocks
from verified_buddy.replay.machine import CpuLists, Machine, ReplayZone
from verified_buddy.replay.recorded import Recorded
from verified_buddy.replay.replay import ASIDE, FrameReplay, ZoneReplay
from verified_buddy.replay.snapshot import Snapshot, ZoneId, ZoneRow
from verified_buddy.replay.zoneinfo import Limits
from verified_buddy.replay.zonestate import ZoneState
from verified_buddy.show.acts import act_of
from verified_buddy.show.details import detail_of, head_of
from verified_buddy.show.kinds import NOTHING, Kind, code, free_kind, live_kind
from verified_buddy.show.story import Story


class Owners:
    """By first page: the block that begins there, as the free lists, per-CPU lists and callers have it."""

    def __init__(self) -> None:
        self.free: dict[int, int] = {}
        self.per_cpu: dict[int, int] = {}
        self.live: dict[int, int] = {}
        self.touched: list[int] = []
        self.migratetype = -1
        """Of the block that the event hands out."""

    def settle(self, story: Story) -> None:
        """What was touched is as it is now."""
        for pfn in dict.fromkeys(self.touched):
            found = self.free.get(pfn) or self.per_cpu.get(pfn) or self.live.get(pfn, NOTHING)
            story.change(pfn, found)
        self.touched.clear()


class NotedArea(FreeArea):
    """Free lists whose blocks are noted."""

    __slots__ = ("owners",)

    def __init__(self, owners: Owners) -> None:
        super().__init__(MAX_ORDER, MIGRATETYPES)
        self.owners = owners

    def add(self, pfn: Pfn, order: Order, migratetype: Migratetype, *, tail: bool) -> None:
        """As in any lists."""
        super().add(pfn, order, migratetype, tail=tail)
        self.owners.free[pfn] = code(free_kind(migratetype), order)
        self.owners.touched.append(pfn)

    def remove(self, pfn: Pfn, order: Order) -> Migratetype:
        """As in any lists."""
        self.owners.free.pop(pfn, None)
        self.owners.touched.append(pfn)
        return super().remove(pfn, order)


class NotedLists(PerCpuPages):
    """The lists of a CPU, whose blocks are noted."""

    __slots__ = ("owners",)

    def __init__(self, owners: Owners, high: int, batch: int) -> None:
        super().__init__(high, batch)
        self.owners = owners

    def add(self, pindex: int, pfn: Pfn, migratetype: Migratetype, *, tail: bool) -> None:
        """As on any lists."""
        super().add(pindex, pfn, migratetype, tail=tail)
        self.owners.per_cpu[pfn] = code(Kind.PER_CPU, pindex_to_order(pindex))
        self.owners.touched.append(pfn)

    def remove(self, pindex: int, pfn: Pfn) -> Migratetype:
        """As on any lists."""
        self.owners.per_cpu.pop(pfn, None)
        self.owners.touched.append(pfn)
        return super().remove(pindex, pfn)


class NotedBlocks(Blocks):
    """What callers have, or have given back, noted under a kind."""

    def __init__(self, owners: Owners, noted: dict[int, int], *, live: bool) -> None:
        super().__init__()
        self.owners = owners
        self.noted = noted
        self.live = live

    def add(self, pfn: Pfn, order: Order) -> None:
        """As of any blocks."""
        super().add(pfn, order)
        kind = live_kind(self.owners.migratetype) if self.live else Kind.FREE
        self.noted[pfn] = code(kind, order)
        self.owners.touched.append(pfn)

    def drop(self, pfn: Pfn) -> Order:
        """As of any blocks."""
        self.forget(pfn)
        return super().drop(pfn)

    def cut_out(self, pfn: Pfn, order: Order) -> bool:
        """As of any blocks; a single page is dropped without ``drop``."""
        if not order:
            self.forget(pfn)
        return super().cut_out(pfn, order)

    def forget(self, pfn: Pfn) -> None:
        """No block begins at the page now."""
        self.noted.pop(pfn, None)
        self.owners.touched.append(pfn)


class NotedZone(ReplayZone):
    """A zone whose lists are noted."""

    __slots__ = ("owners",)

    def __init__(self, owners: Owners, row: ZoneRow, machine: Machine, limits: dict[int, Limits]) -> None:
        super().__init__(row, machine.pageblocks, limits)
        self.owners = owners
        self.zone.free_area = NotedArea(owners)
        machine.pageblocks.belong(self.zone.start, self.zone.end, self.zone.free_area)

    def lists(self, cpu: int) -> CpuLists:
        """As of any zone."""
        found = super().lists(cpu)
        if not isinstance(found.pcp, NotedLists):
            found.pcp = NotedLists(self.owners, found.pcp.high, found.pcp.batch)
        return found


class NotedMachine(Machine):
    """A machine whose lists are noted."""

    def __init__(self, snapshot: Snapshot, limits: dict[ZoneId, dict[int, Limits]]) -> None:
        self.owners = Owners()
        super().__init__(snapshot, limits)

    def new_zone(self, row: ZoneRow, limits: dict[int, Limits]) -> ReplayZone:
        """A zone that is noted."""
        return NotedZone(self.owners, row, self, limits)


class NotedReplay(ZoneReplay):
    """The replay of a machine that puts all of it into a story."""

    def __init__(
        self,
        recorded: Recorded,
        machine: NotedMachine,
        story: Story,
        *,
        probes_from: int,
        zonestate: ZoneState | None,
    ) -> None:
        super().__init__(recorded, machine, probes_from=probes_from, zonestate=zonestate)
        self.owners, self.story = machine.owners, story
        self.frame.live = NotedBlocks(self.owners, self.owners.live, live=True)
        self.owners.settle(story)

    def play(self, events: Sequence[Event]) -> None:
        """Replay the events, one by one."""
        for event in events:
            begin(event, self.owners, self.story)
            super().play([event])
            self.owners.settle(self.story)

    def finish(self) -> None:
        """As of any replay."""
        super().finish()
        self.owners.settle(self.story)


class NotedFrames(FrameReplay):
    """The replay of what the trace alone says, which puts all of it into a story."""

    def __init__(self, recorded: Recorded, story: Story) -> None:
        super().__init__(recorded)
        self.owners, self.story = Owners(), story
        self.frame.live = NotedBlocks(self.owners, self.owners.live, live=True)
        self.frame.freed = NotedBlocks(self.owners, self.owners.free, live=False)

    def play(self, events: Sequence[Event]) -> None:
        """Replay the events, one by one."""
        for event in events:
            begin(event, self.owners, self.story)
            super().play([event])
            self.owners.settle(self.story)


def begin(event: Event, owners: Owners, story: Story) -> None:
    """An event comes; one that is counted is a step."""
    if type(event) not in ASIDE:
        pfn, order = head_of(event)
        story.step(act_of(event), event.line, pfn, order, detail_of(event))
    owners.migratetype = event.migratetype if isinstance(event, Alloc) else -1
