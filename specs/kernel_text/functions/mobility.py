"""Pageblocks and what moves with them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.integers import INT, ULONG, Int, combine, compare, flag, term
from specs.kernel_text.lifting import our_pfn, our_type, to_int, to_page
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.turns import EdgeTurns, cell_of
from specs.kernel_text.units import Unit, kind, leave_count, pfn
from specs.kernel_text.values import Cell, Page, Scope, Unset
from specs.prover.method.loops import CURSOR, Cursor
from specs.prover.method.paths import Cut

Counting = tuple[Cell, Callable[[int], bool]]
"""Over plain numbers: where C counts movable pages, and whether a page in use is one."""
BEFORE = z3.BitVec("moved before", 64)
"""The pages that had moved when a turn began."""
MOVABLE = z3.BitVec("movable before", 64)
"""The pages that can be moved and had been counted then."""


def is_movable(page: z3.BitVecRef) -> z3.BoolRef:
    """Whether a page that is in use can be moved: any answer, the same whenever it is asked."""
    return z3.Function("can be moved", z3.BitVecSort(64), z3.BoolSort())(page)


class MoveTurn(EdgeTurns):
    """The loop of move_freepages(): its cursor is a page number, and it sums up what moved."""

    keeps = False

    def __init__(self, edge: Edge, rule: Any) -> None:
        super().__init__(edge)
        self.rule = rule

    def enter(self, scope: Scope) -> None:
        """The prover's rule owes its invariant at the start, and goes on at any cursor."""
        edge = self.edge
        for name, first in (("pfn", edge.given["start"]), ("pages_moved", Int(INT, 0))):
            begun = cell_of(scope, name).value
            was = begun.was if isinstance(begun, Unset) else begun
            edge.owe(compare(edge.path, "==", was, first), f"{name} begins where it should")
        self.rule.enter()
        self.edge.suppose(z3.And(BEFORE >= 0, BEFORE < 1 << 30))
        self.edge.given["before"], self.edge.moved = Int(INT, BEFORE), 0
        for name, value in (("pfn", Int(ULONG, CURSOR)), ("pages_moved", Int(INT, BEFORE))):
            cell_of(scope, name).value = value
        movable = edge.given["num_movable"]
        if movable is not None:
            edge.suppose(z3.And(MOVABLE >= 0, MOVABLE < 1 << 30))
            movable.value = Int(INT, MOVABLE)

    def again(self, scope: Scope) -> None:
        """The invariant is owed at the cursor that the turn leaves, which is behind the one that it met."""
        sum_of = combine(self.edge.path, "+", Int(INT, BEFORE), Int(INT, self.edge.moved))
        right = compare(self.edge.path, "==", cell_of(scope, "pages_moved").value, sum_of)
        self.edge.owe(right, "the pages that moved are added up")
        self._owe_movable()
        cursor = term(cell_of(scope, "pfn").value.value)
        self.rule.owe(cursor)
        self.rule.world.owe("loop", z3.UGT(cursor, CURSOR), f"{self.rule.name} makes progress")
        raise Cut

    def _owe_movable(self) -> None:
        """A page that starts no free block is counted, if it is movable; if anybody wants to know."""
        edge, movable = self.edge, self.edge.given["num_movable"]
        if movable is None:
            return
        one = z3.If(is_movable(CURSOR), z3.BitVecVal(1, 64), z3.BitVecVal(0, 64))
        count = Int(INT, MOVABLE if edge.moved else MOVABLE + one)
        edge.owe(compare(edge.path, "==", movable.value, count), "the pages that can be moved are counted")


def move_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """The one loop of move_freepages(), if its start is a cursor of the prover's."""
    rule = edge.given.get("rule")
    return MoveTurn(edge, rule) if rule is not None and isinstance(loop, c_ast.For) else None


def enter_move(
    edge: Edge, area: Any, start: Any, end: Any, migratetype: Any, counting: Counting | None = None
) -> list[Any]:
    """move_freepages(zone, start_pfn, end_pfn, migratetype, num_movable), whose end is the last page."""
    movable = None
    if isinstance(start, Cursor):
        edge.given |= {"rule": start.loop, "start": pfn(start)}
        edge.given["movable"] = lambda page: flag(is_movable(term(page.pfn)))
        assert edge.path is not None
        movable = Cell(Int(INT, 0), INT) if edge.path.choose() else None
        edge.given["num_movable"] = movable
    if not isinstance(end, int):
        edge.suppose(end.term != 0)
    last = combine(edge.path, "-", pfn(end), Int(ULONG, 1))
    found = movable if movable is not None else counted(edge, counting)
    return [edge.zone, pfn(start), last, kind(migratetype), found]


