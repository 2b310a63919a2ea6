"""Per-CPU lists: which there are, how they are refilled, handed out from, and drained."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast as A

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.fallback import flags_of, spares
from specs.kernel_text.integers import (
    BOOL,
    INT,
    LONG,
    UINT,
    ULONG,
    Int,
    combine,
    compare,
    convert,
    flag,
    term,
)
from specs.kernel_text.interpreter import Left, LoopRule, Returned
from specs.kernel_text.lifting import our_count, our_type, to_int, to_page
from specs.kernel_text.primitives import carried, order_of
from specs.kernel_text.turns import cell_of
from specs.kernel_text.units import Unit, kind, order
from specs.kernel_text.values import Named, Page, PcpList, Scope, Unset
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


class Refilled:
    """The loop of rmqueue_bulk(), of whose turn it is noted whether another would follow."""

    keeps = True

    def __init__(self, edge: Edge) -> None:
        self.edge = edge

    def enter(self, scope: Scope) -> None:
        """It begins as the text says."""

    def again(self, scope: Scope) -> None:
        """Another would follow."""
        self.edge.given["goes on"] = True

    def body(self, scope: Scope) -> bool:
        """It is run."""
        return False


def refill_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """Its one loop."""
    return Refilled(edge) if isinstance(loop, A.For) else None


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


SMALL = (
    "a CPU's lists hold fewer than 2^24 pages, and its batch, high and free factor are below 2^20 and 6",
)


def bounded(edge: Edge, pcp: Any) -> None:
    """The numbers of a CPU's lists fit an int, with room: its counts are bounded by the zone's sizes."""
    for name, limit in (("count", 1 << 24), ("high", 1 << 20), ("batch", 1 << 20), ("free_factor", 6)):
        value = getattr(pcp, name)
        if isinstance(value, LiftedCount):
            edge.suppose(z3.And(value.term >= 0, value.term < limit))


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
    """Contract of __rmqueue_pcplist(): rmqueue_pcplist(), for the bulk allocator, which leaves the factor alone."""
    number, wanted = order_of(edge, size), our_type(edge.path, migratetype)
    right = edge.ours["order_to_pindex"](wanted, number) == of.index
    edge.owe(zone is edge.zone and pcp is edge.pcp and right, "the list is that of the order and type")
    take = edge.ours["rmqueue_pcplist"]
    page = to_page(
        take(zone, pcp, number, wanted, edge.given["movable_pages"], no_fragment=spares(flags), bulk=True)
    )
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
    pages = edge.given["pages"] = 1 << edge.ours["pindex_to_order"](int(index))
    return [zone, Int(INT, pages + 1), pcp, Int(INT, int(index))]


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


class OneDrained:
    """A loop of which one turn is run: the pages of one block are counted off what is to be drained."""

    keeps = True

    def __init__(self, edge: Edge) -> None:
        self.edge = edge

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

    def body(self, scope: Scope) -> bool:
        """It is run."""
        return False


def drain_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """The search is over; of the other loops one turn is run."""
    if isinstance(loop, A.DoWhile) and is_search(loop):
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


class DrainTurn:
    """The outer loop of free_pcppages_bulk(), which counts down; a turn of it may drain several blocks."""

    keeps = False

    def __init__(self, edge: Edge) -> None:
        self.edge, self.loop = edge, edge.given["countdown"].loop

    def enter(self, scope: Scope) -> None:
        """Any state, any list, and anything left to do that is no more than the lists have."""
        edge, count = self.edge, cell_of(scope, "count")
        before = count.value.was if isinstance(count.value, Unset) else count.value
        edge.owe(self.listed(before), "no more is to be drained than the lists have")
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

    def body(self, scope: Scope) -> bool:
        """It is run."""
        return False


class OneBlock:
    """The innermost loop: its body is a unit of its own; after a block, another turn begins."""

    keeps = True

    def __init__(self, edge: Edge, outer: DrainTurn) -> None:
        self.edge, self.outer = edge, outer

    def enter(self, scope: Scope) -> None:
        """The list that was found has a block."""

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


def whole_rules(edge: Edge, function: str, loop: A.Node) -> LoopRule | None:
    """The outer loop counts down, the search finds a list, the innermost loop drains a block."""
    if "countdown" not in edge.given:
        return None
    if isinstance(loop, A.While):
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
    return min(3, edge.given["pageblock"].bit_length() - 2)


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


def leave_count(edge: Edge, answer: Int) -> Any:
    """A number."""
    return our_count(edge.path, answer)


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


def enter_drain_all(edge: Edge, zone: Any, pcp: Any) -> list[Any]:
    """drain_pages_zone(cpu, zone)."""
    if isinstance(pcp.count, Countdown):
        edge.given["emptying"] = pcp.count
    bounded(edge, pcp)
    return [Int(UINT, 0), zone]


P = "linux.pcp"
ONE = (f"{P}.refill_one",)


def second(zone: Any, pcp: Any, *_: Any, **__: Any) -> Any:
    """The CPU's lists, where they come after the zone."""
    return pcp


