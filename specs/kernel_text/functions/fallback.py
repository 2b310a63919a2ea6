"""Fallback: whose block a request takes when its own lists are empty, and what comes along."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.mobility import zone_of_area
from specs.kernel_text.integers import BOOL, INT, UINT, ULONG, Int, combine, flag
from specs.kernel_text.lifting import our_pfn, our_type, to_int, to_page
from specs.kernel_text.pcp_lists import carried
from specs.kernel_text.units import OWED, Unit, kind, leave_truth, order, pfn
from specs.kernel_text.values import AreaOf, Cell, Page, Unset
from specs.prover.method.paths import Cut

NOFRAGMENT, KSWAPD = 0x100, 0x800
"""ALLOC_NOFRAGMENT and ALLOC_KSWAPD; that the tree's macros have these values is checked."""


def flags_of(no_fragment: object) -> Int:
    """The flags of a request, as far as the lists go."""
    return Int(UINT, KSWAPD | (NOFRAGMENT if no_fragment else 0))


def spares(flags: Int) -> bool:
    """Whether the request spares small blocks."""
    assert isinstance(flags.value, int)
    return bool(flags.value & NOFRAGMENT)


def enter_can_steal(edge: Edge, size: Any, migratetype: Any) -> list[Any]:
    """can_steal_fallback(order, start_mt)."""
    return [order(size), kind(migratetype)]


def can_steal(edge: Edge, size: Any, migratetype: Int) -> Int:
    """Contract of can_steal_fallback(): ours."""
    found = edge.ours["can_steal_fallback"](order_of(edge, size), our_type(edge.path, migratetype))
    return flag(bool(found))


def enter_suitable(edge: Edge, area: Any, size: Any, migratetype: Any) -> list[Any]:
    """find_suitable_fallback(area, order, migratetype, only_stealable, can_steal)."""
    edge.given["asked"] = int(size)
    edge.given["can_steal"] = Cell(Unset("can_steal is read before it is written"), BOOL)
    return [
        AreaOf(edge.zone, int(size)),
        order(size),
        kind(migratetype),
        Int(BOOL, 0),
        edge.given["can_steal"],
    ]


def leave_suitable(edge: Edge, answer: Int) -> Any:
    """The head of the list that is named; -1 is none."""
    if answer.value == -1:
        return None
    size, whole = edge.given["asked"], edge.given["can_steal"].value
    edge.owe(isinstance(whole, Int), "can_steal is told")
    page = edge.zone.free_area.first(size, answer.value)
    return edge.ours["Victim"](page, size, answer.value, bool(whole.value))


def suitable(edge: Edge, area: AreaOf, size: Any, migratetype: Int, stealable: Int, out: Cell) -> Int:
    """Contract of find_suitable_fallback(): ours, which tells the block too."""
    number = order_of(edge, size)
    edge.owe(area.order == number, "the area is that of the order")
    victim = edge.ours["find_suitable_fallback"](
        edge.zone.free_area, number, our_type(edge.path, migratetype)
    )
    edge.given["found"] = victim
    if victim is None:
        out.value = Unset("can_steal is read where no fallback was found")
        return Int(INT, -1)
    out.value = flag(bool(victim.whole_block))
    if stealable.value != 0 and not victim.whole_block:
        return Int(INT, -1)
    return Int(INT, int(victim.migratetype))


def enter_victim(
    edge: Edge, area: Any, size: Any, migratetype: Any, *, no_fragment: bool = False
) -> list[Any]:
    """__rmqueue_fallback(zone, order, start_migratetype, alloc_flags), up to its steal."""
    edge.given["wanted"] = migratetype
    return [edge.zone, Int(INT, int(size)), kind(migratetype), flags_of(no_fragment)]


def note_victim(edge: Edge, zone: Any, page: Page, flags: Int, migratetype: Int, whole: Int) -> None:
    """In place of steal_suitable_fallback(): who is stolen, for whom."""
    found = edge.given.get("found")
    edge.owe(zone is edge.zone and "victim" not in edge.given, "one block of this zone is stolen")
    edge.owe(migratetype.value == edge.given["wanted"], "it is stolen for the type that is asked for")
    edge.owe(
        found is not None and key(page) == key(to_page(found.pfn) or page),
        "the block is the one that was found",
    )
    assert found is not None
    edge.given["victim"] = edge.ours["Victim"](
        edge.our_pfn(page), found.order, found.migratetype, bool(whole.value)
    )


def leave_victim(edge: Edge, answer: Int) -> Any:
    """What was stolen; none exactly if the answer is false."""
    victim = edge.given.get("victim")
    edge.owe(bool(answer.value) is (victim is not None), "the answer tells whether a block was stolen")
    return victim