def counted(edge: Edge, counting: Counting | None) -> Cell | None:
    """Where C counts movable pages; None if nobody asked."""
    if counting is None:
        return None
    cell, movable = counting
    edge.given |= {"counting": counting, "movable": lambda page: flag(movable(page.pfn))}
    return cell


def leave_moved(edge: Edge, answer: Int) -> Any:
    """The pages that moved since the turn began that is looked at."""
    before = edge.given.get("before")
    return leave_count(edge, answer if before is None else combine(edge.path, "-", answer, before))


def zone_of_area(area: Any, *_: Any, **__: Any) -> Any:
    """The zone whose free lists these are."""
    world = getattr(area, "world", None)
    return (
        world.zone
        if world is not None and getattr(world, "zone", None) is not None
        else SimpleNamespace(free_area=area)
    )


def move_range(edge: Edge, zone: Any, start: Int, last: Int, migratetype: Int, movable: Cell | None) -> Int:
    """Contract of move_freepages(): ours, whose end is behind the last page; movable pages are counted."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    edge.owe(begins_at_none(movable), "the pages that can be moved are counted from none on")
    end = combine(edge.path, "+", last, Int(ULONG, 1))
    move, counting = edge.ours["move_freepages"], edge.given.get("counting")
    named = {"counting": counting} if counting is not None and hasattr(move, "unit") else {}
    if counting is not None and not named:
        pages = range(our_pfn(edge.path, start), our_pfn(edge.path, end))
        counting[0].value = Int(INT, sum(counting[1](page) for page in pages))
    moved = move(
        edge.zone.free_area,
        our_pfn(edge.path, start),
        our_pfn(edge.path, end),
        our_type(edge.path, migratetype),
        **named,
    )
    return to_int(INT, moved)


def begins_at_none(movable: Cell | None) -> bool:
    """Whether a counter is 0, if anybody wants to know."""
    return movable is None or (isinstance(movable.value, Int) and movable.value.value == 0)


def leave_block(edge: Edge, answer: Int) -> Any:
    """A number of pages; those that can be moved are counted, if only by none."""
    none = begins_at_none(edge.given.get("num_movable"))
    edge.owe(none, "no page is counted where none is moved")
    return leave_count(edge, answer)


def enter_block(
    edge: Edge, zone: Any, page: Any, migratetype: Any, counting: Counting | None = None
) -> list[Any]:
    """move_freepages_block(zone, page, migratetype, num_movable)."""
    movable = counted(edge, counting)
    if counting is None and edge.path is not None and edge.path.choose():
        unset = Unset("the number of movable pages is read unwritten")
        movable = edge.given["num_movable"] = Cell(unset, INT)
    return [zone, to_page(page), kind(migratetype), movable]


def move_block(edge: Edge, zone: Any, page: Page, migratetype: Int, movable: Cell | None) -> Int:
    """Contract of move_freepages_block(): ours; movable pages are counted where any are moved or may be."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    is_movable = getattr(edge.given.get("movable_pages"), "is_movable", None)
    move = edge.ours["move_freepages_block"]
    if movable is not None and edge.path is None and is_movable is not None and hasattr(move, "unit"):
        block, wanted = edge.our_pfn(page), our_type(edge.path, migratetype)
        return to_int(INT, move(edge.zone, block, wanted, counting=(movable, is_movable)))
    if movable is not None:
        asked = edge.ours["first_to_move"](edge.zone, edge.our_pfn(page))
        movable.value = to_int(INT, edge.given["movable_pages"](asked))
    moved = edge.ours["move_freepages_block"](edge.zone, edge.our_pfn(page), our_type(edge.path, migratetype))
    if movable is not None and edge.path is not None:
        edge.suppose(
            z3.ULE(term(to_int(INT, moved).value) + term(movable.value.value), edge.given["pageblock"])
        )
    edge.given["block moved"] = to_int(INT, moved)
    return to_int(INT, moved)


M = "linux.mobility"
UNITS = (
    Unit(
        "move_freepages",
        (f"{M}.move_freepages",),
        enter_move,
        leave_moved,
        move_range,
        ("mobility.move_freepages",),
        zone_of_area,
        rules=move_rules,
        supposes=("a range that is moved does not end at page 0", "fewer than 2^30 of its pages are free"),
    ),
    Unit(
        "move_freepages_block",
        (f"{M}.move_freepages_block",),
        enter_block,
        leave_block,
        move_block,
        ("mobility.move_freepages_block",),
    ),
)
