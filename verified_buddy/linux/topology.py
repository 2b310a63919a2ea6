"""What a machine is made of: which node has which pages and CPUs, and how far it is to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from verified_buddy.errors import InvalidCount, InvalidCpu, Overlap
from verified_buddy.linux.zone import CPUS_MOST, LinuxZone
from verified_buddy.linux.zonelist import LOCAL_DISTANCE, Node, ZoneRef
from verified_buddy.pfn import Pfn
from verified_buddy.zone import range_error, reject

REMOTE_DISTANCE: Final = 20
"""To another node, if nothing else is said; Linux: include/linux/topology.h."""


class ZoneSpec(NamedTuple):
    """A zone's type and its pages [start, end)."""

    zone: int
    start: int
    end: int


class NodeSpec(NamedTuple):
    """A node: its zones from the lowest type up, its CPUs, and how far it is to each node."""

    zones: Sequence[tuple[int, int, int]]
    cpus: Sequence[int] = ()
    distances: Sequence[int] = ()
    """() if all others are as far as nodes usually are."""
    hand_over: Callable[[LinuxZone], object] | None = None
    """What gives a zone its memory; None if it has all that it spans."""


def described(specs: Sequence[NodeSpec], number: int) -> Node:
    """One of the nodes, as zonelists need it."""
    spec = specs[number]
    usual = [LOCAL_DISTANCE if node == number else REMOTE_DISTANCE for node in range(len(specs))]
    zones = [zone for zone, _, _ in spec.zones]
    return Node(zones, spec.distances or usual, has_cpus=len(spec.cpus) > 0)


def count_cpus(specs: Sequence[NodeSpec]) -> int:
    """How many CPUs the nodes have, each once and numbered from 0.  Raises InvalidCount, InvalidCpu."""
    cpus = [cpu for spec in specs for cpu in spec.cpus]
    if not 1 <= len(cpus) <= CPUS_MOST:
        raise InvalidCount(len(cpus), 1, CPUS_MOST)
    seen = set[int]()
    for cpu in cpus:
        if type(cpu) is not int or not 0 <= cpu < len(cpus) or cpu in seen:
            raise InvalidCpu(cpu, len(cpus) - 1)
        seen.add(cpu)
    return len(cpus)


def sorted_zones(specs: Sequence[NodeSpec]) -> list[tuple[Pfn, Pfn, ZoneRef]]:
    """All zones by their pages, of which none has two.  Raises InvalidRange, Overlap."""
    found: list[tuple[Pfn, Pfn, ZoneRef]] = []
    for node, spec in enumerate(specs):
        for zone, start, end in spec.zones:
            reject(range_error(start, end))
            found.append((Pfn(start), Pfn(end), ZoneRef(node, zone)))
    found.sort()
    for (_, end, _), (start, after, _) in pairwise(found):
        if start < end:
            raise Overlap(start, after)
    return found
