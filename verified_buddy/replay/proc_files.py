"""What the files of /proc say of a stopped kernel, from its snapshot and its state of zones."""

from __future__ import annotations

from collections import Counter

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.kswapd import FAILURES_MOST
from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.linux.pcp import PCP_PAGES
from verified_buddy.linux.zone_type import NAMES, NR_ZONES
from verified_buddy.pfn import MAX_ORDER, ORDERS, Pfn
from verified_buddy.proc.buddyinfo import FreeCounts
from verified_buddy.proc.pagetypeinfo import TypeCounts
from verified_buddy.proc.vmstat import VmStat
from verified_buddy.proc.zoneinfo import Pageset, Populated, ZoneInfo
from verified_buddy.replay.snapshot import Snapshot, ZoneId, ZoneRow
from verified_buddy.replay.zonestate import ZoneState


def type_counts(snapshot: Snapshot) -> list[TypeCounts]:
    """The free blocks and the pageblocks of each zone, by type.

    Where a zone has a hole as large as a section of memory, the hole's pageblocks are counted too, which
    the kernel's are not: no row tells them apart.
    """
    listed = Counter((row.zone, row.migratetype, row.order) for row in snapshot.free)
    found = []
    for zone, row in sorted(snapshot.zones.items()):
        lists = [
            [listed[zone, Migratetype(each), order] for order in ORDERS[: MAX_ORDER + 1]]
            for each in range(MIGRATETYPES)
        ]
        found.append(TypeCounts(zone[0], row.name, lists, pageblock_counts(snapshot, row)))
    return found


def pageblock_counts(snapshot: Snapshot, row: ZoneRow) -> list[int]:
    """The pageblocks of the zone by type, as far as their types are known."""
    types = Counter(
        snapshot.pageblocks.get(pageblock_start(Pfn(pfn)))
        for pfn in range(row.start, row.start + row.spanned, PAGEBLOCK_PAGES)
    )
    return [types[Migratetype(each)] for each in range(MIGRATETYPES)]


def free_counts(snapshot: Snapshot) -> list[FreeCounts]:
    """The free blocks of each zone, of whatever type."""
    return [
        FreeCounts(each.node, each.zone, [sum(of_order) for of_order in zip(*each.nr_free, strict=True)])
        for each in type_counts(snapshot)
    ]


def zone_infos(snapshot: Snapshot, state: ZoneState) -> list[ZoneInfo]:
    """The figures of all zones, which both are needed for."""
    found = []
    for node in sorted(state.nodes):
        for index in range(NR_ZONES):
            if (node, index) in state.zones:
                found.append(zone_info(snapshot, state, (node, index)))
            else:
                found.append(
                    ZoneInfo(node, NAMES[index], 0, 0, 0, 0, 0, 0, 0, 0, (0,) * NR_ZONES, populated=None)
                )
    return found


def zone_info(snapshot: Snapshot, state: ZoneState, zone: ZoneId) -> ZoneInfo:
    """The figures of a zone that has memory."""
    figures, extent = state.zones[zone], snapshot.zones[zone]
    held = Counter[int]()
    for row in snapshot.pcp:
        if row.zone == zone:
            held[row.cpu] += PCP_PAGES[row.pindex]
    return ZoneInfo(
        node=zone[0],
        zone=figures.name,
        free=max(figures.nr_free_pages, 0),
        boost=figures.boost,
        min=figures.min,
        low=figures.low,
        high=figures.high,
        spanned=extent.spanned,
        present=figures.present,
        managed=figures.managed,
        protection=(*figures.lowmem_reserve, 0)[:NR_ZONES],
        populated=Populated(
            [
                Pageset(cpu, held[cpu], figures.high_limit, figures.batch, state.diffs[zone][cpu].threshold)
                for cpu in sorted(state.machine.cpus)
            ],
            state.nodes[zone[0]].kswapd_failures >= FAILURES_MOST,
            extent.start,
        ),
    )


def counters(state: ZoneState) -> VmStat:
    """The one counter that was recorded."""
    return VmStat(max(sum(figures.nr_free_pages for figures in state.zones.values()), 0))
