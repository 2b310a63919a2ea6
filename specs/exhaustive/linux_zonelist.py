"""Zonelists of small machines, what they give to requests, and which nodes make no machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model.zonelist import Machine, Ref, zonelists

FAR = (10, 20, 30)
BOTH = (False, True)
DMA, DMA32, NORMAL, MOVABLE, DEVICE = range(5)
ZONES = ((), (DMA32,), (DMA, DMA32, NORMAL), (DMA, MOVABLE))
OF_FOUR = ((DMA, DMA32), (NORMAL,), (NORMAL, MOVABLE), (NORMAL,))
SIZES = (
    "one or two nodes: with no zone, one, two or three; each with and without CPUs; distances 10, 20, 30 or "
    "255, in each direction",
    "three nodes: all distances of 10, 20 and 30 in each direction; each with and without CPUs; all with "
    "memory, or one without",
    "four nodes: all distances of 10, 20 and 30, the same in both directions; each with and without CPUs",
)


def rows(nodes: int, distances: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The distances of each node, from those of each pair of nodes in both directions."""
    left = iter(distances)
    return tuple(tuple(10 if to == node else next(left) for to in range(nodes)) for node in range(nodes))


def symmetric(distances: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The distances of four nodes, each given once."""
    a, b, c, d, e, f = distances
    return (10, a, b, c), (a, 10, d, e), (b, d, 10, f), (c, e, f, 10)


def machines() -> Iterator[Machine]:
    """All of them."""
    for nodes in (1, 2):
        for far in product((*FAR, 255), repeat=nodes * (nodes - 1)):
            for zones, cpus in product(product(ZONES, repeat=nodes), product(BOTH, repeat=nodes)):
                yield Machine(zones, rows(nodes, far), cpus)
    with_memory = (OF_FOUR[:3], *((*OF_FOUR[:at], (), *OF_FOUR[at + 1 : 3]) for at in range(3)))
    for far in product(FAR, repeat=6):
        distances = rows(3, far)
        for zones, cpus in product(with_memory, product(BOTH, repeat=3)):
            yield Machine(zones, distances, cpus)
        distances = symmetric(far)
        for cpus in product(BOTH, repeat=4):
            yield Machine(OF_FOUR, distances, cpus)


def orderly(machine: Machine, node: int, fallback: Sequence[Ref], nofallback: Sequence[Ref]) -> str:
    """Every zone once, its own first, each node's together, the highest first; if it must stay, its own."""
    own = [ref for ref in fallback if ref[0] == node]
    every = [(each, zone) for each, zones in enumerate(machine.zones) for zone in zones]
    nodes = list(dict.fromkeys(ref[0] for ref in fallback))
    if sorted(fallback) != every:
        return "these are not the zones of the machine, each once"
    if list(fallback) != sorted(fallback, key=lambda ref: (nodes.index(ref[0]), -ref[1])):
        return "a node's zones are not together, the highest first"
    if list(fallback[: len(own)]) != own:
        return "its own zones are not the first"
    return "" if list(nofallback) == own else "its own zones are not those that it may not leave"


def visit(subject: Subject, _: int) -> Visited:
    """The lists of each node are orderly, and those of the definition."""
    module, count = subject.linux.zonelist, 0
    for machine in machines():
        nodes = tuple(map(module.Node, *machine))
        before = nodes
        for node, (mine, theirs) in enumerate(
            zip(module.build_all_zonelists(nodes), zonelists(machine), strict=True)
        ):
            count += 1
            wrong = orderly(machine, node, *mine)
            if wrong or tuple(map(list, mine)) != theirs or nodes != before:
                says = f"node {node} of {machine} looks at {list(map(tuple, mine.fallback))}"
                raise Refuted(says, wrong or f"by definition it looks at {theirs[0]}")
    return Visited(count, count)


REFS = tuple(product((0, 1), range(5)))
MASKS: tuple[frozenset[int] | None, ...] = (None, *map(frozenset, ((), (0,), (1,), (0, 1))))


def given(subject: Subject, _: int) -> Visited:
    """Of every list, just the zones up to the index and of the mask's nodes, in order; first the first."""
    module, count = subject.linux.zonelist, 0
    for many in range(4):
        for refs in product(REFS, repeat=many):
            zonelist = tuple(module.ZoneRef(*ref) for ref in refs)
            for highest, mask in product(range(5), MASKS):
                count += 1
                wanted = [ref for ref in refs if not ref[1] > highest]
                wanted = wanted if mask is None else [ref for ref in wanted if {ref[0]} <= mask]
                got = list(module.eligible(zonelist, highest, mask))
                first = module.first_zone(zonelist, highest, mask)
                if got != wanted or first != (wanted[0] if wanted else None):
                    says = f"of {refs}, up to zone {highest} and with nodes {mask}: {got}, first {first}"
                    raise Refuted(says, f"it should be {wanted}")
    return Visited(count, count)


SOME: tuple[Any, ...] = (0, 1, 9, 10, 11, 255, 256, -10, 10.0, True, None)
"""What distances may be, and may not be."""


def is_wrong(zones: Sequence[Any], distances: Sequence[Any], node: int, nodes: int) -> str:
    """The error that such a node makes; none, if it may be one."""
    if any(type(zone) is not int or zone not in range(5) for zone in zones):
        return "InvalidZones"
    if any(not low < high for low, high in pairwise(zones)):
        return "InvalidZones"
    if len(distances) != nodes or distances[node] != 10:
        return "InvalidDistance"
    return "" if all(type(each) is int and 10 <= each < 256 for each in distances) else "InvalidDistance"


def described() -> Iterator[list[tuple[Any, ...]]]:
    """Nodes of one or two, each of them right or wrong."""
    for many in range(3):
        for zones in product(range(-1, 6), repeat=many):
            yield [(zones, (10,))]
            yield [((), (10, 20)), (zones, (20, 10))]
    for many in range(4):
        for distances in product(SOME, repeat=many):
            yield [((1,), distances)]
            yield [((1,), distances), ((1,), (20, 10))]


def refused(subject: Subject, _: int) -> Visited:
    """Nodes that make no machine are refused for the first reason there is; what may be asked for is told."""
    module, count = subject.linux.zonelist, 0
    for described_nodes in (*described(), [], [((), (10,) * 1025)] * 1025):
        count += 1
        nodes = [module.Node(*each) for each in described_nodes]
        wrong = "" if 0 < len(nodes) < 1025 else "InvalidCount"
        for number, node in enumerate(nodes):
            wrong = wrong or is_wrong(node.zones, node.distances, number, len(nodes))
        try:
            lists, raised = module.build_all_zonelists(nodes), ""
        except subject.errors.BuddyError as error:
            lists, raised = None, type(error).__name__
        if raised != wrong:
            says = f"nodes {described_nodes[:2]}: {raised or lists}"
            raise Refuted(says, f"expected {wrong or 'lists'}")
    given: tuple[object, ...] = (-1, 0, 1, 2, True, 0.0, None, "0")
    for node, nodes_of in product(given, (1, 2)):
        count += 1
        told = module.node_error(node, nodes_of)
        if (told is None) != (type(node) is int and node in range(nodes_of)):
            raise Refuted(f"node {node!r} of {nodes_of}", f"said is {told}")
    return Visited(count, count)
