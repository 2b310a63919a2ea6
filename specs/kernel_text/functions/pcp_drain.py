"""Per-CPU lists: how they are drained."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.functions.pcp_shared import bounded, order_of_index
from specs.kernel_text.integers import INT, LONG, Int, combine, compare, convert, flag, term
from specs.kernel_text.interpreter import Left, Returned
from specs.kernel_text.lifting import our_count, to_int
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.pcp_lists import pcp_empty
from specs.kernel_text.turns import EdgeTurns, cell_of
from specs.kernel_text.values import PcpList, Scope, Unset
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import LEFT, Countdown
from specs.prover.method.paths import Cut


def enter_next(edge: Edge, pcp: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex), up to the list that it finds first."""
    if isinstance(pcp.count, LiftedCount):
        edge.suppose(pcp.count.term >= 1)
    edge.given["pcp"] = pcp
    return [edge.zone, Int(INT, 1), pcp, Int(INT, int(index))]


class Search(EdgeTurns):
    """The search of free_pcppages_bulk(), which the text bounds by the lists that it found empty."""

    def __init__(self, edge: Edge) -> None:
        super().__init__(edge)
        self.turns = 0

    def again(self, scope: Scope) -> None:
        """When all are empty, nothing is left to drain, and its caller did not ask."""
        self.turns += 1
        if self.turns >= self.edge.given["lists"]:
            found = self.edge.given.get("found")
            self.edge.owe(found is None, "a list that has a block is found")
            raise Returned(found)


class Emptied(EdgeTurns):
    """The innermost loop, in place of which the list that was found is empty: another search follows."""

    def again(self, scope: Scope) -> None:
        """It is empty, and is asked nothing more."""
        raise Returned(self.edge.given["found"])

    def body(self, scope: Scope) -> bool:
        """Nothing is left of the list; something is to be drained still, so another list has a block."""
        found = self.edge.given["found"]
        if behind(self.edge, found.value) is None:
            raise Returned(found)
        return True


def search_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """Of the do-whiles one is the search, and the other drains."""
    if not isinstance(loop, c_ast.DoWhile):
        return None
    return Search(edge) if is_search(loop) else Emptied(edge)


def is_search(loop: c_ast.Node) -> bool:
    """Whether the loop ends by a break alone."""
    return isinstance(loop.cond, c_ast.Constant)


def found_list(edge: Edge, index: Int) -> Int:
    """In place of pindex_to_order(), which comes first after the search; the second is owed."""
    found = edge.given.setdefault("found", index)
    if found is index:
        return order_of_index(edge, index)
    right = index.value == behind(edge, found.value)
    edge.owe(right, "the search goes on with the first list behind that has a block")
    raise Returned(found)


def empty_then(edge: Edge, of: PcpList) -> Int:
    """list_empty(), after the list that was found is drained."""
    found = edge.given.get("found")
    return flag(True) if found is not None and of.index == found.value else pcp_empty(edge, of)


def behind(edge: Edge, index: int) -> int | None:
    """The first list behind that one, and round, that has a block."""
    lists = edge.given["lists"]
    others = ((index + step) % lists for step in range(1, lists))
    pcp = edge.given["pcp"]
    return next((other for other in others if pcp.first(other) is not None), None)


def leave_next(edge: Edge, answer: Int | None) -> Any:
    """The list that was found."""
    return None if answer is None else answer.value


def enter_drain_one(edge: Edge, zone: Any, pcp: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex), one turn of its innermost loop; the list has a block."""
    bounded(edge, pcp)
    if isinstance(pcp.count, LiftedCount):
        edge.suppose(pcp.count.term >= 1)
    edge.given["index"] = int(index)
    pages = edge.given["pages"] = 1 << edge.ours["pindex_to_order"](int(index))
    return [zone, Int(INT, pages + 1), pcp, Int(INT, int(index))]


def has_a_block(zone: Any, pcp: Any, index: Any) -> bool:
    """A list is drained only if it has a block."""
    return pcp.last(index) is not None


class Found(EdgeTurns):
    """The search, in whose place the list stands that was found."""

    def __init__(self, edge: Edge, found: Any) -> None:
        super().__init__(edge)
        self.found = found

    def again(self, scope: Scope) -> None:
        """It takes one turn."""
        raise AssertionError("a search that found a list goes on")

    def body(self, scope: Scope) -> bool:
        """The list that was found."""
        index = self.found(scope)
        cell_of(scope, "pindex").value = Int(INT, index)
        cell_of(scope, "list").value = PcpList(self.edge.pcp, index)
        raise Left


class OneDrained(EdgeTurns):
    """A loop of which one turn is run: the pages of one block are counted off what is to be drained."""

    def enter(self, scope: Scope) -> None:
        """It begins as the text says."""
        self.edge.given.setdefault("to drain", cell_of(scope, "count").value)

    def again(self, scope: Scope) -> None:
        """It is left, when the pages of one block are counted off."""
        path, pages = self.edge.path, self.edge.given["pages"]
        left = combine(path, "-", self.edge.given["to drain"], Int(INT, pages))
        right = compare(path, "==", cell_of(scope, "count").value, left)
        self.edge.owe(right, "the pages of the block are counted off what is to be drained")
        raise Returned(None)


def drain_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """The search is over; of the other loops one turn is run."""
    if isinstance(loop, c_ast.DoWhile) and is_search(loop):
        return Found(edge, lambda scope: edge.given["index"])
    return OneDrained(edge)


def leave_true(edge: Edge, answer: Any) -> bool:
    """A block was drained."""
    return True


def enter_drain(edge: Edge, zone: Any, pcp: Any, pages: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex)."""
    bounded(edge, pcp)
    if isinstance(pages, Countdown):
        edge.given["countdown"] = pages
        edge.suppose(z3.And(pages.term < 1 << 24, pages.term > -(1 << 24)))
    edge.given["at"] = index
    return [
        zone,
        convert(edge.path, to_int(LONG, pages), INT),
        pcp,
        Int(INT, index if isinstance(index, int) else 0),
    ]


