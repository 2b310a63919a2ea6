"""The machine of a recording: its zones, their lists and pageblocks, from a snapshot on."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from typing import Final

from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, Pageblocks, pageblock_start
from verified_buddy.linux.pcp import BATCH_SCALE_MAX, PerCpuPages, refill_blocks
from verified_buddy.linux.pcp_limits import zone_batchsize
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.snapshot import Snapshot, ZoneId, ZoneRow
from verified_buddy.replay.zoneinfo import Limits

ANY_FACTOR: Final = (1 << BATCH_SCALE_MAX + 1) - 1
"""Every free factor is possible; bit f stands for the factor f."""

HALVED: Final = tuple(
    sum({1 << (factor >> 1) for factor in range(BATCH_SCALE_MAX + 1) if factors >> factor & 1})
    for factors in range(ANY_FACTOR + 1)
)
"""What factors are possible after an allocation, by those that were before."""

NO_LIST: Final = -1

UNLIMITED: Final = 1 << 62
"""More pages than any lists hold: what is believed of limits that were not told."""

COUNTS: Final = 4096
"""So many counts of the pages on a CPU's lists are remembered."""

UNBOUNDED: Final = 1 << 30
"""More blocks than any refill brings."""


class OutsideZones(Exception):
    """A page that no zone of the machine spans; the argument is its number."""


class CpuLists:
    """The lists of one CPU in one zone, and what a replay knows beside."""

    __slots__ = (
        "asked",
        "batch_known",
        "counts",
        "cpu",
        "drained",
        "drained_at",
        "due",
        "factors",
        "known",
        "left",
        "overdue",
        "pcp",
        "refilled",
        "seen",
        "seen_before",
        "shared",
        "zone",
    )

    def __init__(self, zone: MobilityZone, cpu: int, limits: Limits, *, known: bool) -> None:
        self.zone = zone
        self.cpu = cpu
        self.pcp = PerCpuPages(*limits)
        self.known = known
        """Whether the limits were told."""
        self.batch_known = known
        """Whether the batch was told, or seen; until then it is what the zone's size would give it now."""
        self.factors = ANY_FACTOR
        """The free factors that are possible, a bit each: failed requests halve it and leave no trace."""
        self.due = NO_LIST
        """The list of the block that was freed last, if nothing else happened since."""
        self.asked = False
        """Whether its CPU was told to drain them since the last free, which that free did not cause."""
        self.overdue = 0
        """The line of a free after which these lists had to drain, until they do."""
        self.refilled = NO_LIST
        """The list that was refilled last."""
        self.left = 0
        """How many blocks its refill still lacks."""
        self.seen = 0
        """Where the limits were not told: the greatest count so far after which nothing drained."""
        self.seen_before = 0
        """The same before the last free."""
        self.shared = False
        """Whether the machine has other CPUs."""
        self.drained = 0
        """How many pages were drained so far."""
        self.counts: deque[tuple[int, int, int]] = deque(maxlen=COUNTS)
        """What was listed after each line that changed that, and how much had been drained then."""
        self.drained_at = 0
        """Where the limits were not told: the greatest count at which the lists drained."""

    def changed(self, line: int) -> None:
        """The event of that line has changed how many pages are listed; another CPU may count them."""
        if self.shared:
            self.counts.append((line, self.pcp.count, self.drained))

    def refill(self, pindex: int, order: Order, *, shut: bool = False) -> None:
        """A refill of an empty list begins."""
        self.refilled = pindex
        known = self.batch_known and not shut
        self.left = refill_blocks(self.pcp.batch, order) - 1 if known else UNBOUNDED

    def batch_seen(self, order: Order) -> bool:
        """Whether the refill that ends tells the batch, which was not known."""
        if self.batch_known:
            return False
        blocks, self.left = UNBOUNDED - self.left + 1, 0
        if order == 0 and (blocks > 1 or self.pcp.batch == 1):
            self.pcp.batch, self.batch_known = blocks, True
        return True

    def inferred_high(self) -> int | None:
        """The count at which these lists drain, by what was seen; None if it was not reached."""
        return self.drained_at if self.drained_at > self.seen else None


