"""In which order a request looks at the zones of a machine: its own node's first, the highest first."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from verified_buddy.errors import InvalidCount, InvalidDistance, InvalidNode, InvalidZones
from verified_buddy.linux.zone_type import NR_ZONES
from verified_buddy.zone import reject

NODES_SHIFT: Final = 10
"""Linux: CONFIG_NODES_SHIFT as Debian sets it."""

MAX_NUMNODES: Final = 1 << NODES_SHIFT
"""No machine has more nodes, and no node is the first of a distance for more of them."""

LOCAL_DISTANCE: Final = 10
"""From a node to itself; Linux: include/linux/topology.h."""

DISTANCE_MOST: Final = 255


class ZoneRef(NamedTuple):
    """One zone of one node.  Linux: struct zoneref, include/linux/mmzone.h."""

    node: int
    zone: int


class Node(NamedTuple):
    """A node: which of its zones have memory, ascending, and how far it is to each node of the machine."""

    zones: Sequence[int]
    distances: Sequence[int]
    has_cpus: bool = True


class Zonelists(NamedTuple):
    """The zones for the requests of one node.  Linux: node_zonelists of struct pglist_data."""

    fallback: tuple[ZoneRef, ...]
    nofallback: tuple[ZoneRef, ...]
    """For requests that must stay on the node."""


def weight(nodes: Sequence[Node], local: int, node: int, load: int) -> int:
    """How little one likes to go from a node to another: what is nearest is least.

    At the same distance the nodes after one's own come before those in front of it, those without CPUs
    before others, and then those that are the first choice of fewer nodes.
    Linux: the value that find_next_best_node() computes, mm/page_alloc.c.
    """
    far = nodes[local].distances[node] + (1 if node < local else 0) + (1 if nodes[node].has_cpus else 0)
    return (far << NODES_SHIFT) + load


def next_best_node(
    nodes: Sequence[Node], local: int, used: Collection[int], load: Sequence[int]
) -> int | None:
    """The node to fall back to after those that are used; the local one is the first, even without memory.

    Linux: find_next_best_node(), mm/page_alloc.c.
    """
    if local not in used:
        return local
    best, least = None, 0
    for node, each in enumerate(nodes):
        if node not in used and len(each.zones) > 0:
            value = weight(nodes, local, node, load[node])
            if best is None or value < least:
                best, least = node, value
    return best


def node_order(nodes: Sequence[Node], local: int, load: list[int]) -> list[int]:
    """All nodes in the order in which that one falls back to them; counts for whom it loads which.

    Linux: build_zonelists(), mm/page_alloc.c.
    """
    distances, order, before = nodes[local].distances, list[int](), local
    while (node := next_best_node(nodes, local, order, load)) is not None:
        if distances[node] != distances[before]:
            load[node] += 1
        order.append(node)
        before = node
    return order


def node_zones(nodes: Sequence[Node], node: int) -> tuple[ZoneRef, ...]:
    """The zones of a node that have memory, the highest first.

    Linux: build_zonerefs_node(), mm/page_alloc.c.
    """
    return tuple(ZoneRef(node, zone) for zone in reversed(nodes[node].zones))


def build_all_zonelists(nodes: Sequence[Node]) -> tuple[Zonelists, ...]:
    """The lists of each node of a machine.

    Linux: build_all_zonelists(), mm/page_alloc.c.  Raises InvalidCount, InvalidDistance, InvalidZones.
    """
    reject(machine_error(nodes))
    load = [0] * len(nodes)
    orders = [node_order(nodes, local, load) for local in range(len(nodes))]
    return tuple(
        Zonelists(tuple(ref for node in order for ref in node_zones(nodes, node)), node_zones(nodes, local))
        for local, order in enumerate(orders)
    )


def machine_error(nodes: Sequence[Node]) -> InvalidCount | InvalidDistance | InvalidZones | None:
    """What is wrong with these nodes; None if they make a machine."""
    if not 0 < len(nodes) <= MAX_NUMNODES:
        return InvalidCount(len(nodes), 1, MAX_NUMNODES)
    for number, node in enumerate(nodes):
        if list(node.zones) != [zone for zone in range(NR_ZONES) if zone in node.zones]:
            return InvalidZones(number, node.zones)
        if not is_row_of_distances(node.distances, number, len(nodes)):
            return InvalidDistance(number, node.distances)
    return None


def is_row_of_distances(distances: Sequence[int], node: int, nodes: int) -> bool:
    """Whether a node may be that far from each."""
    return (
        len(distances) == nodes
        and distances[node] == LOCAL_DISTANCE
        and all(type(each) is int and LOCAL_DISTANCE <= each <= DISTANCE_MOST for each in distances)
    )


def node_error(node: object, nodes: int) -> InvalidNode | None:
    """Why no request can begin at that node of so many; None if one can."""
    return None if type(node) is int and 0 <= node < nodes else InvalidNode(node, nodes - 1)


def eligible(
    zonelist: Iterable[ZoneRef], highest_zoneidx: int, nodemask: Container[int] | None
) -> Iterator[ZoneRef]:
    """The zones that may serve a request, in order: none above that index, and only nodes of the mask.

    Linux: for_each_zone_zonelist_nodemask(), include/linux/mmzone.h.
    """
    for ref in zonelist:
        if ref.zone <= highest_zoneidx and (nodemask is None or ref.node in nodemask):
            yield ref


def first_zone(
    zonelist: Iterable[ZoneRef], highest_zoneidx: int, nodemask: Container[int] | None
) -> ZoneRef | None:
    """The preferred zone of a request; None if no zone may serve it.

    Linux: first_zones_zonelist(), include/linux/mmzone.h.
    """
    return next(eligible(zonelist, highest_zoneidx, nodemask), None)
