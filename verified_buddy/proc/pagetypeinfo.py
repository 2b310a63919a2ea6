"""/proc/pagetypeinfo: the free blocks of each zone by type and order, and its pageblocks by type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from verified_buddy.pfn import MAX_ORDER, ORDERS
from verified_buddy.proc.buddyinfo import zone_prefix

TYPES: Final = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate")
"""By number, in a kernel without CMA.  Linux: migratetype_names[], mm/page_alloc.c."""

COUNTED_MOST: Final = 100_000
"""No list is counted further."""


class TypeCounts(NamedTuple):
    """The free blocks and the pageblocks of a zone that has memory."""

    node: int
    zone: str
    nr_free: Sequence[Sequence[int]]
    """By type, then by order."""
    pageblocks: Sequence[int]
    """By type."""


def show_pagetypeinfo(zones: Iterable[TypeCounts]) -> str:
    """The file; zones by node, from the lowest up, and each node with a head of its own.

    Linux: pagetypeinfo_show(), mm/vmstat.c.
    """
    return "".join(
        line for _, of_node in groupby(zones, lambda each: each.node) for line in node_lines([*of_node])
    )


def node_lines(zones: Sequence[TypeCounts]) -> Iterator[str]:
    """The lines about the zones of one node."""
    yield f"Page block order: {PAGEBLOCK_ORDER}\nPages per block:  {PAGEBLOCK_PAGES}\n\n"
    orders = "".join(f"{order:6d} " for order in ORDERS[: MAX_ORDER + 1])
    yield f"{'Free pages count per migrate type at order':<43} {orders}\n"
    for each in zones:
        for name, counts in zip(TYPES, each.nr_free, strict=True):
            shown = "".join(map(list_length, counts))
            yield f"Node {each.node:4d}, zone {each.zone:>8}, type {name:>12} {shown}\n"
    yield f"\n{'Number of blocks type ':<23}" + "".join(f"{name:>12} " for name in TYPES) + "\n"
    for each in zones:
        blocks = "".join(f"{count:12d} " for count in each.pageblocks)
        yield f"{zone_prefix(each.node, each.zone)}{blocks}\n"


def list_length(count: int) -> str:
    """The length of a list, as far as it is counted.

    Linux: pagetypeinfo_showfree_print(), mm/vmstat.c.
    """
    return f"{count:6d} " if count < COUNTED_MOST else f">{COUNTED_MOST:6d} "
