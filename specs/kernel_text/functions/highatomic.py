"""The highatomic reserve."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.errors import Undefined
from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.free_pages import counts_handed_out
from specs.kernel_text.integers import BOOL, INT, UINT, ULONG, Int, combine, compare
from specs.kernel_text.interpreter import Returned
from specs.kernel_text.lifting import our_type, to_int, to_page
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.turns import EachTurn, OneTurn, cell_of
from specs.kernel_text.units import Unit, kind, leave_truth, order
from specs.kernel_text.values import Named, Scope

OOM, NON_BLOCK, HIGHATOMIC, NOFRAGMENT, KSWAPD = 0x8, 0x10, 0x200, 0x100, 0x800
"""Flags of a request; that the tree's macros have these values is checked."""
OTHERS = 0x3 | KSWAPD
"""What a request has beside, which says nothing to the lists: the number of a watermark, and who is woken."""


def enter_reserve(edge: Edge, zone: Any, page: Any) -> list[Any]:
    """reserve_highatomic_pageblock(page, zone, alloc_order); whether it may is ours may_reserve()."""
    may = edge.ours["may_reserve"](zone.managed, zone.nr_reserved_highatomic)
    if not isinstance(zone.managed, int):
        share = combine(edge.path, "/", to_int(ULONG, zone.managed), Int(INT, 100))
        most = combine(edge.path, "+", share, Int(ULONG, edge.given["pageblock"]))
        less = compare(edge.path, "<", to_int(ULONG, zone.nr_reserved_highatomic), most)
        edge.suppose(less if may else z3.Not(less))
    return [to_page(page), zone, Int(UINT, 0)]


def leave_reserve(edge: Edge, answer: Any) -> bool:
    """Whether the pageblock was reserved."""
    return "set_pageblock_migratetype" in edge.done


def enter_turn(edge: Edge, zone: Any, size: Any, migratetype: Any) -> list[Any]:
    """unreserve_highatomic_pageblock(ac, force), one turn of its loop over the orders."""
    edge.given |= {"turn": int(size), "migratetype": kind(migratetype)}
    return [Named("ac"), Int(BOOL, 1)]


def turn_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """The loop over the orders is entered at the one that is asked for."""
    if not is_over_orders(loop):
        return None

    def goes_on(scope: Scope) -> Int:
        edge.given["goes on"] = True
        return Int(BOOL, 0)

    return OneTurn(lambda scope: {"order": Int(INT, edge.given["turn"])}, goes_on)


def leave_turn(edge: Edge, answer: Int) -> Any:
    """A turn that released nothing is followed by the next."""
    if "goes on" not in edge.given:
        edge.owe(compare(edge.path, "!=", answer, Int(BOOL, 0)), "the lists of the next order are looked at")
    return leave_truth(edge, answer)


def is_over_orders(loop: c_ast.Node) -> bool:
    """Whether a variable ``order`` runs through the loop."""
    init = getattr(loop, "init", None)
    return (
        isinstance(init, c_ast.Assignment)
        and isinstance(init.lvalue, c_ast.ID)
        and init.lvalue.name == "order"
    )


def enter_unreserve(edge: Edge, zone: Any, migratetype: Any, *, force: bool) -> list[Any]:
    """unreserve_highatomic_pageblock(ac, force), of one zone."""
    edge.given["migratetype"] = kind(migratetype)
    return [Named("ac"), Int(BOOL, int(force))]


def unreserve_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """A turn of the loop over the orders is a unit of its own."""
    if not is_over_orders(loop):
        return None

    def turn(scope: Scope) -> None:
        size = cell_of(scope, "order").value.value
        wanted = our_type(edge.path, edge.given["migratetype"])
        if not 0 <= size <= edge.zone.free_area.max_order:
            raise Undefined(f"free_area[{size}] is beyond the end")
        if edge.ours["unreserve_first"](edge.zone, size, wanted):
            raise Returned(Int(BOOL, 1))

    return EachTurn(turn)


def leave_unreserve(edge: Edge, answer: Int) -> Any:
    """Where this zone gave nothing, the next one of the list was asked for."""
    edge.owe(answer.value == 1 or "next_zone" in edge.done, "the other zones of the list are asked too")
    return leave_truth(edge, answer)


def first_zone(edge: Edge, zones: Any) -> Any:
    """The one zone of the list."""
    return edge.zone


def next_zone(edge: Edge, zone: Any) -> None:
    """There is no other."""


def enter_buddy(
    edge: Edge,
    zone: Any,
    size: Any,
    migratetype: Any,
    movable_pages: Any,
    *,
    highatomic: bool = False,
    last_resort: bool = False,
    no_fragment: bool = False,
) -> list[Any]:
    """rmqueue_buddy(preferred_zone, zone, order, alloc_flags, migratetype)."""
    edge.given["movable_pages"] = movable_pages
    zone.stealing = False  # 6.1 remembers nothing of a steal
    last = OOM if edge.path is None or not last_resort or edge.path.choose() else NON_BLOCK
    flags = OTHERS | (HIGHATOMIC if highatomic else 0) | (NOFRAGMENT if no_fragment else 0)
    flags |= last if last_resort else 0
    return [zone, zone, order(size), Int(UINT, flags), kind(migratetype)]


H = "linux.highatomic"
ONE_ZONE = {"first_zone": first_zone, "next_zone": next_zone}
LOWER = "the zones of the list are asked one after the other: one zone is the unit"
UNITS = (
    Unit(
        "rmqueue_buddy",
        (f"{H}.rmqueue_buddy",),
        enter_buddy,
        leave_smallest,
        operations=("highatomic.rmqueue_buddy",),
        counts=counts_handed_out,
    ),
    Unit(
        "reserve_highatomic_pageblock",
        (f"{H}.reserve_highatomic_pageblock",),
        enter_reserve,
        leave_reserve,
        operations=("highatomic.reserve_highatomic_pageblock",),
    ),
    Unit(
        "unreserve_highatomic_pageblock",
        (f"{H}.unreserve_first",),
        enter_turn,
        leave_turn,
        operations=("highatomic.unreserve_first",),
        rules=turn_rules,
        callees=ONE_ZONE,
        supposes=(LOWER,),
    ),
    Unit(
        "unreserve_highatomic_pageblock",
        (f"{H}.unreserve_highatomic_pageblock",),
        enter_unreserve,
        leave_unreserve,
        operations=("highatomic.unreserve_highatomic_pageblock",),
        rules=unreserve_rules,
        callees=ONE_ZONE,
        supposes=(LOWER,),
    ),
)
