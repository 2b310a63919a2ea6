"""A machine whose fallbacks are counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.mobility import MobilityZone, MovablePages
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import World
from verified_buddy.pfn import Order, Pfn
from verified_buddy.simulate.policies import DEFAULT, zones_of
from verified_buddy.simulate.stolen import Steal, Told, steal_of


class WatchedZone(RequestZone):
    """A zone that counts what requests take of other types."""

    fallbacks = 0
    claims = 0
    """Fallbacks after which the victim's pageblock was of the request's type."""

    def fall_back(
        self,
        zone: MobilityZone,
        order: Order,
        migratetype: Migratetype,
        movable_pages: MovablePages,
        no_fragment: bool,
    ) -> Pfn | None:
        """As in any zone."""
        steal = steal_of(zone, order, migratetype, no_fragment=no_fragment)
        self.falls(steal)
        pfn = super().fall_back(zone, order, migratetype, movable_pages, no_fragment)
        self.fell(steal, None if pfn is None else steal.told(zone, pfn), pfn)
        return pfn

    def falls(self, steal: Steal) -> None:
        """A request falls back."""

    def fell(self, steal: Steal, told: Told | None, pfn: Pfn | None) -> None:
        """It has done so; nothing was told, and there is no block, if it was in vain."""
        if told is not None:
            self.fallbacks += 1
            self.claims += self.mobility.pageblocks.migratetype(told.pfn) == steal.migratetype


class WatchedNodes(Nodes):
    """A machine of such zones."""

    def __init__(
        self,
        specs: Sequence[NodeSpec],
        world: World | None = None,
        *,
        policy: str = DEFAULT,
        **options: Any,
    ) -> None:
        """A machine of such nodes, all free.  Raises what ``Nodes`` raises."""
        self.zone_type = zones_of(policy, WatchedZone)
        super().__init__(specs, world, **options)
