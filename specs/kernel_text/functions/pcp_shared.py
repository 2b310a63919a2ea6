"""What the functions of per-CPU lists share: which list, and how large its numbers are."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.integers import INT, UINT, Int
from specs.kernel_text.lifting import our_type
from specs.kernel_text.units import kind
from specs.prover.method.lifted import LiftedCount

MOVABLE, PCPTYPES = 1, 3


def pcp_type(migratetype: Any) -> Any:
    """The type whose lists serve it; callers turn those that have none into the movable one."""
    return MOVABLE if isinstance(migratetype, int) and migratetype >= PCPTYPES else migratetype


def enter_index(edge: Edge, migratetype: Any, size: Any) -> list[Any]:
    """order_to_pindex(migratetype, order)."""
    return [kind(pcp_type(migratetype)), Int(INT, int(size))]


def leave_number(edge: Edge, answer: Int) -> Any:
    """A number that is known."""
    return answer.value


def index_of(edge: Edge, migratetype: Int, size: Any) -> Int:
    """Contract of order_to_pindex(): ours."""
    return Int(UINT, edge.ours["order_to_pindex"](our_type(edge.path, migratetype), order_of(edge, size)))


def order_of_index(edge: Edge, index: Int) -> Int:
    """Contract of pindex_to_order(): ours."""
    assert isinstance(index.value, int)
    return Int(INT, int(edge.ours["pindex_to_order"](index.value)))


SMALL = (
    "a CPU's lists hold fewer than 2^24 pages, and its batch, high and free factor are below 2^20 and 6",
)


def bounded(edge: Edge, pcp: Any) -> None:
    """The numbers of a CPU's lists fit an int, with room: its counts are bounded by the zone's sizes."""
    for name, limit in (("count", 1 << 24), ("high", 1 << 20), ("batch", 1 << 20), ("free_factor", 6)):
        value = getattr(pcp, name)
        if isinstance(value, LiftedCount):
            edge.suppose(z3.And(value.term >= 0, value.term < limit))
