"""The zones of all nodes of a machine: how they are built, and what is done to more than one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from verified_buddy.errors import InvalidCpu, OutOfRange
from verified_buddy.linux import kswapd
from verified_buddy.linux.kswapd import NO_INDEX, Kswapd, Woken
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.topology import NodeSpec, count_cpus, described, sorted_zones
from verified_buddy.linux.watermark_setup import (
    PAGE_KBYTES,
    lowmem_reserves,
    zone_watermarks,
)
from verified_buddy.linux.watermark_setup import (
    min_free_kbytes as usual_kbytes,
)
from verified_buddy.linux.world import World
from verified_buddy.linux.zone import count_error
from verified_buddy.linux.zone_type import NORMAL, NR_ZONES
from verified_buddy.linux.zonelist import ZoneRef, build_all_zonelists
from verified_buddy.pfn import PFN_LIMIT, Order, Pfn
from verified_buddy.zone import reject

PRIORITIES: Final = 12
"""So often kswapd reclaims before it calls a round vain; Linux: DEF_PRIORITY, mm/vmscan.c."""

Reclaim = Callable[[int, int], int]
"""Free pages of a node for blocks of an order, in zones up to an index; how many."""


class NodeZones:
    """The zones of a machine by node and type; whoever needs memory outside of it is its world."""

    zone_type: type[RequestZone] = RequestZone
    """What its zones are; one that tells of them has others."""
    pageblocks_type: type[Pageblocks] = Pageblocks

    def __init__(
        self, specs: Sequence[NodeSpec], world: World, min_free_kbytes: int | None, patience: int
    ) -> None:
        """Zones with all their memory free, and their marks.

        ``min_free_kbytes``: how much the machine keeps free; None for what Linux would.
        Raises InvalidCount, InvalidCpu, InvalidDistance, InvalidRange, InvalidZones, Overlap.
        """
        if min_free_kbytes is not None:
            reject(count_error(min_free_kbytes, 0, PAGE_KBYTES * PFN_LIMIT))
        self.world = world
        self.specs = tuple(specs)
        self.zonelists = build_all_zonelists([described(specs, number) for number in range(len(specs))])
        self.cpus = count_cpus(specs)
        pageblocks = self.pageblocks_type()
        self.zones: dict[ZoneRef, RequestZone] = {}
        below = Pfn(0)
        for start, end, ref in sorted_zones(specs):
            zone = self.zones[ref] = self.zone_type(
                ref, start, end, pageblocks, cpus=self.cpus, movable_pages=world.movable_pages
            )
            # Linux: init_unavailable_range(), mm/page_alloc.c, gives a hole to the zone above it.
            pageblocks.belong(below, start, zone.free_area)
            below = end
        self.ascending = [*self.zones.values()]
        for zone in self.ascending:
            self.hand_over(zone)
        self.starts = [zone.mobility.start for zone in self.ascending]
        self.kswapds = [Kswapd() for _ in specs]
        self.zeroed: set[Pfn] = set()
        """The live blocks that were zeroed for their owners; what comes back is not."""
        self.compound: set[Pfn] = set()
        """The live blocks that are compound pages."""
        self.charged: set[Pfn] = set()
        """The live blocks that some group was charged for."""
        self.killing = False
        """Whether a request is about to kill a task; Linux: oom_lock."""
        self.patience = patience
        """So often a request searches the free lists; one that goes on would do so for ever."""
        self.set_marks(min_free_kbytes)

    def hand_over(self, zone: RequestZone) -> None:
        """Give the zone its memory: all that it spans, or what its node says."""
        gives = self.specs[zone.ref.node].hand_over
        if gives is None:
            zone.add_range(zone.mobility.start, zone.mobility.end)
        else:
            gives(zone)
            zone.counter.value += zone.mobility.nr_free_pages()

    def set_marks(self, kbytes: int | None) -> None:
        """Set the marks of all zones."""
        lowmem = sum(zone.managed for zone in self.ascending if zone.ref.zone <= NORMAL)
        self.min_free_kbytes = usual_kbytes(PAGE_KBYTES * lowmem) if kbytes is None else kbytes
        total = sum(zone.managed for zone in self.ascending)
        for node, spec in enumerate(self.specs):
            zones = dict(self.zones_of(node))
            managed = [zones[index].managed if index in zones else 0 for index in range(NR_ZONES)]
            reserves = lowmem_reserves(managed)
            for index, zone in zones.items():
                marks = zone_watermarks(self.min_free_kbytes, zone.managed, total)
                zone.set_marks(marks, reserves[index], len(spec.cpus) or self.cpus)

    def zones_of(self, node: int) -> list[tuple[int, RequestZone]]:
        """The zones of a node with their types, the lowest first."""
        return [(index, self.zones[ZoneRef(node, index)]) for index, _, _ in self.specs[node].zones]

    def zone_of(self, pfn: Pfn) -> RequestZone:
        """The zone that has the page.  Raises OutOfRange."""
        at = bisect_right(self.starts, pfn) - 1
        if at < 0 or not self.ascending[at].mobility.spans(pfn):
            raise OutOfRange(pfn)
        return self.ascending[at]

    def cpu_error(self, cpu: object) -> InvalidCpu | None:
        """Why the machine has no such CPU; None if it has."""
        return None if type(cpu) is int and 0 <= cpu < self.cpus else InvalidCpu(cpu, self.cpus - 1)

    def release(self, pfn: Pfn, order: Order, cpu: int) -> None:
        """Take back a block of some zone, and the charge for it.  Raises OutOfRange, and as ``free`` does."""
        zone = self.zone_of(pfn)
        zone.free(pfn, order, cpu, reclaim_active=zone.reclaim_active)
        self.zeroed.discard(pfn)
        self.compound.discard(pfn)
        if pfn in self.charged:
            self.charged.remove(pfn)
            self.world.uncharge(pfn, order)

    def drain_all(self, by: int) -> None:
        """Drain the lists of every CPU, one after the other, on that one.  Linux: drain_all_pages()."""
        for cpu in range(self.cpus):
            for zone in self.ascending:
                if zone.pcp[cpu].count > 0:
                    zone.drain(cpu, by)

    def wakeup_kswapd(self, ref: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> Woken:
        """Ask kswapd of the zone's node for blocks of the order; who is woken."""
        zones = self.zones_of(ref.node)
        return kswapd.wakeup_kswapd(self.kswapds[ref.node], zones, gfp_mask, order, highest_zoneidx)

    def balance_node(self, node: int, reclaim: Reclaim) -> bool:
        """Let kswapd of the node do what it was asked for, if it is awake; whether it can rest then.

        While it is awake CPUs hide less from the counters, and while it is at work they hold less.  What
        the zones were boosted by when it began is given back.
        Linux: kswapd() and balance_pgdat(), mm/vmscan.c.
        """
        daemon, zones = self.kswapds[node], self.zones_of(node)
        if daemon.asleep:
            return True
        order, highest = daemon.order, daemon.highest_zoneidx
        daemon.order, daemon.highest_zoneidx = 0, NO_INDEX
        self.awake(node, awake=True)
        noted = kswapd.boosts_at_start(zones, highest)
        for index, zone in zones:
            zone.reclaim_active = index in noted
        try:
            self.reclaim_round(node, sum(noted.values()), reclaim, order, highest)
        finally:
            left = kswapd.boosts_at_end({index: zone.boost for index, zone in zones}, noted)
            for index, zone in zones:
                zone.reclaim_active = False
                zone.boost = left[index]
            if daemon.hopeless() or self.is_balanced(node, order, highest):
                daemon.asleep = True
                self.awake(node, awake=False)
            else:
                daemon.ask(order, highest)
        return daemon.asleep

    def awake(self, node: int, *, awake: bool) -> None:
        """How much CPUs hide of the node's free pages while its kswapd is awake, or asleep."""
        for _, zone in self.zones_of(node):
            zone.set_threshold(pressure=awake)

    def reclaim_round(self, node: int, boosts: int, reclaim: Reclaim, order: int, highest: int) -> None:
        """Reclaim until the node is balanced and as much is free again as its zones were boosted by.

        Linux: the loop of balance_pgdat(), mm/vmscan.c.
        """
        daemon = self.kswapds[node]
        reclaimed, vain = 0, True
        for _ in range(PRIORITIES):
            balanced = self.is_balanced(node, order, highest)
            if balanced and reclaimed >= boosts:
                vain = False
                break
            pages = reclaim(order, highest)
            reclaimed += pages
            if balanced and pages == 0:
                break
        if reclaimed > 0:
            daemon.failures = 0
        elif vain:
            daemon.failures += 1

    def is_balanced(self, node: int, order: int, highest: int) -> bool:
        """Whether the node has a zone with enough free pages.  Linux: pgdat_balanced(), mm/vmscan.c."""
        return kswapd.pgdat_balanced(self.zones_of(node), order, highest)