def fall_back(edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int) -> Int:
    """Contract of __rmqueue_fallback(): find_victim() and steal_suitable_fallback(); retried once at most."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    if edge.given.setdefault("retried", False):
        if edge.path is not None and edge.path.world is None:
            edge.suppose(z3.BoolVal(False))  # row fallback-refusal shows it
        else:
            edge.owe(False, "a request finds a block after its steal")
        raise Cut
    ours = zone.policy.fall_back.__globals__
    wanted = our_type(edge.path, migratetype)
    victim = ours["find_victim"](zone.free_area, order_of(edge, size), wanted, no_fragment=spares(flags))
    if victim is None:
        return Int(BOOL, 0)
    edge.given["retried"] = True
    ours["steal_suitable_fallback"](zone, victim, wanted, edge.given["movable_pages"])
    return Int(BOOL, 1)


def enter_request(
    edge: Edge, zone: Any, size: Any, migratetype: Any, movable_pages: Any, *, no_fragment: bool = False
) -> list[Any]:
    """__rmqueue(zone, order, migratetype, alloc_flags)."""
    edge.given["movable_pages"] = movable_pages
    return [zone, order(size), kind(migratetype), flags_of(no_fragment)]


def request(edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int) -> Page | None:
    """Contract of __rmqueue(): rmqueue()."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    wanted, movable = our_type(edge.path, migratetype), edge.given["movable_pages"]
    page = to_page(
        edge.ours["rmqueue"](zone, order_of(edge, size), wanted, movable, no_fragment=spares(flags))
    )
    if page is not None:
        carried(edge, page, migratetype)
    return page


def enter_steal(edge: Edge, zone: Any, victim: Any, migratetype: Any, movable_pages: Any) -> list[Any]:
    """steal_suitable_fallback(zone, page, alloc_flags, start_type, whole_block)."""
    edge.given["movable_pages"] = movable_pages
    return [zone, to_page(victim.pfn), flags_of(False), kind(migratetype), to_int(BOOL, victim.whole_block)]


def enter_range(edge: Edge, zone: Any, page: Any, size: Any, migratetype: Any) -> list[Any]:
    """change_pageblock_range(pageblock_page, start_order, migratetype)."""
    return [to_page(page), Int(INT, int(size)), kind(migratetype)]


def change_range(edge: Edge, page: Page, size: Any, migratetype: Int) -> None:
    """Contract of change_pageblock_range(): ours; in a free, which has none, each pageblock."""
    wanted, number = our_type(edge.path, migratetype), order_of(edge, size)
    if "change_pageblock_range" in edge.ours:
        edge.ours["change_pageblock_range"](edge.zone, edge.our_pfn(page), number, wanted)
        return
    for start in range(0, 1 << number, edge.given["pageblock"]):
        at = combine(edge.path, "+", pfn(edge.our_pfn(page)), Int(ULONG, start))
        edge.zone.pageblocks.set(our_pfn(edge.path, at), wanted)


F = "linux.fallback"
FIND, STEAL, REQUEST = "fallback.find_victim", "fallback.steal_suitable_fallback", "fallback.rmqueue"
UNITS = (
    Unit(
        "can_steal_fallback",
        (f"{F}.can_steal_fallback",),
        enter_can_steal,
        leave_truth,
        can_steal,
        (FIND,),
        zone=lambda *_: None,
    ),
    Unit(
        "find_suitable_fallback",
        (f"{F}.find_suitable_fallback",),
        enter_suitable,
        leave_suitable,
        suitable,
        (FIND,),
        zone_of_area,
        among=OWED,  # an order of which no list may be taken is passed over in two ways: 2^11 paths of ours
    ),
    Unit(
        "__rmqueue_fallback",
        (f"{F}.find_victim",),
        enter_victim,
        leave_victim,
        fall_back,
        (FIND,),
        zone_of_area,
        callees={"steal_suitable_fallback": note_victim},
    ),
    Unit(
        "steal_suitable_fallback",
        (f"{F}.steal_suitable_fallback",),
        enter_steal,
        operations=(STEAL,),
        supposes=("the pages of a pageblock that are free or movable are no more than it has",),
    ),
    Unit(
        "change_pageblock_range",
        (f"{F}.change_pageblock_range",),
        enter_range,
        contract=change_range,
        operations=(STEAL,),
        among=("steal-exact",),
    ),
    Unit("__rmqueue", (f"{F}.rmqueue",), enter_request, leave_smallest, request, (REQUEST,)),
)
