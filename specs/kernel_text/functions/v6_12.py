"""Linux 6.12: claim a pageblock, or steal a block; the units that are cut otherwise than those of 6.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.functions import core, fallback
from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.fallback import flags_of, spares
from specs.kernel_text.functions.v6_12_blocks import UNITS as BLOCKS
from specs.kernel_text.functions.v6_12_blocks import V
from specs.kernel_text.functions.v6_12_counts import UNIT as ACCOUNT
from specs.kernel_text.integers import INT, UINT, Int
from specs.kernel_text.lifting import our_type, to_page
from specs.kernel_text.primitives import type_at
from specs.kernel_text.units import Unit, kind, order, pfn
from specs.kernel_text.values import Cell, Page

NORMAL, STEAL = "RMQUEUE_NORMAL", "RMQUEUE_STEAL"


def enter_claim(
    edge: Edge, zone: Any, size: Any, migratetype: Any, movable_pages: Any, *, no_fragment: bool = False
) -> list[Any]:
    """__rmqueue_claim(zone, order, start_migratetype, alloc_flags)."""
    edge.given["movable_pages"] = movable_pages
    return [zone, Int(INT, int(size)), kind(migratetype), flags_of(no_fragment)]


def claim(edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int) -> Page | None:
    """Contract of __rmqueue_claim(): ours."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    ours, wanted = zone.policy.fall_back.__globals__, our_type(edge.path, migratetype)
    found = ours["rmqueue_claim"](
        zone, order_of(edge, size), wanted, edge.given["movable_pages"], no_fragment=spares(flags)
    )
    return to_page(found)


def enter_block(
    edge: Edge, zone: Any, victim: Any, size: Any, migratetype: Any, movable_pages: Any
) -> list[Any]:
    """try_to_steal_block(zone, page, current_order, order, start_type, alloc_flags)."""
    edge.given |= {"movable_pages": movable_pages, "claimed": type_at(edge, Page(pfn(victim.pfn).value))}
    orders = Int(INT, int(victim.order)), Int(INT, int(size))
    return [zone, to_page(victim.pfn), *orders, kind(migratetype), flags_of(False)]


def claim_block(
    edge: Edge, zone: Any, page: Page, current: Any, size: Any, migratetype: Int, flags: Int
) -> Page | None:
    """Contract of try_to_steal_block(): ours, of the block that was found."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    found = edge.given["found"]
    edge.owe(key(page) == key(to_page(found.pfn) or page), "the block is the one that was found")
    edge.owe(order_of(edge, current) == found.order, "its order is told")
    wanted = our_type(edge.path, migratetype)
    claimed = edge.ours["try_to_claim_block"](
        zone, found, order_of(edge, size), wanted, edge.given["movable_pages"]
    )
    return to_page(claimed)


def enter_steal(edge: Edge, zone: Any, size: Any, migratetype: Any) -> list[Any]:
    """__rmqueue_steal(zone, order, start_migratetype)."""
    return [zone, Int(INT, int(size)), kind(migratetype)]


def steal(edge: Edge, zone: Any, size: Any, migratetype: Int) -> Page | None:
    """Contract of __rmqueue_steal(): ours."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    ours, wanted = zone.policy.fall_back.__globals__, our_type(edge.path, migratetype)
    return to_page(ours["rmqueue_steal"](zone, order_of(edge, size), wanted))


def enter_request(
    edge: Edge, zone: Any, size: Any, migratetype: Any, movable_pages: Any, no_fragment: bool = False
) -> list[Any]:
    """__rmqueue(zone, order, migratetype, alloc_flags, mode)."""
    assert edge.machine is not None
    mode = Cell(edge.machine.constants[STEAL if zone.stealing else NORMAL], UINT)
    edge.given |= {"movable_pages": movable_pages, "mode": mode}
    return [zone, order(size), kind(migratetype), flags_of(no_fragment), mode]


def leave_request(edge: Edge, page: Page | None) -> Any:
    """The page; and whether the next request steals at once."""
    edge.zone.stealing = steals(edge, edge.given["mode"])
    return leave_smallest(edge, page)


def steals(edge: Edge, mode: Cell) -> bool:
    """Whether that is the mode; the one other that we know is the normal one."""
    assert edge.machine is not None
    known = {edge.machine.constants[name].value: name for name in (NORMAL, STEAL)}
    edge.owe(isinstance(mode.value, Int) and mode.value.value in known, "the mode is normal, or to steal")
    return known.get(mode.value.value) == STEAL


def request(edge: Edge, zone: Any, size: Any, migratetype: Int, flags: Int, mode: Cell) -> Page | None:
    """Contract of __rmqueue(): that of 6.1, which goes on as it was left."""
    assert edge.machine is not None
    zone.stealing = steals(edge, mode)
    page = fallback.request(edge, zone, size, migratetype, flags)
    mode.value = edge.machine.constants[STEAL if zone.stealing else NORMAL]
    return page


def goes_on_stealing(zone: Any, *_: Any, **__: Any) -> bool:
    """Whether a block was stolen already; else the request's own lists come first."""
    return bool(zone.stealing)


def enter_expand(edge: Edge, area: Any, page: Any, low: Any, high: Any, migratetype: Any) -> list[Any]:
    """expand(zone, page, low, high, migratetype)."""
    edge.given["added"] = (1 << int(high)) - (1 << int(low))
    return core.enter_expand(edge, area, page, low, high, migratetype)


def leave_expand(edge: Edge, answer: Int) -> None:
    """It tells how many pages became free."""
    edge.owe(answer.value == edge.given["added"], "the pages of the blocks that were listed are told")


def of_6_1(home: str) -> Unit:
    """The unit of 6.1 in whose place C stands there too."""
    return next(unit for unit in core.UNITS if unit.homes == (home,))


UNITS = (
    of_6_1("linux.mobility.free_one_page"),
    of_6_1("buddy.rmqueue_smallest"),
    replace(of_6_1("buddy.expand"), enter=enter_expand, leave=leave_expand),
    ACCOUNT,
    *BLOCKS,
    Unit("try_to_steal_block", (f"{V}.try_to_claim_block",), enter_block, leave_smallest, claim_block),
    Unit(
        "__rmqueue_claim",
        (f"{V}.rmqueue_claim",),
        enter_claim,
        leave_smallest,
        claim,
        supposes=("after a claim in vain the next turn is any turn at its order",),
    ),
    Unit("__rmqueue_steal", (f"{V}.rmqueue_steal",), enter_steal, leave_smallest, steal),
    Unit("__rmqueue", ("linux.fallback.rmqueue",), enter_request, leave_request, request),
    Unit(
        "__rmqueue",
        (f"{V}.fall_back",),
        enter_request,
        leave_request,
        meant=goes_on_stealing,
        supposes=("who goes on stealing finds nothing on its own lists, as before the theft",),
    ),
)
GONE = ("__rmqueue_fallback", "steal_suitable_fallback", "move_freepages", "__rmqueue")
"""Functions of 6.1 that 6.12 has not, or that are cut otherwise."""