class ReplayZone:
    """One zone, with the lists of each CPU that was met."""

    __slots__ = ("cpus", "limits", "row", "shut", "zone")

    def __init__(self, row: ZoneRow, pageblocks: Pageblocks, limits: dict[int, Limits]) -> None:
        self.row = row
        self.zone = MobilityZone(row.start, Pfn(row.start + row.spanned), pageblocks, LINUX_6_1, row.managed)
        self.limits = limits
        self.cpus: dict[int, CpuLists] = {}
        self.shut = False
        """Whether per-CPU lists let every block pass that is freed, and are refilled with one."""

    def lists(self, cpu: int) -> CpuLists:
        """The lists of that CPU; empty, if it is met for the first time."""
        found = self.cpus.get(cpu)
        if found is None:
            limits = self.limits.get(cpu)
            told = limits or Limits(UNLIMITED, zone_batchsize(self.row.managed))
            found = self.cpus[cpu] = CpuLists(self.zone, cpu, told, known=limits is not None)
            for lists in self.cpus.values():
                lists.shared = len(self.cpus) > 1
        return found


class Machine:
    """The zones of a machine over one map of pageblocks."""

    def __init__(self, snapshot: Snapshot, limits: dict[ZoneId, dict[int, Limits]]) -> None:
        self.pageblocks = Pageblocks()
        self.zones: dict[ZoneId, ReplayZone] = {}
        below = Pfn(0)
        for row in sorted(snapshot.zones.values(), key=lambda row: row.start):
            made = self.zones[row.zone] = self.new_zone(row, limits.get(row.zone, {}))
            # Linux: init_unavailable_range(), mm/page_alloc.c, gives a hole to the zone above it.
            self.pageblocks.belong(below, row.start, made.zone.free_area)
            below = made.zone.end
        self._ascending = list(self.zones.values())
        self._starts = [row.zone.start for row in self._ascending]
        self._by_pageblock: dict[int, ReplayZone] = {}
        for pfn, migratetype in snapshot.pageblocks.items():
            self.pageblocks.set(pfn, migratetype)
        for free in snapshot.free:
            self.zones[free.zone].zone.free_area.add(free.pfn, free.order, free.migratetype, tail=True)
        for listed in snapshot.pcp:
            pcp = self.zones[listed.zone].lists(listed.cpu).pcp
            pcp.add(listed.pindex, listed.pfn, listed.migratetype, tail=True)

    def new_zone(self, row: ZoneRow, limits: dict[int, Limits]) -> ReplayZone:
        """A zone without memory yet; a machine that is watched has others."""
        return ReplayZone(row, self.pageblocks, limits)

    def zone_at(self, pfn: Pfn) -> ReplayZone:
        """The zone that spans the page.  Raises OutsideZones if none does."""
        found = self._by_pageblock.get(pfn >> PAGEBLOCK_ORDER)
        return found if found is not None else self._looked_up(pfn)

    def _looked_up(self, pfn: Pfn) -> ReplayZone:
        """As ``zone_at``; remembers where whole pageblocks lie."""
        index = bisect_right(self._starts, pfn) - 1
        if index < 0 or pfn >= self._ascending[index].zone.end:
            raise OutsideZones(pfn)
        found, start = self._ascending[index], pageblock_start(pfn)
        if found.zone.spans(start) and found.zone.spans(start + (1 << PAGEBLOCK_ORDER) - 1):
            self._by_pageblock[pfn >> PAGEBLOCK_ORDER] = found
        return found

    def open(self, zone: ReplayZone, *, changed: bool) -> None:
        """A zone's per-CPU lists are shut no more; ``changed``: since memory went offline meanwhile.

        Linux: zone_pcp_enable(), called by offline_pages(), mm/memory_hotplug.c.
        """
        zone.shut = False
        if changed:
            self.forget_limits(zone)

    def forget_limits(self, zone: ReplayZone) -> None:
        """Memory of the zone went offline: its batch may be another, and every zone's limits are.

        Linux: init_per_zone_wmark_min(), called by offline_pages(), mm/memory_hotplug.c.
        """
        for each in self.zones.values():
            each.limits = {}
            for lists in each.cpus.values():
                lists.known, lists.pcp.high = False, UNLIMITED
                lists.batch_known &= each is not zone
