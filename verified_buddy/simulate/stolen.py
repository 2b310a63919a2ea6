"""What a kernel tells of a request that fell back: which block it names, and before or after it is taken."""

from __future__ import annotations

from typing import NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.fallback import Victim, find_suitable_fallback, find_victim
from verified_buddy.linux.migratetype import HIGHATOMIC
from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, pageblock_start
from verified_buddy.linux.versions.v6_12 import LINUX_6_12
from verified_buddy.pfn import ORDERS, Order, Pfn


class Told(NamedTuple):
    """What the event says, and how it stands beside the one that a block left a list."""

    pfn: Pfn
    order: Order
    migratetype: Migratetype
    locked_first: bool = False
    """Whether the block is told to have left its list before the fallback is told."""
    silent: bool = False
    """Whether it is not told afterwards."""


class Steal(NamedTuple):
    """What may be stolen for a request of the order and type, as the lists are before."""

    order: Order
    migratetype: Migratetype
    victims: tuple[Victim, ...]
    """The greatest first; of Linux 6.1 the one that is taken."""
    claims: bool
    """Whether it is Linux 6.12's."""
    moves: Pfn | None = None
    """The page whose pageblock's free blocks will move, if that is known."""

    def told(self, zone: MobilityZone, pfn: Pfn) -> Told:
        """What is told of it, now that the block was taken."""
        if not self.claims:
            return Told(*self.victims[0][:3])
        if zone.stealing:
            return Told(*self.victims[-1][:3], silent=True)
        claimed = next(
            victim for victim in self.victims if pageblock_start(victim.pfn) == pageblock_start(pfn)
        )
        first = claimed.order < PAGEBLOCK_ORDER
        return Told(pfn, claimed.order, claimed.migratetype, locked_first=first, silent=True)


def steal_of(zone: MobilityZone, order: Order, migratetype: Migratetype, *, no_fragment: bool) -> Steal:
    """What a request that falls back now may steal."""
    if zone.policy.name == LINUX_6_12.name:
        orders = reversed(ORDERS[order : zone.free_area.max_order + 1])
        found = (find_suitable_fallback(zone.free_area, each, migratetype) for each in orders)
        return Steal(order, migratetype, tuple(victim for victim in found if victim is not None), claims=True)
    victim = find_victim(zone.free_area, order, migratetype, no_fragment=no_fragment)
    if victim is None:
        return Steal(order, migratetype, (), claims=False)
    old = zone.pageblocks.migratetype(victim.pfn)
    along = old != HIGHATOMIC and victim.order < PAGEBLOCK_ORDER and victim.whole_block
    return Steal(order, migratetype, (victim,), claims=False, moves=victim.pfn if along else None)
