"""The machine of a recording: its zones, their lists and pageblocks, as a snapshot found them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.mobility import MobilityZone
from verified_buddy.pageblock import Pageblocks
from verified_buddy.pfn import Order, Pfn

ZoneId = tuple[int, int]
"""The number of a node and that of a zone in it."""


class ZoneRow(NamedTuple):
    """One zone of a snapshot: where it lies, and how many pages it was given."""

    zone: ZoneId
    start: Pfn
    spanned: int
    managed: int


class FreeRow(NamedTuple):
    """One free block of a snapshot."""

    zone: ZoneId
    order: Order
    migratetype: Migratetype
    pfn: Pfn


class PcpRow(NamedTuple):
    """One block on a per-CPU list of a snapshot, with the type that was noted when it was put there."""

    zone: ZoneId
    cpu: int
    list_index: int
    pfn: Pfn
    migratetype: Migratetype


class Snapshot(NamedTuple):
    """The lists of a stopped kernel; the rows of each list stand from head to tail."""

    zones: tuple[ZoneRow, ...]
    free: tuple[FreeRow, ...]
    pcp: tuple[PcpRow, ...]
    pageblocks: tuple[tuple[Pfn, Migratetype], ...]


class Machine:
    """The zones of a machine over one map of pageblocks.  Spans must not overlap."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.pageblocks = Pageblocks()
        self.zones: dict[ZoneId, MobilityZone] = {}
        for row in sorted(snapshot.zones, key=lambda row: row.start):
            end = Pfn(row.start + row.spanned)
            self.zones[row.zone] = MobilityZone(row.start, end, self.pageblocks, row.managed)
        self._ascending = list(self.zones.items())
        self._starts = [zone.start for zone in self.zones.values()]
        for pfn, migratetype in snapshot.pageblocks:
            self.pageblocks.set(pfn, migratetype)
        for block in snapshot.free:
            self.zones[block.zone].free_area.add(block.pfn, block.order, block.migratetype, tail=True)

    def zone_id(self, pfn: Pfn) -> ZoneId:
        """The zone that spans the page.  Raises KeyError if none does."""
        index = bisect_right(self._starts, pfn) - 1
        if index < 0 or pfn >= self._ascending[index][1].end:
            raise KeyError(pfn)
        return self._ascending[index][0]

    def free_rows(self) -> Iterable[FreeRow]:
        """Every free block, list by list, from head to tail."""
        for zone_id, zone in self.zones.items():
            for pfn, order, migratetype in zone.free_area.blocks():
                yield FreeRow(zone_id, order, migratetype, pfn)
