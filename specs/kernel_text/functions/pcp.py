"""Per-CPU lists: which there are, how they are refilled, handed out from, and drained."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast as A

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.fallback import flags_of, spares
from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Int, combine, compare, convert, flag, term
from specs.kernel_text.interpreter import Left, LoopRule, Returned
from specs.kernel_text.lifting import our_count, our_type, to_int, to_page
from specs.kernel_text.loops import OneTurn, cell_of
from specs.kernel_text.primitives import carried, order_of
from specs.kernel_text.units import Unit, kind, order
from specs.kernel_text.values import Named, Page, PcpList, Scope
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import LEFT, Countdown
from specs.prover.method.paths import Cut

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


def enter_bulk(
    edge: Edge, zone: Any, pcp: Any, size: Any, migratetype: Any, blocks: Any, movable: Any, *, no_fragment: bool = False
) -> list[Any]:
    """rmqueue_bulk(zone, order, count, list, migratetype, alloc_flags)."""
    zone.stealing = False  # 6.1 remembers nothing of a steal
    edge.given |= {"movable_pages": movable, "request": (size, migratetype, no_fragment)}
    if isinstance(blocks, Countdown):
        edge.given["countdown"] = blocks
        edge.suppose(z3.ULT(blocks.term, 1 << 31))
    index = edge.ours["order_to_pindex"](migratetype, size)
    count = convert(edge.path, to_int(LONG, blocks), ULONG)
    edge.given["count"] = count
    return [zone, order(size), count, PcpList(pcp, index), kind(migratetype), flags_of(no_fragment)]


class BulkTurn:
    """The loop of rmqueue_bulk(): a turn refills one block; the second begins in any state that has one."""

    keeps = True

    def __init__(self, edge: Edge) -> None:
        self.edge, self.countdown = edge, edge.given.get("countdown")
        self.turns = 0

    def enter(self, scope: Scope) -> None:
        """The first turn is taken as it is."""

    def body(self, scope: Scope) -> bool:
        """Contract of a turn: refill_one()."""
        edge = self.edge
        size, migratetype, no_fragment = edge.given["request"]
        refill = edge.ours["refill_one"]
        if not refill(edge.zone, edge.pcp, size, migratetype, edge.given["movable_pages"], no_fragment=no_fragment):
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
        edge.owe(compare(edge.path, "==", i.value, allocated.value), "as many blocks are counted as were moved")
        count = edge.given["count"]
        left = term(combine(edge.path, "-", convert(edge.path, count, LONG), convert(edge.path, i.value, LONG)).value)
        self.turns += 1
        if self.turns == 1:
            loop.enter()
            edge.suppose(z3.And(LEFT >= 0, LEFT < term(count.value)))
            i.value = allocated.value = Int(INT, z3.simplify(term(count.value) - LEFT))
            return
        loop.owe()
        loop.spent(left)
        loop.world.owe("loop", z3.And(left < LEFT, left >= 0), f"{loop.name} makes progress")
        raise Cut


def bulk_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """Its one loop."""
    return BulkTurn(edge) if isinstance(loop, A.For) else None


def leave_bulk(edge: Edge, answer: Int) -> None:
    """Ours tells nothing."""


def enter_refill(
    edge: Edge, zone: Any, pcp: Any, size: Any, migratetype: Any, movable: Any, *, no_fragment: bool = False
) -> list[Any]:
    """rmqueue_bulk(), of one block."""
    bounded(edge, pcp)
    edge.given |= {"movable_pages": movable}
    index = edge.ours["order_to_pindex"](migratetype, size)
    edge.given["before"] = edge.pcp.count
    return [zone, order(size), Int(ULONG, 1), PcpList(pcp, index), kind(migratetype), flags_of(no_fragment)]


def leave_refill(edge: Edge, answer: Int) -> bool:
    """Whether one was moved; its pages are counted by the caller."""
    edge.owe(answer.value in (0, 1), "the blocks that were moved are counted")
    change = combine(edge.path, "-", to_int(LONG, edge.pcp.count), to_int(LONG, edge.given["before"]))
    edge.count = convert(edge.path, combine(edge.path, "+", convert(edge.path, edge.count, LONG), change), INT)
    return answer.value == 1


def bulk(edge: Edge, zone: Any, size: Any, count: Int, to: PcpList, migratetype: Int, flags: Int) -> Int:
    """Contract of rmqueue_bulk(): ours; and it tells how many blocks it moved, whose pages the caller counts."""
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


SMALL = ("a CPU's lists hold fewer than 2^24 pages, and its batch, high and free factor are below 2^20 and 6",)


def bounded(edge: Edge, pcp: Any) -> None:
    """The numbers of a CPU's lists fit an int, with room: its counts are bounded by the zone's sizes."""
    for name, limit in (("count", 1 << 24), ("high", 1 << 20), ("batch", 1 << 20), ("free_factor", 6)):
        value = getattr(pcp, name)
        if isinstance(value, LiftedCount):
            edge.suppose(z3.And(value.term >= 0, value.term < limit))


def enter_pcplist(
    edge: Edge, zone: Any, pcp: Any, size: Any, migratetype: Any, movable: Any, *, no_fragment: bool = False, bulk: bool = False
) -> list[Any]:
    """rmqueue_pcplist(preferred_zone, zone, order, migratetype, alloc_flags)."""
    bounded(edge, pcp)
    edge.given["movable_pages"] = movable
    return [zone, zone, order(size), kind(migratetype), flags_of(no_fragment)]


def enter_inner(
    edge: Edge, zone: Any, pcp: Any, size: Any, migratetype: Any, movable: Any, *, no_fragment: bool = False, bulk: bool = False
) -> list[Any]:
    """__rmqueue_pcplist(zone, order, migratetype, alloc_flags, pcp, list)."""
    bounded(edge, pcp)
    edge.given["movable_pages"] = movable
    if not bulk:
        pcp.free_factor = pcp.free_factor >> 1  # its caller's
    index = edge.ours["order_to_pindex"](migratetype, size)
    return [zone, order(size), kind(migratetype), flags_of(no_fragment), pcp, PcpList(pcp, index)]


def inner(edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int, pcp: Any, of: PcpList) -> Page | None:
    """Contract of __rmqueue_pcplist(): rmqueue_pcplist(), for the bulk allocator, which leaves the factor alone."""
    number, wanted = order_of(edge, size), our_type(edge.path, migratetype)
    right = edge.ours["order_to_pindex"](wanted, number) == of.index
    edge.owe(zone is edge.zone and pcp is edge.pcp and right, "the list is that of the order and type")
    take = edge.ours["rmqueue_pcplist"]
    page = to_page(take(zone, pcp, number, wanted, edge.given["movable_pages"], no_fragment=spares(flags), bulk=True))
    edge.count = convert(edge.path, to_int(LONG, pcp.count), INT)
    return page


def enter_next(edge: Edge, pcp: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex), up to the list that it finds first."""
    if isinstance(pcp.count, LiftedCount):
        edge.suppose(pcp.count.term >= 1)
    return [edge.zone, Int(INT, 1), pcp, Int(INT, int(index))]


