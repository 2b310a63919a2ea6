"""The whole zone, fed with a real kernel's requests and frees alone: it hands out the very same pages.

Told from the recording: the zone that serves a request, when lists are drained early or by request, that a
list could not be locked, and whether a stolen pageblock changed its type.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from tests.kmem.kernel_trace import DATA
from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import (
    Alloc,
    BulkPage,
    Event,
    Extfrag,
    Free,
    FreeBatched,
    FreeOnePage,
    Marker,
    PcpuDrain,
)
from verified_buddy.kmem.reader import read
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, Pageblocks
from verified_buddy.linux.pcp import free_unref_page_commit, pages_to_drain, pcp_limit, rmqueue_pcplist
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.oracle.source import chunks
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.extent import START, STOP
from verified_buddy.replay.lookahead import foreseen
from verified_buddy.replay.snapshot import Snapshot, read_snapshot
from verified_buddy.replay.zoneinfo import read_zoneinfo


def events() -> list[Event]:
    """What was recorded between the markers, but for what a model cannot be told."""
    with (DATA / "small.trace.txt.gz").open("rb") as stream:
        told = [event for batch in foreseen(read(chunks(stream))) for event in batch.events]
    marks = {event.text: index for index, event in enumerate(told) if isinstance(event, Marker)}
    return told[marks[START] + 1 : marks[STOP]]


class Machine:
    """The zones, as the snapshot found them."""

    def __init__(self, start: Snapshot, told: list[Event]) -> None:
        self.steals = (event for event in told if isinstance(event, Extfrag))
        limits = read_zoneinfo(BytesIO((DATA / "small.zoneinfo").read_bytes()))
        pageblocks = Pageblocks()
        for pfn, migratetype in start.pageblocks.items():
            pageblocks.set(pfn, migratetype)
        self.zones: list[LinuxZone] = []
        by_id: dict[tuple[int, int], LinuxZone] = {}
        for row in start.zones.values():
            high, batch = limits[row.zone][0]
            end = Pfn(row.start + row.spanned)
            zone = LinuxZone(row.start, end, pageblocks, high=high, batch=batch, movable_pages=self.movable)
            by_id[row.zone] = zone
            self.zones.append(zone)
        for free in start.free:
            by_id[free.zone].free_area.add(free.pfn, free.order, free.migratetype, tail=True)
        for listed in start.pcp:
            by_id[listed.zone].pcp[0].add(listed.pindex, listed.pfn, listed.migratetype, tail=True)

    def movable(self, pfn: Pfn) -> int:
        """As many movable pages as make the steal end as it did."""
        steal = next(steal for steal in self.steals if steal.fallback_order < 9)
        many = steal.change_ownership == (steal.alloc_migratetype == MOVABLE)
        zone = self.zone(pfn)
        start = pfn & -PAGEBLOCK_PAGES
        free = sum(
            1 << order
            for head, order, _ in zone.free_area.blocks()
            if start <= head < start + PAGEBLOCK_PAGES
        )
        return PAGEBLOCK_PAGES - min(free, PAGEBLOCK_PAGES) if many else 0

    def zone(self, pfn: Pfn) -> LinuxZone:
        return next(zone for zone in self.zones if zone.mobility.spans(pfn))

    def lists(self) -> list[object]:
        return [
            (list(zone.free_area.blocks()), [list(blocks.items()) for blocks in zone.pcp[0].lists])
            for zone in self.zones
        ]


def drains_after(told: list[Event]) -> Iterator[int]:
    """For each event: how many blocks are drained right after it."""
    many = 0
    counts = []
    for event in reversed(told):
        counts.append(many)
        drains = isinstance(event, PcpuDrain) or (isinstance(event, FreeOnePage) and event.probe == "fop_pcp")
        many = (many + isinstance(event, PcpuDrain)) if drains else 0
    return reversed(counts)


def commit(zone: LinuxZone, pfn: Pfn, order: Order, migratetype: Migratetype, blocks: int) -> None:
    """Free to the per-CPU lists; reclaim was active if the plain limit does not explain the drain."""
    pcp = zone.pcp[0]
    factor, size = pcp.free_factor, 1 << order
    pcp.count += size
    limit = pcp_limit(pcp, order, reclaim_active=False)
    plain = pages_to_drain(pcp, order, limit) if pcp.count >= limit else 0
    pcp.count -= size
    pcp.free_factor = factor
    active = blocks > 0 and plain != blocks
    free_unref_page_commit(zone.mobility, pcp, pfn, order, migratetype, reclaim_active=active)


def play(machine: Machine, told: list[Event]) -> int:
    """Do what was asked for, and compare each page; how many there were."""
    waiting: dict[Pfn, Migratetype] = {}
    handed_out = 0
    for event, blocks in zip(told, drains_after(told), strict=True):
        if isinstance(event, Alloc) and event.pfn is not None:
            assert machine.zone(event.pfn).alloc(event.order, event.migratetype) == event.pfn, event
            handed_out += 1
        elif isinstance(event, BulkPage):
            zone = machine.zone(event.pfn)
            migratetype = zone.mobility.pageblocks.migratetype(event.pfn)
            lists = zone.mobility, zone.pcp[0]
            assert rmqueue_pcplist(*lists, Order(0), migratetype, machine.movable, bulk=True) == event.pfn
        elif isinstance(event, Free) and event.direct:
            zone = machine.zone(event.pfn)
            zone.live[event.pfn] = event.order  # it may have been handed out before the recording
            zone.free(event.pfn, event.order, pcp_locked=False)
        elif isinstance(event, Free):
            zone = machine.zone(event.pfn)
            migratetype = zone.mobility.pageblocks.migratetype(event.pfn)
            if event.batched:
                waiting[event.pfn] = migratetype
            else:
                commit(zone, event.pfn, event.order, migratetype, blocks)
        elif isinstance(event, FreeBatched):
            commit(machine.zone(event.pfn), event.pfn, event.order, waiting.pop(event.pfn), blocks)
    return handed_out


def test_requests_and_frees_determine_every_page() -> None:
    told = events()
    start, end = (
        read_snapshot(BytesIO((DATA / f"small.fl.{name}.gz").read_bytes())) for name in ("start", "end")
    )
    machine = Machine(start, told)
    assert play(machine, told) == 73_872
    assert machine.lists() == Machine(end, []).lists()
