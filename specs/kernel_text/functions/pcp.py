"""Per-CPU lists: which there are, how they are refilled, handed out from, and drained."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.functions.fallback import flags_of, spares
from specs.kernel_text.functions.pcp_shared import (
    bounded,
)
from specs.kernel_text.integers import INT, LONG, ULONG, Int, combine, compare, convert, term
from specs.kernel_text.interpreter import Left
from specs.kernel_text.lifting import our_count, our_type, to_int, to_page
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.turns import EdgeTurns, cell_of
from specs.kernel_text.units import kind, order
from specs.kernel_text.values import Page, PcpList, Scope
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import LEFT, Countdown
from specs.prover.method.paths import Cut


def enter_bulk(
    edge: Edge,
    zone: Any,
    pcp: Any,
    size: Any,
    migratetype: Any,
    blocks: Any,
    movable: Any,
    *,
    no_fragment: bool = False,
) -> list[Any]:
    """rmqueue_bulk(zone, order, count, list, migratetype, alloc_flags)."""
    zone.stealing = False  # 6.1 remembers nothing of a steal
    edge.given |= {"movable_pages": movable, "request": (size, migratetype, no_fragment)}
    if isinstance(blocks, Countdown):
        edge.given["countdown"] = blocks
        edge.suppose(z3.ULT(blocks.term, 1 << 20))
    index = edge.ours["order_to_pindex"](migratetype, size)
    count = convert(edge.path, to_int(LONG, blocks), ULONG)
    edge.given["count"] = count
    return [zone, order(size), count, PcpList(pcp, index), kind(migratetype), flags_of(no_fragment)]


class BulkTurn(EdgeTurns):
    """The loop of rmqueue_bulk(): a turn refills one block; the second begins in any state that has one."""

    def __init__(self, edge: Edge) -> None:
        super().__init__(edge)
        self.countdown = edge.given.get("countdown")
        self.turns = 0

    def body(self, scope: Scope) -> bool:
        """Contract of a turn: refill_one()."""
        edge = self.edge
        size, migratetype, no_fragment = edge.given["request"]
        refill = edge.ours["refill_one"]
        if not refill(
            edge.zone, edge.pcp, size, migratetype, edge.given["movable_pages"], no_fragment=no_fragment
        ):
            raise Left
        cell = cell_of(scope, "allocated")
        cell.value = combine(edge.path, "+", cell.value, Int(INT, 1))
        return True

    def again(self, scope: Scope) -> None:
        """What is left to do counts down, as C counts up; how many were moved, as many as turns."""
        edge, loop = self.edge, self.countdown.loop if self.countdown is not None else None
        if loop is None:
            return
        i, allocated = cell_of(scope, "i"), cell_of(scope, "allocated")
        edge.owe(
            compare(edge.path, "==", i.value, allocated.value), "as many blocks are counted as were moved"
        )
        count = edge.given["count"]
        left = term(
            combine(edge.path, "-", convert(edge.path, count, LONG), convert(edge.path, i.value, LONG)).value
        )
        self.turns += 1
        if self.turns == 1:
            loop.enter()
            edge.suppose(z3.And(LEFT >= 0, term(count.value) > LEFT))
            i.value = allocated.value = Int(INT, z3.simplify(term(count.value) - LEFT))
            return
        loop.owe()
        loop.spent(left)
        loop.world.owe("loop", z3.And(left < LEFT, left >= 0), f"{loop.name} makes progress")
        raise Cut


def bulk_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """Its one loop; over plain numbers it runs as it stands."""
    return BulkTurn(edge) if isinstance(loop, c_ast.For) and edge.path is not None else None


def leave_bulk(edge: Edge, answer: Int) -> None:
    """Ours tells nothing; over plain numbers, C counts the blocks that it moved, for its caller."""
    if edge.path is None:
        edge.beyond = combine(None, "-", edge.beyond, Int(LONG, answer.value << edge.given["request"][0]))


def enter_refill(
    edge: Edge, zone: Any, pcp: Any, size: Any, migratetype: Any, movable: Any, *, no_fragment: bool = False
) -> list[Any]:
    """rmqueue_bulk(), of one block."""
    bounded(edge, pcp)
    edge.given |= {"movable_pages": movable}
    index = edge.ours["order_to_pindex"](migratetype, size)
    edge.given["before"] = edge.pcp.count
    return [zone, order(size), Int(ULONG, 1), PcpList(pcp, index), kind(migratetype), flags_of(no_fragment)]


class Refilled(EdgeTurns):
    """The loop of rmqueue_bulk(), of whose turn it is noted whether another would follow."""

    def again(self, scope: Scope) -> None:
        """Another would follow."""
        self.edge.given["goes on"] = True


def refill_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """Its one loop."""
    return Refilled(edge) if isinstance(loop, c_ast.For) else None


def leave_refill(edge: Edge, answer: Int) -> bool:
    """Whether one was moved; its pages are counted by the caller, and another turn follows only then."""
    edge.owe(answer.value in (0, 1), "the blocks that were moved are counted")
    goes_on = edge.given.get("goes on", False)
    edge.owe((answer.value == 1) == goes_on, "the loop goes on exactly if a block was moved")
    change = combine(edge.path, "-", to_int(LONG, edge.pcp.count), to_int(LONG, edge.given["before"]))
    edge.count = convert(
        edge.path, combine(edge.path, "+", convert(edge.path, edge.count, LONG), change), INT
    )
    return answer.value == 1


def bulk(edge: Edge, zone: Any, size: Any, count: Int, to: PcpList, migratetype: Int, flags: Int) -> Int:
    """Contract of rmqueue_bulk(): ours; it tells how many blocks it moved, whose pages the caller counts."""
    number, wanted = order_of(edge, size), our_type(edge.path, migratetype)
    right = edge.ours["order_to_pindex"](wanted, number) == to.index
    edge.owe(zone is edge.zone and right, "the list is that of the order and type")
    before = edge.pcp.count
    edge.given["bulks"] = edge.given.get("bulks", 0) + 1
    move = edge.ours["rmqueue_bulk"]
    blocks = our_count(edge.path, convert(edge.path, count, LONG))
    blocks = LiftedCount(edge.path, term(count.value)) if edge.path is not None else blocks
    move(zone, to.pcp, number, wanted, blocks, edge.given["movable_pages"], no_fragment=spares(flags))
    if edge.path is None:
        return Int(INT, (edge.pcp.count - before) >> number)
    moved = z3.BitVec(f"alloced{edge.given['bulks']}", 64)
    edge.path.assume(moved >= 0, moved <= term(count.value))
    grown = combine(edge.path, "-", to_int(LONG, edge.pcp.count), to_int(LONG, before))
    pages = combine(edge.path, "<<", Int(LONG, moved), Int(INT, number))
    edge.beyond = combine(edge.path, "-", combine(edge.path, "+", edge.beyond, pages), grown)
    return Int(INT, moved)


def enter_pcplist(
    edge: Edge,
    zone: Any,
    pcp: Any,
    size: Any,
    migratetype: Any,
    movable: Any,
    *,
    no_fragment: bool = False,
    bulk: bool = False,
) -> list[Any]:
    """rmqueue_pcplist(preferred_zone, zone, order, migratetype, alloc_flags)."""
    bounded(edge, pcp)
    edge.given["movable_pages"] = movable
    return [zone, zone, order(size), kind(migratetype), flags_of(no_fragment)]


def enter_inner(
    edge: Edge,
    zone: Any,
    pcp: Any,
    size: Any,
    migratetype: Any,
    movable: Any,
    *,
    no_fragment: bool = False,
    bulk: bool = False,
) -> list[Any]:
    """__rmqueue_pcplist(zone, order, migratetype, alloc_flags, pcp, list)."""
    bounded(edge, pcp)
    edge.given["movable_pages"] = movable
    if not bulk:
        pcp.free_factor = pcp.free_factor >> 1  # its caller's
    index = edge.ours["order_to_pindex"](migratetype, size)
    return [zone, order(size), kind(migratetype), flags_of(no_fragment), pcp, PcpList(pcp, index)]


def inner(
    edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int, pcp: Any, of: PcpList
) -> Page | None:
    """Contract of __rmqueue_pcplist(): rmqueue_pcplist() as the bulk allocator has it: the factor is left."""
    number, wanted = order_of(edge, size), our_type(edge.path, migratetype)
    right = edge.ours["order_to_pindex"](wanted, number) == of.index
    edge.owe(zone is edge.zone and pcp is edge.pcp and right, "the list is that of the order and type")
    take = edge.ours["rmqueue_pcplist"]
    page = to_page(
        take(zone, pcp, number, wanted, edge.given["movable_pages"], no_fragment=spares(flags), bulk=True)
    )
    edge.count = convert(edge.path, to_int(LONG, pcp.count), INT)
    return page
