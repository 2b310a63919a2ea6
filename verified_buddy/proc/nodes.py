"""What the files say of a machine that runs here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.linux.node_zones import NodeZones
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.zone_type import NAMES, NR_ZONES
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn
from verified_buddy.proc.buddyinfo import FreeCounts
from verified_buddy.proc.pagetypeinfo import TypeCounts
from verified_buddy.proc.vmstat import VmStat
from verified_buddy.proc.zoneinfo import Pageset, Populated, ZoneInfo

SECTION_PAGES: Final = 32768
"""Memory comes online by sections of 128 MiB; Linux: PAGES_PER_SECTION, include/linux/mmzone.h."""


def by_node(nodes: NodeZones) -> list[RequestZone]:
    """The zones by node, from the lowest up."""
    return [nodes.zones[ref] for ref in sorted(nodes.zones)]


def free_counts(nodes: NodeZones) -> list[FreeCounts]:
    """The free blocks of each zone."""
    return [
        FreeCounts(zone.ref.node, NAMES[zone.ref.zone], [area.nr_free for area in zone.free_area.orders])
        for zone in by_node(nodes)
    ]


def type_counts(nodes: NodeZones) -> list[TypeCounts]:
    """The same by type, and the pageblocks."""
    found = []
    for zone in by_node(nodes):
        lists = [
            [len(area.free_list[migratetype]) for area in zone.free_area.orders]
            for migratetype in range(MIGRATETYPES)
        ]
        found.append(TypeCounts(zone.ref.node, NAMES[zone.ref.zone], lists, pageblock_counts(zone)))
    return found


def pageblock_counts(zone: RequestZone) -> list[int]:
    """The pageblocks of the zone by type, but for those in sections without memory.

    Linux: pagetypeinfo_showblockcount_print(), mm/vmstat.c.
    """
    counts = [0] * MIGRATETYPES
    for pfn in range(zone.mobility.start, zone.mobility.end, PAGEBLOCK_PAGES):
        section = pfn & -SECTION_PAGES
        if zone.spans.overlaps(Pfn(section), Pfn(section + SECTION_PAGES)):
            counts[zone.mobility.pageblocks.migratetype(pfn)] += 1
    return counts


def zone_infos(nodes: NodeZones, present: Mapping[ZoneRef, int] | None = None) -> list[ZoneInfo]:
    """The figures of all zones; ``present``: the pages of memory of each, if not all have any it spans."""
    found = []
    for node in range(len(nodes.specs)):
        for index in range(NR_ZONES):
            ref = ZoneRef(node, index)
            if ref in nodes.zones:
                found.append(zone_info(nodes, nodes.zones[ref], None if present is None else present[ref]))
            else:
                found.append(
                    ZoneInfo(node, NAMES[index], 0, 0, 0, 0, 0, 0, 0, 0, (0,) * NR_ZONES, populated=None)
                )
    return found


def zone_info(nodes: NodeZones, zone: RequestZone, present: int | None) -> ZoneInfo:
    """The figures of a zone that has memory."""
    spanned = zone.mobility.end - zone.mobility.start
    pagesets = [
        Pageset(cpu, lists.count, lists.high, lists.batch, zone.counter.thresholds[cpu])
        for cpu, lists in enumerate(zone.pcp)
    ]
    return ZoneInfo(
        node=zone.ref.node,
        zone=NAMES[zone.ref.zone],
        free=zone.counter.read(),
        boost=zone.boost,
        min=zone.watermark.min,
        low=zone.watermark.low,
        high=zone.watermark.high,
        spanned=spanned,
        present=spanned if present is None else present,
        managed=zone.managed,
        protection=zone.lowmem_reserve,
        populated=Populated(pagesets, nodes.kswapds[zone.ref.node].hopeless(), zone.mobility.start),
    )


def counters(nodes: NodeZones) -> VmStat:
    """The counters of the machine.

    Linux: global_zone_page_state() and all_vm_events(), mm/vmstat.c.
    """
    free = max(sum(zone.counter.value for zone in nodes.ascending), 0)
    pgalloc = [0] * NR_ZONES
    for zone in nodes.ascending:
        pgalloc[zone.ref.zone] += zone.pgalloc
    return VmStat(free, pgalloc, sum(zone.pgfree for zone in nodes.ascending))
