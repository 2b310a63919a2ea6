"""Linux 6.12: what is in a pageblock, and its move to another type's lists."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.functions.mobility import MOVABLE, is_movable, leave_moved, move_rules, zone_of_area
from specs.kernel_text.functions.v6_12_counts import counts_moved_blocks
from specs.kernel_text.integers import BOOL, INT, ULONG, Int, combine, compare, flag, term
from specs.kernel_text.interpreter import Returned
from specs.kernel_text.lifting import our_pfn, our_type, to_int, to_page
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.pcp_lists import ONE
from specs.kernel_text.turns import EdgeTurns, cell_of
from specs.kernel_text.units import Unit, kind, leave_count, pfn
from specs.kernel_text.values import Cell, Page, Scope, Unset

OLD = z3.BitVec("old type", 3)
"""The type that a pageblock had before it moved."""
OUT = ("start_pfn", "num_free", "num_movable")
"""What prep_move_freepages_block() tells through pointers."""


def told(edge: Edge) -> list[Cell]:
    """Where it tells, with nothing there yet."""
    edge.given["told"] = [
        Cell(Unset(f"*{name} is read before it is written"), ULONG if name == "start_pfn" else INT)
        for name in OUT
    ]
    return list(edge.given["told"])


class Whole(EdgeTurns):
    """A loop from the first page of a pageblock to its last, in whose place our function stands."""

    def _ends(self, scope: Scope, *sums: Cell) -> tuple[Any, Any]:
        """Where it begins and ends; it begins there, with nothing summed up, and is over."""
        edge, cursor = self.edge, cell_of(scope, "pfn")
        start, size = pfn(edge.given["start"]), Int(ULONG, edge.given["pageblock"])
        end = combine(edge.path, "+", start, size)
        edge.owe(compare(edge.path, "==", cursor.value, start), "the loop begins with the pageblock")
        for each in sums:
            edge.owe(isinstance(each.value, Int) and each.value.value == 0, "nothing is summed up before")
        cursor.value = end
        return our_pfn(edge.path, start), our_pfn(edge.path, end)


class CountAll(Whole):
    """The loop of prep_move_freepages_block()."""

    def enter(self, scope: Scope) -> None:
        """Count at once."""
        edge = self.edge
        free, movable = (cell_of(scope, name).value for name in OUT[1:])
        start, end = self._ends(scope, free, movable)
        free.value = to_int(INT, edge.ours["count_free_pages"](edge.zone.free_area, start, end))
        movable.value = to_int(INT, edge.given["movable_pages"](start))


class MoveAll(Whole):
    """The loop of __move_freepages_block()."""

    def enter(self, scope: Scope) -> None:
        """Move at once."""
        edge, moved = self.edge, cell_of(scope, "pages_moved")
        start, end = self._ends(scope, moved)
        wanted = our_type(edge.path, edge.given["wanted"])
        moved.value = to_int(INT, edge.ours["move_freepages"](edge.zone.free_area, start, end, wanted))


class CountTurn(EdgeTurns):
    """One turn of the loop of prep_move_freepages_block(), at any page."""

    keeps = False

    def enter(self, scope: Scope) -> None:
        """Nothing is counted free yet, and so many pages movable."""
        edge = self.edge
        edge.suppose(z3.And(MOVABLE >= 0, MOVABLE < 1 << 30))
        cell_of(scope, "pfn").value = edge.given["page"]
        cell_of(scope, "num_free").value.value = Int(INT, 0)
        cell_of(scope, "num_movable").value.value = Int(INT, MOVABLE)

    def again(self, scope: Scope) -> None:
        """The cursor is behind the block, or the page, which is counted if it is movable."""
        edge, page = self.edge, edge_page(self.edge)
        free = cell_of(scope, "num_free").value.value
        one = z3.If(is_movable(page), z3.BitVecVal(1, 64), z3.BitVecVal(0, 64))
        none = compare(edge.path, "==", free, Int(INT, 0))
        assert edge.machine is not None
        block = not edge.machine.decide(none)
        step = free if block else Int(INT, 1)
        behind = combine(edge.path, "+", edge.given["page"], step)
        edge.owe(compare(edge.path, "==", cell_of(scope, "pfn").value, behind), "the next turn is behind it")
        count = Int(INT, MOVABLE if block else MOVABLE + one)
        movable = cell_of(scope, "num_movable").value.value
        edge.owe(compare(edge.path, "==", movable, count), "the pages that can be moved are counted")
        raise Returned(ONE)


def edge_page(edge: Edge) -> z3.BitVecRef:
    """The page of the turn, as a term."""
    return term(edge.given["page"].value)


def only_for(rule: type[EdgeTurns]) -> Any:
    """The rule of the one loop that the function has."""

    def rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
        return rule(edge) if isinstance(loop, c_ast.For) else None

    return rules


def enter_prep(edge: Edge, zone: Any, page: Any, movable_pages: Any) -> list[Any]:
    """prep_move_freepages_block(zone, page, start_pfn, num_free, num_movable)."""
    edge.given |= {"movable_pages": movable_pages, "start": edge.ours["pageblock_start"](page)}
    return [zone, to_page(page), *told(edge)]


def leave_prep(edge: Edge, answer: Int) -> Any:
    """The pageblock and what is in it, if the answer is true."""
    if not edge.machine or not edge.machine.holds_value(answer):
        return None
    start, free, movable = (cell.value for cell in edge.given["told"])
    return edge.ours["Block"](our_pfn(edge.path, start), leave_count(edge, free), leave_count(edge, movable))


def prepare(edge: Edge, zone: Any, page: Page, start: Cell, free: Cell, movable: Cell) -> Int:
    """Contract of prep_move_freepages_block(): ours."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    block = edge.ours["prep_move_freepages_block"](edge.zone, edge.our_pfn(page), edge.given["movable_pages"])
    if block is None:
        return Int(BOOL, 0)
    start.value, free.value, movable.value = (
        pfn(block.start),
        to_int(INT, block.free),
        to_int(INT, block.movable),
    )
    return Int(BOOL, 1)