class DrainTurn(EdgeTurns):
    """The outer loop of free_pcppages_bulk(), which counts down; a turn of it may drain several blocks."""

    keeps = False

    def __init__(self, edge: Edge) -> None:
        super().__init__(edge)
        self.loop = edge.given["countdown"].loop

    def enter(self, scope: Scope) -> None:
        """Any state, any list, and anything left to do that is no more than the lists have."""
        edge, count = self.edge, cell_of(scope, "count")
        before = count.value.was if isinstance(count.value, Unset) else count.value
        edge.owe(self.listed(before), "no more is to be drained than the lists have")
        wanted, listed = edge.given["countdown"].term, term(to_int(LONG, edge.pcp.count).value)
        right = term(before.value) == z3.If(wanted <= listed, wanted, listed)
        edge.owe(right, "what is asked for is to be drained, or all that is listed")
        self.loop.enter()
        edge.suppose(z3.And(LEFT < 1 << 24, LEFT > -(1 << 24)))
        count.value = Int(INT, LEFT)
        edge.suppose(self.listed(count.value))

    def listed(self, count: Int) -> Any:
        """What is left to drain is no more than the lists have: so some list has a block."""
        return compare(self.edge.path, "<=", count, to_int(INT, self.edge.pcp.count))

    def again(self, scope: Scope) -> None:
        """A list is left when it is empty, or enough is drained; the search goes on behind it."""
        edge, index = self.edge, self.edge.given["index"]
        at = compare(edge.path, "==", cell_of(scope, "pindex").value, Int(INT, index))
        edge.owe(at, "the search goes on behind the list that was found")
        if edge.pcp.first(index) is not None:
            drained = compare(edge.path, "<=", cell_of(scope, "count").value, Int(INT, 0))
            edge.owe(drained, "a list that has a block is left only when enough is drained")
        self.end(scope)

    def end(self, scope: Scope) -> None:
        """What is left is owed."""
        self.edge.owe(self.listed(cell_of(scope, "count").value), "no more is left than the lists have")
        left = term(convert(self.edge.path, cell_of(scope, "count").value, LONG).value)
        self.loop.owe()
        self.loop.spent(left)
        self.loop.world.owe("loop", left < LEFT, f"{self.loop.name} makes progress")
        raise Cut


class OneBlock(EdgeTurns):
    """The innermost loop: its body is a unit of its own; after a block, another turn begins."""

    def __init__(self, edge: Edge, outer: DrainTurn) -> None:
        super().__init__(edge)
        self.outer = outer

    def again(self, scope: Scope) -> None:
        """The next block of the same list is the next turn, if it has one, and pages are left to drain."""
        edge = self.edge
        edge.owe(edge.pcp.first(edge.given["index"]) is not None, "a list that is drained on has a block")
        more = compare(edge.path, ">", cell_of(scope, "count").value, Int(INT, 0))
        edge.owe(more, "a list is drained on only while pages are left to drain")
        self.outer.end(scope)

    def body(self, scope: Scope) -> bool:
        """Contract of a turn: drain_one()."""
        edge = self.edge
        index, pages = cell_of(scope, "list").value.index, cell_of(scope, "nr_pages").value
        edge.owe(edge.ours["drain_one"](edge.zone, edge.pcp, index) is True, "a block is drained")
        count = cell_of(scope, "count")
        count.value = combine(edge.path, "-", count.value, pages)
        return True


def found_next(edge: Edge) -> int:
    """Contract of the search: next_pindex(); while something is left to drain, some list has a block."""
    found = edge.ours["next_pindex"](edge.pcp, edge.given["at"])
    if found is None:
        if edge.path is not None and edge.path.world is None:
            edge.suppose(z3.BoolVal(False))
        raise Cut
    assert isinstance(found, int)
    edge.given["index"] = found
    return found


def whole_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """The outer loop counts down, the search finds a list, the innermost loop drains a block."""
    if "countdown" not in edge.given:
        return None
    if isinstance(loop, c_ast.While):
        edge.given["outer"] = DrainTurn(edge)
        return edge.given["outer"]  # type: ignore[no-any-return]  # the rule
    if is_search(loop):
        return Found(edge, lambda scope: found_next(edge))
    return OneBlock(edge, edge.given["outer"])


def drain(edge: Edge, zone: Any, count: Int, pcp: Any, index: Int) -> None:
    """Contract of free_pcppages_bulk(): ours."""
    edge.owe(zone is edge.zone and pcp is edge.pcp, "the call is about this zone, and this CPU's lists")
    assert edge.machine is not None
    pages = our_count(edge.path, convert(edge.path, count, LONG))
    if edge.path is not None:
        pages = LiftedCount(edge.path, term(count.value))
    edge.ours["free_pcppages_bulk"](zone, pcp, pages, index.value)
    edge.count = Int(INT, to_int(LONG, pcp.count).value)
