"""The counters of free pages of a recorded machine, from what probes tell: what a look must read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from verified_buddy.kmem.events import Counted, FreeOnePage, Putback
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.linux.vmstat import ZoneCounter, normal_threshold, pressure_threshold


class CountedZone(NamedTuple):
    """One zone: its counter, and what its thresholds follow from; ``pgdat`` is the address of its node."""

    pgdat: int
    managed: int
    min_pages: int
    low_pages: int
    drift_mark: int
    counter: ZoneCounter


class FreeCounters:
    """The zones of the machine by address, as probes name them.

    A probe stands before the change that it tells of, and what follows on the same CPU comes after it.
    """

    def __init__(self, zones: Mapping[int, CountedZone], cpus: int) -> None:
        self.zones = zones
        self.cpus = cpus
        self.just_given: dict[int, int] = {}
        """By CPU: how many pages it gave back last, if it told of no other change since."""

    def counted(self, event: Counted) -> None:
        """A change that was told as such: blocks that are taken, captured ones too.

        Some recordings tell of what is given back once more, as a change of its own.
        """
        if self.just_given.pop(event.cpu, None) != event.delta:
            self.zones[event.zone].counter.add(event.cpu, event.delta)

    def given(self, event: FreeOnePage) -> None:
        """A block goes to the free lists, or through them to who captures it, which is told by itself.

        Linux: __free_one_page(), mm/page_alloc.c, which does not count what is isolated.
        """
        self._given(event, event.zone)

    def put_back(self, event: Putback, zone: int) -> None:
        """An isolated block goes back to that zone."""
        self._given(event, zone)

    def _given(self, event: FreeOnePage | Putback, zone: int) -> None:
        if event.migratetype != ISOLATE:
            pages = self.just_given[event.cpu] = 1 << event.order
            self.zones[zone].counter.add(event.cpu, pages)

    def fold(self, cpu: int) -> None:
        """The CPU gives all its differences to the sums.

        Linux: refresh_cpu_vm_stats(), mm/vmstat.c.
        """
        for zone in self.zones.values():
            zone.counter.fold(cpu)

    def set_thresholds(self, pgdat: int, *, pressure: bool) -> None:
        """The node's kswapd wakes (``pressure``), or falls asleep; zones whose drift is small keep theirs.

        Linux: set_pgdat_percpu_threshold(), mm/vmstat.c.
        """
        for zone in self.zones.values():
            if zone.pgdat == pgdat and zone.drift_mark != 0:
                threshold = (
                    pressure_threshold(zone.min_pages, zone.low_pages, self.cpus)
                    if pressure
                    else normal_threshold(zone.managed, self.cpus)
                )
                zone.counter.thresholds[:] = [threshold] * len(zone.counter.diffs)

    def read(self, zone: int) -> int:
        """The free pages of that zone, as a watermark's test would read them now."""
        return self.zones[zone].counter.read()