def enter_turn(edge: Edge, area: Any, page: Any) -> list[Any]:
    """One turn: of the pageblock in which the page lies."""
    edge.given |= {"page": pfn(page), "movable": lambda of: flag(is_movable(term(of.pfn)))}
    return [edge.zone, to_page(page), *told(edge)]


def leave_turn(edge: Edge, answer: Int) -> Any:
    """What was counted free."""
    return leave_count(edge, edge.given["told"][1].value)


def enter_block(edge: Edge, zone: Any, start: Any, migratetype: Any) -> list[Any]:
    """__move_freepages_block(zone, start_pfn, old_mt, new_mt); the old type says nothing to the lists."""
    edge.given |= {"start": start, "wanted": kind(migratetype)}
    return [zone, pfn(start), Int(INT, 0), kind(migratetype)]


def enter_move(edge: Edge, area: Any, start: Any, end: Any, migratetype: Any) -> list[Any]:
    """The same, of which one turn is looked at."""
    edge.given |= {"rule": start.loop, "start": pfn(start), "num_movable": None}
    edge.suppose(z3.ULT(OLD, z3.BitVecVal(5, 3)))
    return [edge.zone, pfn(start), Int(INT, z3.ZeroExt(61, OLD)), kind(migratetype)]


def move_block(edge: Edge, zone: Any, start: Int, old: Int, migratetype: Int) -> Int:
    """Contract of __move_freepages_block(): ours."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    move = edge.ours["move_freepages_block"]
    return to_int(INT, move(edge.zone, our_pfn(edge.path, start), our_type(edge.path, migratetype)))


V = "linux.versions.v6_12"
UNITS = (
    Unit(
        "prep_move_freepages_block",
        (f"{V}.pages_of_free_block",),
        enter_turn,
        leave_turn,
        zone=zone_of_area,
        rules=only_for(CountTurn),
        callees={"zone_spans_pfn": lambda edge, *_: ONE},
        supposes=("fewer than 2^30 pages are counted",),
    ),
    Unit(
        "prep_move_freepages_block",
        (f"{V}.prep_move_freepages_block",),
        enter_prep,
        leave_prep,
        prepare,
        rules=only_for(CountAll),
    ),
    Unit(
        "__move_freepages_block",
        ("linux.mobility.move_freepages",),
        enter_move,
        leave_moved,
        zone=zone_of_area,
        rules=move_rules,
        callees={"set_pageblock_migratetype": lambda *_: None},  # behind the loop, which is the other unit's
        turn_counts=counts_moved_blocks,
        supposes=("fewer than 2^30 of its pages are free",),
    ),
    Unit(
        "__move_freepages_block",
        (f"{V}.move_freepages_block",),
        enter_block,
        leave_count,
        move_block,
        rules=only_for(MoveAll),
    ),
)
