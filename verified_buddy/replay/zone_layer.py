"""The zone layer: which block leaves the free lists, and which block another type loses.

When blocks are taken, given back, isolated or stolen is taken from the recording; which blocks these are
and what becomes of the lists is predicted.
"""

from __future__ import annotations

from typing import Final

from verified_buddy import buddy
from verified_buddy.fallback import Victim, find_victim, steal_suitable_fallback
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.migratetype import MOVABLE
from verified_buddy.mobility import MobilityZone, free_one_page
from verified_buddy.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.events import ExtFrag, FreeOnePage, Isolated, PcpuDrain, SetPageblock, ZoneLocked
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.tally import Tally

TAKEN: Final = "taken"
FALLBACK: Final = "fallback"
PAGEBLOCK: Final = "pageblock"
GIVEN: Final = "given back"


class ZoneLayer:
    """The free lists of every zone, as the events of a recording move them."""

    def __init__(self, machine: Machine, tally: Tally) -> None:
        self.machine = machine
        self.tally = tally
        self._before: dict[int, tuple[Pfn, Migratetype]] = {}

    def zone(self, pfn: Pfn) -> MobilityZone:
        """The zone that spans the page."""
        return self.machine.zones[self.machine.zone_id(pfn)]

    def zone_locked(self, event: ZoneLocked) -> None:
        """Predict the block that the head of the smallest sufficient list gives."""
        area = self.zone(event.pfn).free_area
        predicted = head_of_smallest(area, event.order, event.migratetype)
        if self.tally.score(event.line, TAKEN, predicted, event.pfn):
            buddy.rmqueue_smallest(area, event.order, event.migratetype)
        elif not buddy.take(area, event.pfn, event.order):
            self.tally.note("taken, but not free")

    def pcpu_drain(self, event: PcpuDrain) -> None:
        """Give back a block that a per-CPU list lost."""
        self._give(event.line, event.pfn, event.order, event.migratetype, to_tail=False)

    def free_one_page(self, event: FreeOnePage) -> None:
        """Give back a block that went past the per-CPU lists."""
        self._give(event.line, event.pfn, event.order, event.migratetype, to_tail=event.to_tail)

    def isolated(self, event: Isolated) -> None:
        """Unlist a free block as it is."""
        area = self.zone(event.pfn).free_area
        listed = area.is_free_block(event.pfn, event.order)
        if self.tally.score(event.line, "isolated", listed, True):
            area.remove(event.pfn, event.order)
        else:
            buddy.take(area, event.pfn, event.order)

    def set_pageblock(self, event: SetPageblock) -> None:
        """Set a pageblock's type; until the CPU tells of a fallback, remember what it was."""
        self._before[event.cpu] = pageblock_start(event.pfn), self.machine.pageblocks.migratetype(event.pfn)
        self.machine.pageblocks.set(event.pfn, event.migratetype)

    def extfrag(self, event: ExtFrag) -> None:
        """Predict the victim of a fallback, and whether its pageblock changes its type."""
        zone = self.zone(event.pfn)
        order, migratetype = event.alloc_order, event.alloc_migratetype
        victim = None
        if head_of_smallest(zone.free_area, order, migratetype) is None:
            victim = find_victim(zone.free_area, order, migratetype)
        predicted = None if victim is None else victim[:3]
        recorded = (event.pfn, event.fallback_order, event.fallback_migratetype)
        if not self.tally.score(event.line, FALLBACK, predicted, recorded) or victim is None:
            self.tally.note("fallback that was not replayed")
            return
        self._steal(event, zone, victim)

    def _steal(self, event: ExtFrag, zone: MobilityZone, victim: Victim) -> None:
        """Steal as the model would, given as many movable pages as fit what was recorded."""
        after = zone.pageblocks.migratetype(victim.pfn)
        told = self._before.pop(event.cpu, None)
        if told is not None and told[0] == pageblock_start(victim.pfn):
            zone.pageblocks.set(*told)
        many = event.change_ownership == (event.alloc_migratetype == MOVABLE)
        steal_suitable_fallback(
            zone, victim, event.alloc_migratetype, lambda pfn: movable_pages(zone, pfn) if many else 0
        )
        now = zone.pageblocks.migratetype(victim.pfn)
        recorded = event.alloc_migratetype if event.change_ownership else after
        if not self.tally.score(event.line, PAGEBLOCK, now, recorded):
            zone.pageblocks.set(victim.pfn, recorded)

    def _give(self, line: int, pfn: Pfn, order: Order, migratetype: Migratetype, *, to_tail: bool) -> None:
        zone = self.zone(pfn)
        if not self.tally.score(line, GIVEN, overlaps_free(zone.free_area, pfn, order), False):
            return
        free_one_page(zone, pfn, order, migratetype, to_tail=to_tail)


def head_of_smallest(area: FreeArea, order: Order, migratetype: Migratetype) -> Pfn | None:
    """The first page of the block that a request would get from the lists of its own type."""
    for current in ORDERS[order : area.max_order + 1]:
        pfn = area.first(current, migratetype)
        if pfn is not None:
            return pfn
    return None


def movable_pages(zone: MobilityZone, pfn: Pfn) -> int:
    """How many pages of the page's pageblock could be movable at most: those that are not free."""
    start = pageblock_start(pfn)
    free = 0
    for order in ORDERS[: zone.free_area.max_order + 1]:
        for page in range(start, start + PAGEBLOCK_PAGES, 1 << order):
            if zone.free_area.is_free_block(page, order):
                free += 1 << order
    return PAGEBLOCK_PAGES - min(free, PAGEBLOCK_PAGES)


def overlaps_free(area: FreeArea, pfn: Pfn, order: Order) -> bool:
    """Whether any page of the block is free."""
    for current in ORDERS[order : area.max_order + 1]:
        if area.is_free_block(pfn & -(1 << current), current):
            return True
    return any(
        area.is_free_block(page, current)
        for current in ORDERS[:order]
        for page in range(pfn, pfn + (1 << order), 1 << current)
    )
