"""The zonelists of a machine by definition, from the semantics alone: section 6.4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Ref = tuple[int, int]
"""A node, and one of its zones."""


class Machine(NamedTuple):
    """By node: which zones have memory, the distances to all nodes, whether it has CPUs."""

    zones: tuple[tuple[int, ...], ...]
    distances: tuple[tuple[int, ...], ...]
    cpus: tuple[bool, ...]


def wanted(machine: Machine, local: int, node: int, load: Sequence[int]) -> tuple[int, int, int]:
    """What is compared of two nodes, the first thing first; the lesser is better."""
    before, headless = node < local, not machine.cpus[node]
    return machine.distances[local][node] + before + (not headless), load[node], node


def fallback_orders(machine: Machine) -> list[list[int]]:
    """For each node the nodes in the order in which it falls back to them.

    Lists are made in the order of the nodes, and each first node of another distance than the one before
    it is less wanted in what follows.
    """
    load = [0] * len(machine.zones)
    orders = []
    for local in range(len(machine.zones)):
        order, distance = [local], machine.distances[local][local]
        left = {node for node, zones in enumerate(machine.zones) if zones and node != local}
        while left:
            best = sorted(left, key=lambda node: wanted(machine, local, node, load))[0]
            if machine.distances[local][best] != distance:
                distance, load[best] = machine.distances[local][best], load[best] + 1
            order.append(best)
            left.remove(best)
        orders.append(order)
    return orders


def own_zones(machine: Machine, node: int) -> list[Ref]:
    """Those that have memory, the highest first."""
    return [(node, zone) for zone in sorted(machine.zones[node], reverse=True)]


def zonelists(machine: Machine) -> list[tuple[list[Ref], list[Ref]]]:
    """For each node: what its requests look at, and what they look at if they must stay."""
    return [
        ([ref for node in order for ref in own_zones(machine, node)], own_zones(machine, local))
        for local, order in enumerate(fallback_orders(machine))
    ]
