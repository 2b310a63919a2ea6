"""How a replay ends: its lists beside those of a snapshot that was made then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.linux.pcp import NR_PCP_LISTS
from verified_buddy.pfn import MAX_ORDER, ORDERS, Pfn
from verified_buddy.replay.machine import Machine, ReplayZone


@dataclass(frozen=True, slots=True)
class Unequal:
    """A list that is not as it should be."""

    name: str
    pages: tuple[Pfn, ...]
    """The blocks that only one of the two has, by their first pages; none if only the order differs."""
    place: int
    """The first position at which the two differ."""


@dataclass(slots=True)
class Final:
    """How many lists and pageblocks were compared, and those that differ."""

    lists: int = 0
    pcp_lists: int = 0
    pageblocks: int = 0
    unequal: list[Unequal] = field(default_factory=list)
    unequal_pcp: list[Unequal] = field(default_factory=list)
    wrong_pageblocks: list[Pfn] = field(default_factory=list)
    undetermined: list[Unequal] = field(default_factory=list)
    """Those that may differ: what moved their blocks, the trace cannot tell."""


def compare(machine: Machine, expected: Machine) -> Final:
    """Every list of every zone, in order, and the type of every pageblock."""
    final = Final()
    cpus = {cpu for each in (machine, expected) for zone in each.zones.values() for cpu in zone.cpus}
    for zone_id, zone in expected.zones.items():
        mine = machine.zones[zone_id]
        for name, got, want in free_lists(mine, zone):
            final.lists += 1
            if got != want:
                final.unequal.append(unequal(f"{zone.row.name}, {name}", got, want))
        for cpu in sorted(cpus):
            for pindex in range(NR_PCP_LISTS):
                final.pcp_lists += 1
                lists = [list(each.lists(cpu).pcp.lists[pindex]) for each in (mine, zone)]
                if lists[0] != lists[1]:
                    name = f"{zone.row.name}, CPU {cpu}, list {pindex}"
                    final.unequal_pcp.append(unequal(name, *lists))
    for pfn, migratetype in expected.pageblocks.types():
        final.pageblocks += 1
        if machine.pageblocks.migratetype(pfn) != migratetype:
            final.wrong_pageblocks.append(pfn)
    return final


def free_lists(mine: ReplayZone, zone: ReplayZone) -> Iterator[tuple[str, list[Pfn], list[Pfn]]]:
    """Each free list of both, by name."""
    for order in ORDERS[: MAX_ORDER + 1]:
        for migratetype in range(MIGRATETYPES):
            got, want = (list(each.zone.free_area[order].free_list[migratetype]) for each in (mine, zone))
            yield f"order {order}, type {migratetype}", got, want


def unequal(name: str, got: list[Pfn], want: list[Pfn]) -> Unequal:
    """How the two lists differ."""
    pages = sorted(set(got) ^ set(want))
    pairs = enumerate(zip(got, want, strict=False))
    place = next((index for index, (one, two) in pairs if one != two), min(len(got), len(want)))
    return Unequal(name, tuple(pages), place)
