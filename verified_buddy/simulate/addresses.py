"""Where the machine would keep its nodes, zones and pages, as probes name them."""

from __future__ import annotations

from typing import Final

from verified_buddy.linux.zonelist import ZoneRef

VMEMMAP: Final = 0xFFFFEA0000000000
"""Of the first page's descriptor.  Linux: vmemmap of x86-64 with four levels of page tables."""
PAGE_STRUCT_BITS: Final = 6
PGDAT: Final = 0xFFFF88800F9A7000
PGDAT_BYTES: Final = 0x8000
ZONE_BYTES: Final = 0x600
"""The zones are the first member of a node."""
NODEMASK: Final = 0xFFFFC90000100000
"""Of the nodemask of any request that has one."""


def node_address(node: int) -> int:
    """Where the node is.  Linux: struct pglist_data."""
    return PGDAT + node * PGDAT_BYTES


def zone_address(ref: ZoneRef) -> int:
    """Where the zone is.  Linux: struct zone."""
    return node_address(ref.node) + ref.zone * ZONE_BYTES


def page_address(pfn: int | None) -> str:
    """Where the page's descriptor is, as a probe prints it; 0 for none."""
    return "0x0" if pfn is None else f"{VMEMMAP + (pfn << PAGE_STRUCT_BITS):#x}"
