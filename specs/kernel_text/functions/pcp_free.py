"""Per-CPU lists: what a freed block does to them, and their limits."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.edge import Edge
from specs.kernel_text.functions.pcp_shared import bounded, pcp_type
from specs.kernel_text.integers import INT, LONG, Int, compare, convert, flag
from specs.kernel_text.lifting import our_count, to_int, to_page
from specs.kernel_text.pcp_lists import carried
from specs.kernel_text.units import kind, order
from specs.kernel_text.values import Named
from specs.prover.method.lifted import LiftedCount


def enter_commit(
    edge: Edge, zone: Any, pcp: Any, page: Any, size: Any, migratetype: Any, *, reclaim_active: bool = False
) -> list[Any]:
    """free_unref_page_commit(zone, pcp, page, migratetype, order); the page carries its type."""
    bounded(edge, pcp)
    edge.given |= {"order": int(size), "reclaim_active": Int(INT, int(reclaim_active))}
    edge.given["reclaim"] = reclaim_active
    block = to_page(page)
    assert block is not None
    carried(edge, block, kind(migratetype))
    return [zone, pcp, block, kind(pcp_type(migratetype)), order(size)]


def frees_high(edge: Edge, pcp: Any) -> bool | z3.BoolRef:
    """free_high, as both functions of limits ask for it."""
    if not 0 < edge.given["order"] <= COSTLY(edge):
        return False
    return compare(edge.path, "!=", to_int(INT, pcp.free_factor), Int(INT, 0))


def COSTLY(edge: Edge) -> int:  # noqa: N802 # a constant of the zone's size
    """PAGE_ALLOC_COSTLY_ORDER."""
    return min(3, int(edge.given["pageblock"]).bit_length() - 2)


def same_truth(edge: Edge, value: Int, wanted: bool | z3.BoolRef, says: str) -> None:
    """A flag of C's is the truth: owed."""
    edge.owe(
        compare(edge.path, "==", convert(edge.path, value, INT), convert(edge.path, flag(wanted), INT)), says
    )


def limit(edge: Edge, pcp: Any, zone: Any, free_high: Int) -> Int:
    """Contract of nr_pcp_high(): pcp_limit()."""
    same_truth(edge, free_high, frees_high(edge, pcp), "free_high is what our limit asks for")
    found = edge.ours["pcp_limit"](pcp, edge.given["order"], reclaim_active=edge.given["reclaim"])
    edge.given["limit"] = to_int(LONG, found)
    if isinstance(found, LiftedCount):
        edge.suppose(z3.And(found.term >= 0, found.term < 1 << 22))
    return Int(INT, edge.given["limit"].value)


def to_drain(edge: Edge, pcp: Any, high: Int, batch: Int, free_high: Int) -> Int:
    """Contract of nr_pcp_free(): pages_to_drain()."""
    same_truth(edge, free_high, frees_high(edge, pcp), "free_high is what our limit asks for")
    edge.owe(compare(edge.path, "==", high, edge.given["limit"]), "the limit is told")
    edge.owe(compare(edge.path, "==", batch, to_int(INT, pcp.batch)), "the batch is told")
    limit_told = our_count(edge.path, edge.given["limit"])
    found = edge.ours["pages_to_drain"](pcp, edge.given["order"], limit_told)
    if isinstance(found, LiftedCount):
        edge.suppose(z3.And(found.term > -(1 << 24), found.term < 1 << 24))
    return Int(INT, to_int(LONG, found).value)


def enter_high(edge: Edge, pcp: Any, size: Any, *, reclaim_active: bool) -> list[Any]:
    """nr_pcp_high(pcp, zone, free_high)."""
    bounded(edge, pcp)
    edge.given |= {"order": int(size), "reclaim_active": Int(INT, int(reclaim_active))}
    return [pcp, Named("zone"), flag(frees_high(edge, pcp))]


def enter_free_count(edge: Edge, pcp: Any, size: Any, limit_told: Any) -> list[Any]:
    """nr_pcp_free(pcp, high, batch, free_high)."""
    bounded(edge, pcp)
    edge.given["order"] = int(size)
    if isinstance(limit_told, LiftedCount):
        edge.suppose(z3.And(limit_told.term >= 0, limit_told.term < 1 << 22))
    return [
        pcp,
        Int(INT, to_int(LONG, limit_told).value),
        to_int(INT, pcp.batch),
        flag(frees_high(edge, pcp)),
    ]
