"""The memory that firmware describes, byte by byte; and which whole pages each node has, or hands over."""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.boot.architecture import Architecture
from verified_buddy.boot.page_ranges import (
    PAGE_SIZE,
    Range,
    joined,
    overlap,
    pages_within,
    size,
    within,
    without,
)

MISSING_MOST: Final = 256
"""If the nodes lack so many pages of memory, they are not believed.

Linux: numa_meminfo_cover_memory(), arch/x86/mm/numa.c.
"""


class Region(NamedTuple):
    """Bytes of the map, and whether they are usable memory."""

    start: int
    end: int
    usable: bool


class NodeRegion(NamedTuple):
    """Bytes, or pages, of a node."""

    node: int
    start: int
    end: int


class MemoryMap(NamedTuple):
    """What is known of a machine's memory before anything is handed out; bytes throughout."""

    regions: tuple[Region, ...]
    nodes: tuple[NodeRegion, ...] = ()
    """Whose memory is where; none where nobody says so, and then all is node 0's."""
    reserved: tuple[Range, ...] = ()
    """What is in use already: the kernel, its initrd, its tables."""


def memory(memory_map: MemoryMap, architecture: Architecture) -> tuple[Range, ...]:
    """The pages that are usable as a whole, and in no region that is not; ascending.

    Where regions overlap, what is not usable wins.
    Linux: e820__update_table() and e820__memblock_setup(), arch/x86/kernel/e820.c.
    """
    usable = joined(Range(each.start, each.end) for each in memory_map.regions if each.usable)
    others = [Range(each.start, each.end) for each in memory_map.regions if not each.usable]
    whole = (pages_within(*each) for each in without(usable, joined([*others, *architecture.removed])))
    return within(whole, Range(0, architecture.top))


def node_memory(memory_map: MemoryMap, architecture: Architecture) -> tuple[NodeRegion, ...]:
    """Which pages each node has, ascending; all are node 0's, if the nodes do not cover the memory.

    A page of which two nodes have a part is neither's.
    Linux: numa_init(), arch/x86/mm/numa.c, and for_each_mem_pfn_range(), include/linux/memblock.h.
    """
    pages = memory(memory_map, architecture)
    if not memory_map.nodes or not_covered(memory_map, architecture) >= MISSING_MOST:
        return tuple(NodeRegion(0, *each) for each in pages)
    found = [
        NodeRegion(node, *each)
        for node in sorted({region.node for region in memory_map.nodes})
        for each in pages_of_node(memory_map, node, pages)
    ]
    return tuple(sorted(found, key=lambda each: each.start))


def pages_of_node(memory_map: MemoryMap, node: int, pages: tuple[Range, ...]) -> tuple[Range, ...]:
    """Which of these pages are that node's as a whole, ascending."""
    mine = joined(Range(each.start, each.end) for each in memory_map.nodes if each.node == node)
    cut = [
        pages_within(*overlap(Range(start * PAGE_SIZE, end * PAGE_SIZE), each))
        for start, end in pages
        for each in mine
    ]
    return tuple(each for each in cut if each.start < each.end)


def not_covered(memory_map: MemoryMap, architecture: Architecture) -> int:
    """How many pages of memory are no node's as a whole."""
    pages = memory(memory_map, architecture)
    nodes = {region.node for region in memory_map.nodes}
    return size(pages) - sum(size(pages_of_node(memory_map, node, pages)) for node in nodes)


def free_pages(memory_map: MemoryMap, architecture: Architecture) -> tuple[NodeRegion, ...]:
    """The pages of which no byte is reserved, by node, ascending: what is handed over.

    Linux: free_low_memory_core_early() and __free_memory_core(), mm/memblock.c.
    """
    reserved = joined([*memory_map.reserved, *architecture.reserved])
    found = [
        NodeRegion(node, *pages_within(*each))
        for node, start, end in node_memory(memory_map, architecture)
        for each in without([Range(start * PAGE_SIZE, end * PAGE_SIZE)], reserved)
    ]
    return tuple(each for each in found if each.start < each.end)
