"""Memory is handed over: every zone gets its free pages, as Linux does when it starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from verified_buddy.boot.architecture import HIGHMEM, Architecture
from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, free_pages, node_memory
from verified_buddy.boot.page_ranges import Range, size, within
from verified_buddy.boot.zones import ZoneSpan, zone_spans
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.mobility import free_one_page, free_range
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, Pageblocks
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import ORDERS, Pfn


class Started(NamedTuple):
    """The zones of a machine that has started, and the pageblocks they share."""

    spans: tuple[ZoneSpan, ...]
    zones: dict[ZoneRef, LinuxZone]
    pageblocks: Pageblocks

    def reserved(self, zone: ZoneRef) -> int:
        """How many pages of the zone are memory, and were never handed over."""
        (span,) = (each for each in self.spans if (each.node, each.zone) == zone)
        return span.present - self.zones[zone].mobility.managed


def boot(memory_map: MemoryMap, architecture: Architecture, *, cpus: int = 1) -> Started:
    """The machine as it is when all free memory has been handed over, and none is used.

    Linux: memblock_free_all(), mm/memblock.c, with mem_init() of the architecture.  Raises InvalidCount.
    """
    spans = zone_spans(node_memory(memory_map, architecture), architecture)
    pageblocks = Pageblocks()
    for span in spans:
        set_types(pageblocks, span.memory)
    zones = {
        ZoneRef(span.node, span.zone): LinuxZone(Pfn(span.start), Pfn(span.end), pageblocks, cpus=cpus)
        for span in spans
    }
    free = free_pages(memory_map, architecture)
    for span in spans:
        zone = zones[ZoneRef(span.node, span.zone)]
        hand_over = free_highmem if architecture.zones[span.zone].name == HIGHMEM else free_lowmem
        for start, end in free_of(span, free):
            hand_over(zone, Pfn(start), Pfn(end))
    return Started(spans, zones, pageblocks)


def set_types(pageblocks: Pageblocks, ranges: Iterable[Range]) -> None:
    """Pageblocks whose first page is memory become movable, be they reserved or not; others stay unmovable.

    Linux: memmap_init_range(), mm/page_alloc.c.
    """
    for start, end in ranges:
        for pfn in range(-(-start // PAGEBLOCK_PAGES) * PAGEBLOCK_PAGES, end, PAGEBLOCK_PAGES):
            pageblocks.set(Pfn(pfn), MOVABLE)


def free_of(span: ZoneSpan, free: Sequence[NodeRegion]) -> tuple[Range, ...]:
    """What of the free pages is that zone's, ascending."""
    mine = (Range(each.start, each.end) for each in free if each.node == span.node)
    return within(mine, Range(span.start, span.end))


def free_lowmem(zone: LinuxZone, start: Pfn, end: Pfn) -> None:
    """Hand over a range as the greatest blocks that fit, ascending, each to the tail.

    Linux: __free_memory_core(), mm/memblock.c, with __free_pages_core(), mm/page_alloc.c.
    """
    zone.spans.add(start, end)
    free_range(zone.mobility, start, end, to_tail=True)
    zone.mobility.managed += size([Range(start, end)])


def free_highmem(zone: LinuxZone, start: Pfn, end: Pfn) -> None:
    """Hand over pages of high memory: one by one, ascending, as if each had been in use.

    Linux: add_highpages_with_active_regions() and free_highmem_page(), of which no CPU keeps any so early.
    """
    zone.spans.add(start, end)
    for pfn in range(start, end):
        migratetype = zone.mobility.pageblocks.migratetype(pfn)
        free_one_page(zone.mobility, Pfn(pfn), ORDERS[0], migratetype)
    zone.mobility.managed += size([Range(start, end)])


def free_reserved_page(zone: LinuxZone, pfn: Pfn, cpu: int = 0) -> None:
    """Hand over a reserved page later: an initrd's, or code that ran but once.

    The page is none of the zone's yet.  Linux: free_reserved_page(), include/linux/mm.h.  Raises what
    ``LinuxZone.free`` raises.
    """
    zone.spans.add(pfn, Pfn(pfn + 1))
    zone.live[pfn] = ORDERS[0]
    zone.free(pfn, ORDERS[0], cpu)
    zone.mobility.managed += 1
