"""States that no event leads to: a snapshot, and a machine that has just started."""

from __future__ import annotations

from collections.abc import Iterator

from verified_buddy.free_area import FreeArea
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.pcp import pindex_to_order
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.zone_type import NAMES
from verified_buddy.replay.snapshot import Snapshot, ZoneId
from verified_buddy.show.kinds import Kind, code, free_kind
from verified_buddy.show.state import ShownZone, State

Extent = tuple[ZoneId, str, int, int]
"""A zone's number and name, its first page and the one after its last."""


def zones_named(extents: list[Extent]) -> tuple[ShownZone, ...]:
    """The zones, ascending; with the node's number where there is more than one."""
    several = len({zone[0] for zone, *_ in extents}) > 1
    return tuple(
        ShownZone(f"node {zone[0]} {name}" if several else name, start, end)
        for zone, name, start, end in sorted(extents, key=lambda each: each[2])
    )


def extents_of(snapshot: Snapshot) -> list[Extent]:
    """Where the snapshot's zones lie."""
    return [(row.zone, row.name, row.start, row.start + row.spanned) for row in snapshot.zones.values()]


def of_snapshot(title: str, snapshot: Snapshot) -> State:
    """The lists of a stopped kernel; what is on none is in use, or a hole."""
    blocks: dict[int, int] = {row.pfn: code(free_kind(row.migratetype), row.order) for row in snapshot.free}
    blocks |= {row.pfn: code(Kind.PER_CPU, pindex_to_order(row.pindex)) for row in snapshot.pcp}
    zones = zones_named(extents_of(snapshot))
    return State(title, zones, blocks, holes=gaps(zones))


def of_machine(title: str, specs: list[NodeSpec]) -> State:
    """A machine of those nodes, just started."""
    nodes = Nodes(specs)
    extents: list[Extent] = []
    blocks: dict[int, int] = {}
    for ref, zone in nodes.zones.items():
        start, end = zone.mobility.start, zone.mobility.end
        extents.append(((ref.node, ref.zone), NAMES[ref.zone], start, end))
        blocks |= free_blocks(zone.free_area)
    zones = zones_named(extents)
    return State(title, zones, blocks, holes=gaps(zones))


def free_blocks(area: FreeArea) -> dict[int, int]:
    """By first page: the blocks on the lists."""
    return {pfn: code(free_kind(migratetype), order) for pfn, order, migratetype in area.blocks()}


def gaps(zones: tuple[ShownZone, ...]) -> tuple[tuple[int, int], ...]:
    """What lies between zones."""
    return tuple(_gaps(zones))


def _gaps(zones: tuple[ShownZone, ...]) -> Iterator[tuple[int, int]]:
    at = 0
    for zone in zones:
        if at < zone.start:
            yield at, zone.start
        at = zone.end
