"""The zones of each node: from where to where, which of their pages are memory, and what lies in holes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from verified_buddy.boot.architecture import Architecture, ZoneRow
from verified_buddy.boot.memory_map import NodeRegion
from verified_buddy.boot.page_ranges import Range, overlap, size, within
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.linux.zonelist import LOCAL_DISTANCE, Node

SECTION_PAGES: Final = 1 << 15
"""Pages have descriptors by whole sections of 128 MiB.  Linux: SECTION_SIZE_BITS, x86-64 and SPARSEMEM."""

TYPES: Final = 5
"""Linux: MIGRATE_TYPES without CMA."""


class ZoneSpan(NamedTuple):
    """One zone of a node, by number: the pages [start, end), and those of them that are memory."""

    node: int
    zone: int
    start: int
    end: int
    memory: tuple[Range, ...]

    @property
    def spanned(self) -> int:
        """Its pages, with those in holes.  Linux: spanned_pages of struct zone."""
        return self.end - self.start

    @property
    def present(self) -> int:
        """Its pages that are memory.  Linux: present_pages of struct zone."""
        return size(self.memory)


def zone_limits(architecture: Architecture, first: int, end: int) -> tuple[Range, ...]:
    """Where each zone may have pages, if memory goes from the first page to before the end: without gaps.

    Linux: arch_zone_limits_init(), and free_area_init(), mm/page_alloc.c.
    """
    base = first if architecture.from_base else 0
    found: list[Range] = []
    low = first
    for row in architecture.zones:
        found.append(zone_limit(row, base, low, end))
        low = found[-1].end
    return tuple(found)


def zone_limit(row: ZoneRow, base: int, low: int, end: int) -> Range:
    """Where one zone may have pages, of which none is below what the zones below it leave."""
    above = end if row.limit is None else min(base + row.limit, end)
    return Range(low, max(above, low))


def zone_spans(regions: Sequence[NodeRegion], architecture: Architecture) -> tuple[ZoneSpan, ...]:
    """The zones that span anything, by node and number, from the pages of each node, ascending.

    Linux: calculate_node_totalpages() and zone_spanned_pages_in_node(), mm/page_alloc.c.
    """
    if not regions:
        return ()
    limits = zone_limits(architecture, regions[0].start, max(each.end for each in regions))
    found: list[ZoneSpan] = []
    for node in sorted({each.node for each in regions}):
        mine = [Range(each.start, each.end) for each in regions if each.node == node]
        whole = Range(mine[0].start, mine[-1].end)
        for zone, limit in enumerate(limits):
            start, end = overlap(whole, limit)
            if start < end:
                found.append(ZoneSpan(node, zone, start, end, within(mine, Range(start, end))))
    return tuple(found)


def unavailable(regions: Sequence[NodeRegion], zones: Sequence[ZoneSpan]) -> tuple[tuple[int, int, int], ...]:
    """The pages with descriptors that are no memory: for each hole its node, its zone, how many.

    A hole counts to the zone of the memory behind it, what follows all memory of a section to the last one.
    Linux: memmap_init() and init_unavailable_range(), mm/page_alloc.c.
    """
    pieces = [
        (each.node, zone.zone, *part)
        for each in regions
        for zone in zones
        if zone.node == each.node
        for part in within([Range(each.start, each.end)], Range(zone.start, zone.end))
    ]
    sections = {
        number
        for each in regions
        for number in range(each.start // SECTION_PAGES, (each.end - 1) // SECTION_PAGES + 1)
    }
    found: list[tuple[int, int, int]] = []
    node, number, done = 0, 0, 0
    for node, number, start, end in pieces:
        found.append((node, number, described(sections, done, start)))
        done = end
    found.append((node, number, described(sections, done, -(-done // SECTION_PAGES) * SECTION_PAGES)))
    return tuple(each for each in found if each[2] > 0)


def described(sections: set[int], start: int, end: int) -> int:
    """How many pages of [start, end) lie in those sections."""
    every = (Range(each * SECTION_PAGES, (each + 1) * SECTION_PAGES) for each in sections)
    return size(within(every, Range(start, end)))


def groups_by_mobility(pages: int) -> bool:
    """Whether pages are grouped by mobility: if there is a pageblock of each type for so many pages.

    The pages are those of all zones, less their high watermarks.  Linux: build_all_zonelists().
    """
    return pages >= PAGEBLOCK_PAGES * TYPES


def nodes_of(zones: Sequence[ZoneSpan], distances: Sequence[Sequence[int]] = ()) -> tuple[Node, ...]:
    """The nodes that zonelists are built from, with their populated zones; all 20 apart, unless it is known.

    Linux: populated_zone(), include/linux/mmzone.h, and REMOTE_DISTANCE, include/linux/topology.h.
    """
    count = max((each.node for each in zones), default=-1) + 1
    far = distances or [
        [LOCAL_DISTANCE if node == other else 2 * LOCAL_DISTANCE for other in range(count)]
        for node in range(count)
    ]
    return tuple(
        Node([each.zone for each in zones if each.node == node and each.present > 0], far[node])
        for node in range(count)
    )
