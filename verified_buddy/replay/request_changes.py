"""The zones of a recorded machine, as its events change what requests see of them."""

from __future__ import annotations

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.kmem.background import SetThreshold, VmFold
from verified_buddy.kmem.events import Counted, Extfrag, FreeOnePage, Handler, Putback, SetBlock
from verified_buddy.kmem.requests import Unreserve
from verified_buddy.linux import alloc_flags as flags_of
from verified_buddy.linux.fallback import find_victim
from verified_buddy.linux.migratetype import HIGHATOMIC, is_mergeable
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.linux.pcp import order_to_pindex, pcp_allowed_order
from verified_buddy.linux.watermark import boost_after_steal, may_boost
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import MAX_ORDER, ORDERS, Pfn
from verified_buddy.replay.lists import head_of_smallest
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.request_machine import RequestMachine
from verified_buddy.replay.request_zones import LiveZone, SeenZone
from verified_buddy.replay.steals import Steals


class ChangingZones:
    """Counters of free pages, boosts and reserves, from one event to the next."""

    def __init__(self, machine: Machine, own: RequestMachine, steals: Steals) -> None:
        self.machine = machine
        self.own = own
        self.steals = steals
        self.flags: dict[int, int] = {}
        """By CPU: the flags with which a page was looked for there last."""
        self.handlers: dict[type, Handler] = {
            Extfrag: self.extfrag,
            SetBlock: self.set_block,
            VmFold: self.fold,
            SetThreshold: self.set_threshold,
            Counted: self.counted,
            FreeOnePage: self.given,
            Putback: self.put_back,
        }

    def set_threshold(self, event: SetThreshold) -> None:
        """The kswapd of a node wakes, or falls asleep."""
        self.own.counters.set_thresholds(event.pgdat, pressure=event.pressure)

    def fold(self, event: VmFold) -> None:
        """A CPU gives up what it holds back of the counters."""
        self.own.has_cpu(event.cpu, event.line)
        self.own.counters.fold(event.cpu)

    def counted(self, event: Counted) -> None:
        """A zone's counter of free pages changes."""
        self.own.has_cpu(event.cpu, event.line)
        if self.own.at(event.zone) is not None:
            self.own.counters.counted(event)

    def given(self, event: FreeOnePage) -> None:
        """A block goes back to a zone's lists, and is counted."""
        self.own.has_cpu(event.cpu, event.line)
        if self.own.at(event.zone) is not None:
            self.own.counters.given(event)

    def put_back(self, event: Putback) -> None:
        """An isolated block goes back, and is counted."""
        self.own.has_cpu(event.cpu, event.line)
        zone = self.zone_at(event.pfn)
        if zone is not None:
            self.own.counters.put_back(event, zone.address)

    def zone_at(self, pfn: Pfn) -> LiveZone | None:
        """The zone of a page.  Raises OutsideZones."""
        return self.own.zones.get(ZoneRef(*self.machine.zone_at(pfn).row.zone))

    def seen(self, zone: LiveZone, cpu: int, order: int) -> SeenZone:
        """The zone as that CPU sees it, which has done what it told of the zone's pageblocks by now."""
        self.settled(zone, cpu)
        return zone.seen(order)

    def settled(self, zone: LiveZone, cpu: int) -> None:
        """What the CPU told of pageblocks is done: a steal that still goes on would hold the zone's lock."""
        moves = self.steals.moves.get(zone.lists.start)
        if moves and all(move.cpu == cpu for move in moves):
            self.steals.flush(zone.lists)

    def extfrag(self, event: Extfrag) -> None:
        """A steal of less than a pageblock boosts the zone's watermarks."""
        zone = self.zone_at(event.pfn)
        if zone is None or not event.fragmenting or self.steals.type_of(event.pfn) == HIGHATOMIC:
            return
        high, managed = zone.watermark.high, zone.managed
        if may_boost(high, managed):
            zone.boost = boost_after_steal(zone.boost, high, managed)
            if self.flags.get(event.cpu, 0) & flags_of.KSWAPD != 0:
                zone.boosted = True

    def set_block(self, event: SetBlock) -> None:
        """A pageblock is reserved, or no longer."""
        zone = self.machine.zone_at(event.pfn).zone
        old, new = self.steals.type_of(event.pfn), event.migratetype
        if new == HIGHATOMIC:
            zone.nr_reserved_highatomic += PAGEBLOCK_PAGES
        elif old == HIGHATOMIC and is_mergeable(new):
            zone.nr_reserved_highatomic -= min(PAGEBLOCK_PAGES, zone.nr_reserved_highatomic)

    def gives(self, zone: LiveZone, cpu: int, order: int, migratetype: Migratetype, flags: int) -> bool:
        """Whether the lists of the zone and the CPU have a block for the request."""
        area, wanted = zone.lists.free_area, ORDERS[order]
        if pcp_allowed_order(wanted):
            lists = self.machine.zones[zone.ref].lists(cpu).pcp
            if lists.first(order_to_pindex(migratetype, wanted)) is not None:
                return True
        reserved = flags & (flags_of.HIGHATOMIC | flags_of.OOM | flags_of.NON_BLOCK) != 0
        spare = flags & flags_of.NOFRAGMENT != 0
        return (
            head_of_smallest(area, wanted, migratetype) is not None
            or find_victim(area, wanted, migratetype, no_fragment=spare) is not None
            or (reserved and has_reserved(area, order))
        )

    def would_move(self, event: Unreserve, highest_zoneidx: int) -> bool:
        """Whether the reserve of some zone up to the index has a free block to give up."""
        for zone in self.own.zones.values():
            self.settled(zone, event.cpu)
        return any(
            zone.ref.zone <= highest_zoneidx
            and (event.force or zone.lists.nr_reserved_highatomic > PAGEBLOCK_PAGES)
            and has_reserved(zone.lists.free_area, 0)
            for zone in self.own.zones.values()
        )


def has_reserved(area: FreeArea, order: int) -> bool:
    """Whether a block of the highatomic reserve is free, of that order or greater."""
    return any(area.first(current, HIGHATOMIC) is not None for current in ORDERS[order : MAX_ORDER + 1])
