"""The state of a machine as rows: Z, F, P, M of its lists; G, N, Z, D, L of what requests depend on."""

from __future__ import annotations

from collections.abc import Iterator

from verified_buddy.linux import gfp
from verified_buddy.linux.node_zones import NodeZones
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.zone_type import NAMES
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.simulate.addresses import node_address, zone_address


def snapshot(nodes: NodeZones) -> Iterator[str]:
    """The lists of every zone, in order, and the types of all pageblocks; lines."""
    for ref, zone in sorted(nodes.zones.items()):
        yield zone_row(ref, zone)
        yield from lists_of(ref, zone)


def zone_row(ref: ZoneRef, zone: RequestZone) -> str:
    """Z: where the zone lies, and how much of it is free."""
    start, spanned = zone.mobility.start, zone.mobility.end - zone.mobility.start
    row = (start, spanned, spanned, zone.managed, zone.counter.read(), f"{zone_address(ref):#x}")
    return "\t".join(map(str, ("Z", *ref, NAMES[ref.zone], *row))) + "\n"


def lists_of(ref: ZoneRef, zone: RequestZone) -> Iterator[str]:
    """F, P and M: the zone's free lists, those of its CPUs, and its pageblocks."""
    place = f"{ref.node}\t{ref.zone}"
    for order, area in enumerate(zone.free_area.orders):
        for migratetype, blocks in enumerate(area.free_list):
            for position, pfn in enumerate(blocks):
                yield f"F\t{place}\t{order}\t{migratetype}\t{position}\t{pfn}\n"
    for cpu, lists in enumerate(zone.pcp):
        for pindex, blocks in enumerate(lists.lists):
            for position, (pfn, migratetype) in enumerate(blocks.items()):
                yield f"P\t{place}\t{cpu}\t{pindex}\t{position}\t{pfn}\t0\t{migratetype}\n"
    types = zone.mobility.pageblocks
    for start in range(pageblock_start(zone.mobility.start), zone.mobility.end, PAGEBLOCK_PAGES):
        yield f"M\t{place}\t{start}\t{types.migratetype(start)}\n"


def zonestate(nodes: NodeZones) -> Iterator[str]:
    """Marks, counters, limits and zonelists; lines."""
    cpus = ",".join(map(str, range(nodes.cpus)))
    machine = f"nr_online_nodes={len(nodes.specs)}\tnode_reclaim_mode=0\tmobility_off=0"
    yield f"G\tcpus={cpus}\t{machine}\tgfp_allowed_mask={gfp.ALL:#x}\n"
    for node, daemon in enumerate(nodes.kswapds):
        asked = f"kswapd_order={daemon.order}\tkswapd_hz={daemon.highest_zoneidx}"
        address = f"{node_address(node):#x}"
        yield f"N\tnode={node}\tpgdat={address}\t{asked}\tkswapd_failures={daemon.failures}\n"
        for index, zone in nodes.zones_of(node):
            yield figures_of(ZoneRef(node, index), zone)
            counter = zone.counter
            for cpu, (diff, threshold) in enumerate(zip(counter.diffs, counter.thresholds, strict=True)):
                yield f"D\tnode={node}\tzone={index}\tcpu={cpu}\tdiff={diff}\tthreshold={threshold}\n"
        for name, refs in nodes.zonelists[node]._asdict().items():
            order = " ".join(f"{ref.node}:{ref.zone}" for ref in refs)
            yield f"L\tnode={node}\tlist={name}\torder={order}\n"


def figures_of(ref: ZoneRef, zone: RequestZone) -> str:
    """Z: one zone."""
    pages = zone.mobility.end - zone.mobility.start
    figures = {
        "node": ref.node,
        "zone": ref.zone,
        "name": NAMES[ref.zone],
        "addr": f"{zone_address(ref):#x}",
        "managed": zone.managed,
        "present": pages,
        **zone.watermark._asdict(),
        "boost": zone.boost,
        "reserved_highatomic": zone.nr_reserved_highatomic,
        "lowmem_reserve": ",".join(map(str, zone.lowmem_reserve)),
        "nr_free_pages": zone.counter.value,
        "nr_isolate": zone.mobility.nr_isolate_pageblock,
        "flags": "0x0",
        "drift_mark": zone.drift_mark,
        "batch": zone.pcp[0].batch,
        "high_limit": zone.pcp[0].high,
    }
    return "\t".join(["Z", *(f"{key}={value}" for key, value in figures.items())]) + "\n"
