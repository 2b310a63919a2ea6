"""The order in which a request looks at zones, beside the lists of recorded kernels."""

from __future__ import annotations

import pytest

from tests.linux import zone_states
from verified_buddy.errors import InvalidCount, InvalidDistance, InvalidNode, InvalidZones
from verified_buddy.linux.zone_type import DMA, DMA32, MOVABLE, NORMAL
from verified_buddy.linux.zonelist import (
    Node,
    ZoneRef,
    build_all_zonelists,
    eligible,
    first_zone,
    node_error,
)

REMOTE = 20
"""QEMU's distance from one node to another."""


@pytest.mark.parametrize("name", zone_states.NAMES)
def test_zonelists_are_those_that_the_kernel_had(name: str) -> None:
    populated: dict[int, list[int]] = {int(row["node"]): [] for row in zone_states.rows(name, "N")}
    for row in zone_states.rows(name, "Z"):
        populated[int(row["node"])].append(int(row["zone"]))
    nodes = [
        Node(zones, [10 if other == node else REMOTE for other in populated])
        for node, zones in populated.items()
    ]
    lists = build_all_zonelists(nodes)
    rows = list(zone_states.rows(name, "L"))
    assert len(rows) == 2 * len(lists)
    for row in rows:
        mine = lists[int(row["node"])]
        wanted = mine.fallback if row["list"] == "fallback" else mine.nofallback
        assert " ".join(f"{ref.node}:{ref.zone}" for ref in wanted) == row["order"]


def fallback_order(nodes: list[Node], local: int) -> list[int]:
    """The nodes as they come in its list."""
    return list(dict.fromkeys(ref.node for ref in build_all_zonelists(nodes)[local].fallback))


def test_nodes_of_one_distance_are_taken_in_turn() -> None:
    """Each next node begins behind itself, and nobody's first choice is chosen by all."""
    nodes = [Node((NORMAL,), [10 if other == node else 20 for other in range(4)]) for node in range(4)]
    assert [fallback_order(nodes, local) for local in range(4)] == [
        [0, 1, 2, 3],
        [1, 2, 3, 0],
        [2, 3, 0, 1],
        [3, 0, 1, 2],
    ]


def test_two_near_pairs() -> None:
    """Each of the far nodes is the first choice of one of the near ones."""
    near = [[10, 11, 20, 20], [11, 10, 20, 20], [20, 20, 10, 11], [20, 20, 11, 10]]
    nodes = [Node((NORMAL,), row) for row in near]
    assert [fallback_order(nodes, local) for local in range(4)] == [
        [0, 1, 2, 3],
        [1, 0, 3, 2],
        [2, 3, 0, 1],
        [3, 2, 1, 0],
    ]


def test_nodes_without_cpus_are_used_first_and_nodes_without_memory_never() -> None:
    nodes = [
        Node((DMA, DMA32), (10, 20, 20, 20)),
        Node((NORMAL,), (20, 10, 20, 20)),
        Node((NORMAL, MOVABLE), (20, 20, 10, 20), has_cpus=False),
        Node((), (20, 20, 20, 10)),
    ]
    lists = build_all_zonelists(nodes)
    assert lists[0].fallback == ((0, DMA32), (0, DMA), (2, MOVABLE), (2, NORMAL), (1, NORMAL))
    assert lists[3].nofallback == ()
    assert {ref.node for ref in lists[3].fallback} == {0, 1, 2}


def test_requests_look_downwards_and_where_they_may() -> None:
    zonelist = [ZoneRef(0, NORMAL), ZoneRef(0, DMA32), ZoneRef(1, NORMAL), ZoneRef(1, DMA)]
    assert list(eligible(zonelist, MOVABLE, None)) == zonelist
    assert list(eligible(zonelist, DMA32, None)) == [(0, DMA32), (1, DMA)]
    assert list(eligible(zonelist, NORMAL, {1})) == [(1, NORMAL), (1, DMA)]
    assert first_zone(zonelist, DMA, None) == (1, DMA)
    assert first_zone(zonelist, MOVABLE, {1, 2}) == (1, NORMAL)
    assert first_zone(zonelist, DMA, {0}) is None
    assert first_zone(zonelist, MOVABLE, ()) is None


def test_nodes_that_make_no_machine_are_refused() -> None:
    for zones in ((DMA32, DMA), (DMA, DMA), (5,), (-1,)):
        with pytest.raises(InvalidZones):
            build_all_zonelists([Node(zones, (10,))])
    for distances in ((), (20,), (10, 20)):
        with pytest.raises(InvalidDistance):
            build_all_zonelists([Node((DMA,), distances)])
    for far in (9, 256):
        with pytest.raises(InvalidDistance):
            build_all_zonelists([Node((DMA,), (10, far)), Node((DMA,), (20, 10))])
    with pytest.raises(InvalidCount):
        build_all_zonelists([])
    assert str(InvalidZones(1, (5,))) == "node 1 cannot have the zones (5,)"
    assert str(InvalidDistance(0, (20,))) == "node 0 cannot have the distances (20,)"


def test_a_request_begins_at_a_node_of_the_machine() -> None:
    assert node_error(1, 2) is None
    refused = node_error(2, 2)
    assert isinstance(refused, InvalidNode)
    assert str(refused) == "2 is not a node in 0..1"
