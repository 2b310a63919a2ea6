"""The zones of a recorded machine as requests see them: now, and at the moment when one was looked at."""

from __future__ import annotations

from typing import NamedTuple

from verified_buddy.linux.migratetype import HIGHATOMIC
from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.vmstat import ZoneCounter
from verified_buddy.linux.watermark import Watermarks
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import MAX_ORDER


class SeenZone(NamedTuple):
    """A zone at one moment, as ``verified_buddy.linux.system.ZoneState`` wants it."""

    managed: int
    watermark: Watermarks
    boost: int
    lowmem_reserve: tuple[int, ...]
    nr_reserved_highatomic: int
    drift_mark: int
    free: int
    exact: int
    listed: int
    """A bit for each order and type of which a block was listed, as far as that was asked for."""

    def has_free(self, order: int, migratetype: int) -> bool:
        """Whether a block of that order was listed under that type."""
        return self.listed >> listed_bit(order, migratetype) & 1 != 0

    def free_pages(self) -> int:
        """The counter as it was read."""
        return self.free

    def free_pages_exact(self) -> int:
        """The counter and all differences."""
        return self.exact


def listed_bit(order: int, migratetype: int) -> int:
    """The place of an order and type among the bits."""
    return (order << 3) + migratetype


class LiveZone:
    """A zone of the recorded machine, and what the request layer keeps of it."""

    __slots__ = (
        "address",
        "boost",
        "boosted",
        "counter",
        "drift_mark",
        "lists",
        "lowmem_reserve",
        "managed",
        "ref",
        "watermark",
    )

    def __init__(
        self,
        ref: ZoneRef,
        address: int,
        lists: MobilityZone,
        counter: ZoneCounter,
        *,
        managed: int,
        watermark: Watermarks,
        lowmem_reserve: tuple[int, ...],
        boost: int = 0,
        drift_mark: int = 0,
    ) -> None:
        self.ref = ref
        self.address = address
        self.lists = lists
        self.counter = counter
        self.managed = managed
        self.watermark = watermark
        self.lowmem_reserve = lowmem_reserve
        self.boost = boost
        self.drift_mark = drift_mark
        self.boosted = False
        """Whether a steal has boosted the watermarks, and no request has woken kswapd for it since."""

    def seen(self, order: int) -> SeenZone:
        """The zone as it is now, for a request of the order."""
        lists = self.lists
        listed = 0
        if order > 0:
            for current in range(order, MAX_ORDER + 1):
                for migratetype, blocks in enumerate(lists.free_area.orders[current].free_list):
                    if blocks and migratetype <= HIGHATOMIC:
                        listed |= 1 << listed_bit(current, migratetype)
        return SeenZone(
            self.managed,
            self.watermark,
            self.boost,
            self.lowmem_reserve,
            lists.nr_reserved_highatomic,
            self.drift_mark,
            self.counter.read(),
            self.counter.exact(),
            listed,
        )
