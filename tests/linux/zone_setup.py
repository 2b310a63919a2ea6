"""Zones of Linux 6.1 as the tests want them, and what is free there."""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.fallback import find_victim, steal_suitable_fallback
from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn


def boot(start: int, end: int, *ranges: tuple[int, int]) -> LinuxZone:
    zone = LinuxZone(Pfn(start), Pfn(end))
    for low, high in ranges:
        zone.add_range(Pfn(low), Pfn(high))
    return zone


def typed(start: int, end: int, kind: Migratetype, *blocks: tuple[int, int, Migratetype]) -> MobilityZone:
    """A zone whose pageblocks are of one type, with these free blocks."""
    pageblocks = Pageblocks()
    for pfn in range(start - start % 512, end, 512):
        pageblocks.set(Pfn(pfn), kind)
    zone = MobilityZone(Pfn(start), Pfn(end), pageblocks, LINUX_6_1)
    for pfn, order, migratetype in blocks:
        zone.free_area.add(Pfn(pfn), Order(order), migratetype, tail=True)
    return zone


def listed(zone: MobilityZone | LinuxZone) -> list[tuple[int, int, int]]:
    """Free blocks by order, then type, then position."""
    return list(zone.free_area.blocks())


def steal(zone: MobilityZone, order: int, kind: Migratetype, movable: int = 0) -> None:
    victim = find_victim(zone.free_area, Order(order), kind)
    assert victim is not None
    steal_suitable_fallback(zone, victim, kind, lambda pfn: movable)