class Search:
    """The search of free_pcppages_bulk(), which the text bounds by the lists that it found empty."""

    keeps = True

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.turns = 0

    def enter(self, scope: Scope) -> None:
        """It begins as the text says."""

    def again(self, scope: Scope) -> None:
        """When all are empty, nothing is left to drain, and its caller did not ask."""
        self.turns += 1
        if self.turns >= self.edge.given["lists"]:
            raise Returned(None)

    def body(self, scope: Scope) -> bool:
        """It is run."""
        return False


def search_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """The first do-while is the search."""
    return Search(edge) if isinstance(loop, A.DoWhile) and is_search(loop) else None


def is_search(loop: A.Node) -> bool:
    """Whether the loop ends by a break alone."""
    return isinstance(loop.cond, A.Constant)


def found_list(edge: Edge, index: Int) -> Int:
    """In place of pindex_to_order(), which comes first after the search."""
    raise Returned(index)


def leave_next(edge: Edge, answer: Int | None) -> Any:
    """The list that was found."""
    return None if answer is None else answer.value


def enter_drain_one(edge: Edge, zone: Any, pcp: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex), one turn of its innermost loop; the list has a block."""
    bounded(edge, pcp)
    if isinstance(pcp.count, LiftedCount):
        edge.suppose(pcp.count.term >= 1)
    edge.given["index"] = int(index)
    return [zone, Int(INT, 1), pcp, Int(INT, int(index))]


def has_a_block(zone: Any, pcp: Any, index: Any) -> bool:
    """A list is drained only if it has a block."""
    return pcp.last(index) is not None


class Found:
    """The search, in whose place the list stands that was found."""

    keeps = True

    def __init__(self, edge: Edge, found: Any) -> None:
        self.edge, self.found = edge, found

    def enter(self, scope: Scope) -> None:
        """Nothing is forgotten."""

    def again(self, scope: Scope) -> None:
        """It takes one turn."""
        raise AssertionError("a search that found a list goes on")

    def body(self, scope: Scope) -> bool:
        """The list that was found."""
        index = self.found(scope)
        cell_of(scope, "pindex").value = Int(INT, index)
        cell_of(scope, "list").value = PcpList(self.edge.pcp, index)
        raise Left


def drain_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """The search is over; of the innermost loop one turn is run."""
    if not isinstance(loop, A.DoWhile):
        return None
    return Found(edge, lambda scope: edge.given["index"]) if is_search(loop) else None


def leave_true(edge: Edge, answer: Any) -> bool:
    """A block was drained."""
    return True


def enter_drain(edge: Edge, zone: Any, pcp: Any, pages: Any, index: Any) -> list[Any]:
    """free_pcppages_bulk(zone, count, pcp, pindex)."""
    if isinstance(pages, Countdown):
        edge.given["countdown"] = pages
    edge.given["start"] = index
    return [zone, to_int(INT, pages), pcp, Int(INT, index if isinstance(index, int) else 0)]


P = "linux.pcp"
ONE = (f"{P}.refill_one",)
SECOND = lambda zone, pcp, *_, **__: pcp  # noqa: E731 # an argument's place
UNITS = (
    Unit("order_to_pindex", (f"{P}.order_to_pindex",), enter_index, leave_number, index_of,
         ("pcp.refill_one", "pcp.free_unref_page_commit"), zone=lambda *_: None, lemmas=True),
    Unit("pindex_to_order", (f"{P}.pindex_to_order",), lambda edge, index: [Int(UINT, int(index))], leave_number,
         order_of_index, ("pcp.drain_one",), zone=lambda *_: None, lemmas=True),
    Unit("rmqueue_bulk", ONE, enter_refill, leave_refill, operations=("pcp.refill_one",), pcp=SECOND),
    Unit("rmqueue_bulk", (f"{P}.rmqueue_bulk",), enter_bulk, leave_bulk, bulk, ("pcp.rmqueue_bulk",), rules=bulk_rules,
         supposes=("fewer than 2^31 blocks are asked for",), pcp=lambda zone, pcp, *_, **__: pcp),
    Unit("__rmqueue_pcplist", (f"{P}.rmqueue_pcplist",), enter_inner, leave_smallest, inner, ("pcp.rmqueue_pcplist",),
         pcp=SECOND, supposes=SMALL),
    Unit("rmqueue_pcplist", (f"{P}.rmqueue_pcplist",), enter_pcplist, leave_smallest, operations=("pcp.rmqueue_pcplist",),
         pcp=SECOND, meant=lambda *_, bulk=False, **__: not bulk, supposes=SMALL),
    Unit("free_pcppages_bulk", (f"{P}.next_pindex",), enter_next, leave_next, operations=("pcp.next_pindex",),
         zone=lambda pcp, *_: pcp.world.zone if hasattr(pcp, "world") else None,
         rules=search_rules, callees={"pindex_to_order": found_list}),
    Unit("free_pcppages_bulk", (f"{P}.drain_one",), enter_drain_one, leave_true, operations=("pcp.drain_one",), pcp=SECOND,
         meant=has_a_block, rules=drain_rules, supposes=SMALL),
)
CONTRACTS = {
    "order_to_pindex": index_of,
    "pindex_to_order": order_of_index,
    "rmqueue_bulk": bulk,
    "__rmqueue_pcplist": inner,
}
__all__ = ["BOOL", "Named", "carried", "flag", "key"]