def first(pcp: Any, *_: Any, **__: Any) -> Any:
    """The CPU's lists, where they come first."""
    return pcp


def zone_of_lists(pcp: Any, *_: Any, **__: Any) -> Any:
    """The zone to which the lists belong, if they tell."""
    return pcp.world.zone if hasattr(pcp, "world") else getattr(pcp, "zone", None)


LISTED = (
    "while something is left to drain, some list has a block: the count is the pages listed (row pcp-count)"
)
UNITS = (
    Unit(
        "order_to_pindex",
        (f"{P}.order_to_pindex",),
        enter_index,
        leave_number,
        index_of,
        ("pcp.refill_one", "pcp.free_unref_page_commit"),
        zone=lambda *_: None,
        lemmas=True,
    ),
    Unit(
        "pindex_to_order",
        (f"{P}.pindex_to_order",),
        lambda edge, index: [Int(UINT, int(index))],
        leave_number,
        order_of_index,
        ("pcp.drain_one",),
        zone=lambda *_: None,
        lemmas=True,
    ),
    Unit(
        "rmqueue_bulk",
        ONE,
        enter_refill,
        leave_refill,
        operations=("pcp.refill_one",),
        pcp=second,
        rules=refill_rules,
        supposes=SMALL,
    ),
    Unit(
        "rmqueue_bulk",
        (f"{P}.rmqueue_bulk",),
        enter_bulk,
        leave_bulk,
        bulk,
        ("pcp.rmqueue_bulk",),
        rules=bulk_rules,
        supposes=("fewer than 2^31 blocks are asked for",),
        pcp=second,
    ),
    Unit(
        "__rmqueue_pcplist",
        (f"{P}.rmqueue_pcplist",),
        enter_inner,
        leave_smallest,
        inner,
        ("pcp.rmqueue_pcplist",),
        pcp=second,
        supposes=SMALL,
    ),
    Unit(
        "rmqueue_pcplist",
        (f"{P}.rmqueue_pcplist",),
        enter_pcplist,
        leave_smallest,
        operations=("pcp.rmqueue_pcplist",),
        pcp=second,
        meant=lambda *_, bulk=False, **__: not bulk,
        supposes=SMALL,
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.next_pindex",),
        enter_next,
        leave_next,
        operations=("pcp.next_pindex",),
        zone=zone_of_lists,
        rules=search_rules,
        callees={"pindex_to_order": found_list},
        supposes=(LISTED,),
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.drain_one",),
        enter_drain_one,
        leave_true,
        operations=("pcp.drain_one",),
        pcp=second,
        meant=has_a_block,
        rules=drain_rules,
        supposes=SMALL,
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.free_pcppages_bulk",),
        enter_drain,
        contract=drain,
        operations=("pcp.free_pcppages_bulk",),
        pcp=second,
        rules=whole_rules,
        supposes=(*SMALL, LISTED),
    ),
    Unit(
        "nr_pcp_high", (f"{P}.pcp_limit",), enter_high, leave_count, limit, zone=zone_of_lists, supposes=SMALL
    ),
    Unit(
        "nr_pcp_free",
        (f"{P}.pages_to_drain",),
        enter_free_count,
        leave_count,
        to_drain,
        zone=zone_of_lists,
        pcp=first,
        supposes=SMALL,
    ),
    Unit(
        "free_unref_page_commit",
        (f"{P}.free_unref_page_commit",),
        enter_commit,
        operations=("pcp.free_unref_page_commit",),
        pcp=second,
        supposes=SMALL,
    ),
)
CONTRACTS = {
    "order_to_pindex": index_of,
    "pindex_to_order": order_of_index,
    "rmqueue_bulk": bulk,
    "__rmqueue_pcplist": inner,
    "free_pcppages_bulk": drain,
    "nr_pcp_high": limit,
    "nr_pcp_free": to_drain,
}
__all__ = ["BOOL", "Named", "key"]
