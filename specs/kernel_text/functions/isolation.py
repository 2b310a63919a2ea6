"""Isolation: pageblocks and pages out of use, and back."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.functions.free_pages import counts_back, counts_isolated, counts_one, counts_taken
from specs.kernel_text.functions.mobility import zone_of_area
from specs.kernel_text.integers import INT, ULONG, Int, combine, compare, flag, term
from specs.kernel_text.lifting import condition_of, our_type, to_page
from specs.kernel_text.units import OWED, Unit, kind, order, pfn
from specs.kernel_text.values import Page
from specs.prover.method.labels import is_free

CMA = 0x80
"""ALLOC_CMA; that the tree's macro has this value is checked."""


def enter_set(edge: Edge, zone: Any, page: Any) -> list[Any]:
    """set_migratetype_isolate(page, migratetype, isol_flags, start_pfn, end_pfn), of the page's pageblock."""
    number = pfn(page)
    return [to_page(page), Int(INT, 1), Int(INT, 0), number, combine(edge.path, "+", number, Int(ULONG, 1))]


def leave_zero(edge: Edge, answer: Int) -> bool:
    """0 is success."""
    return answer.value == 0


def enter_unset(edge: Edge, zone: Any, page: Any, migratetype: Any) -> list[Any]:
    """unset_migratetype_isolate(page, migratetype): its callers name a pageblock by its first page."""
    if not isinstance(page, int):
        size = z3.BitVecVal(edge.given["pageblock"] - 1, 64)
        edge.suppose(page.term & size == 0)
    edge.given["was"] = condition_of(zone.pageblocks.migratetype(page) == 4)
    return [to_page(page), kind(migratetype)]


def leave_unset(edge: Edge, answer: Any) -> bool:
    """Whether the pageblock was isolated: its type was set then."""
    return "set_pageblock_migratetype" in edge.done


def enter_isolate(edge: Edge, zone: Any, page: Any, size: Any, mark: Any = 0) -> list[Any]:
    """__isolate_free_page(page, order): the mark is the zone's minimum."""
    edge.given["_watermark"] = [Int(ULONG, mark)]
    edge.given["mark"] = mark
    return [to_page(page), order(size)]


def leave_some(edge: Edge, answer: Int) -> bool:
    """Anything but 0 is success."""
    return answer.value != 0


def watermark_ok(edge: Edge, zone: Any, size: Any, mark: Int, index: Int, flags: Int) -> Int:
    """Contract of zone_watermark_ok(), as asked for single pages above a raised mark: leaves()."""
    block = edge.given["block"]
    wanted = Int(ULONG, edge.given["mark"] + (1 << block))
    edge.owe(order_of(edge, size) == 0 and zone is edge.zone, "single pages of this zone are asked for")
    edge.owe(compare(edge.path, "==", mark, wanted), "the mark is raised by the block")
    edge.owe(index.value == 0 and flags.value in (0, CMA), "no zone is spared, and no reserve is opened")
    return flag(condition_of(edge.ours["leaves"](edge.zone, block, edge.given["mark"])))


def isolate(edge: Edge, page: Page, size: Any) -> Int:
    """Contract of __isolate_free_page(): ours."""
    found = edge.ours["isolate_free_page"](edge.zone, edge.our_pfn(page), order_of(edge, size))
    return Int(INT, 1 << order_of(edge, size) if found else 0)


def enter_putback(edge: Edge, zone: Any, page: Any, size: Any, migratetype: Any) -> list[Any]:
    """__putback_isolated_page(page, order, mt)."""
    return [to_page(page), order(size), kind(migratetype)]


def putback(edge: Edge, page: Page, size: Any, migratetype: Int) -> None:
    """Contract of __putback_isolated_page(): ours."""
    back = edge.ours["putback_isolated_page"]
    back(edge.zone, edge.our_pfn(page), order_of(edge, size), our_type(edge.path, migratetype))


def enter_break(edge: Edge, area: Any, page: Any, low: Any, high: Any, migratetype: Any) -> list[Any]:
    """break_down_buddy_pages(zone, page, target, low, high, migratetype)."""
    size = int(high)
    head = pfn(page).value
    mask = -(1 << size)
    first = Page(head & mask if isinstance(head, int) else z3.simplify(head & z3.BitVecVal(mask, 64)))
    return [edge.zone, first, to_page(page), Int(INT, int(low)), Int(INT, size), kind(migratetype)]


def break_down(
    edge: Edge, zone: Any, page: Page, target: Page, low: Any, high: Any, migratetype: Int
) -> None:
    """Contract of break_down_buddy_pages(): expand() around the target."""
    orders = order_of(edge, low), order_of(edge, high)
    mask = Int(ULONG, ((1 << 64) - (1 << orders[1])))
    first = combine(edge.path, "&", Int(ULONG, target.pfn), mask)
    edge.owe(compare(edge.path, "==", first, Int(ULONG, page.pfn)), "the target is in the block")
    edge.ours["expand"](edge.zone.free_area, edge.our_pfn(target), *orders, our_type(edge.path, migratetype))


def enter_take_off(edge: Edge, zone: Any, page: Any) -> list[Any]:
    """take_page_off_buddy(page)."""
    return [to_page(page)]


def in_use(edge: Edge, page: Page) -> Int:
    """page_count(): of a free page, and of all in one, it is 0."""
    world = getattr(edge.zone.free_area, "world", None)
    if edge.path is None or not edge.path.choose():
        return Int(INT, 0)
    number = term(page.pfn)
    if world is not None:
        world.roots.append(number)
        edge.path.assume(z3.Not(is_free(world.state.owner(number))))
    for size in range(edge.zone.free_area.max_order + 1):
        first = Page(number & z3.BitVecVal(-(1 << size), 64))
        none = z3.Not(edge.zone.free_area.is_free_block(edge.our_pfn(first), size).term)
        if world is not None:  # so much follows, and what is sought from it is sought far sooner
            edge.owe(none, "no free block holds a page that is in use")
        edge.suppose(none)
    return Int(INT, 1)


def enter_put_back(edge: Edge, zone: Any, page: Any) -> list[Any]:
    """put_page_back_buddy(page)."""
    return [to_page(page)]


def enter_split(edge: Edge, zone: Any, page: Any, size: Any, at: Any) -> list[Any]:
    """split_free_page(free_page, order, split_pfn_offset), of a free block."""
    return [to_page(page), order(size), combine(edge.path, "-", pfn(at), pfn(page))]


def leave_split(edge: Edge, answer: Int) -> None:
    """0: the block was one."""
    edge.owe(answer.value == 0, "the block that is split is a free one")


def leave_put_back(edge: Edge, answer: Int) -> None:
    """Ours tells nothing; C tells that the mark of a poisoned page was there."""
    edge.owe(answer.value == 1, "the page came back, and its mark was there")


I = "linux.isolation"  # noqa: E741 # the room's letter
UNITS = (
    Unit(
        "set_migratetype_isolate",
        (f"{I}.set_migratetype_isolate",),
        enter_set,
        leave_zero,
        operations=("isolation.set_migratetype_isolate",),
        supposes=("has_unmovable_pages() finds none: what is in use can be moved",),
        counts=counts_isolated,
    ),
    Unit(
        "unset_migratetype_isolate",
        (f"{I}.unset_migratetype_isolate",),
        enter_unset,
        leave_unset,
        operations=("isolation.unset_migratetype_isolate",),
        supposes=(
            "the page is the first of its pageblock",
            "where the isolation of a pageblock is undone, isolated pageblocks are counted",
        ),
        counts=counts_back,
    ),
    Unit(
        "__isolate_free_page",
        (f"{I}.isolate_free_page",),
        lambda edge, zone, page, size, mark=0: (
            edge.given.__setitem__("block", int(size)),
            enter_isolate(edge, zone, page, size, mark),
        )[1],
        leave_some,
        isolate,
        ("isolation.isolate_free_page",),
        callees={"zone_watermark_ok": watermark_ok},
        counts=counts_taken,
    ),
    Unit(
        "__putback_isolated_page",
        (f"{I}.putback_isolated_page",),
        enter_putback,
        contract=putback,
        operations=("isolation.putback_isolated_page",),
    ),
    Unit(
        "break_down_buddy_pages",
        (f"{I}.expand",),
        enter_break,
        contract=break_down,
        operations=("isolation.take_page_off_buddy",),
        among=OWED,
        zone=zone_of_area,
    ),
    Unit(
        "take_page_off_buddy",
        (f"{I}.take_page_off_buddy",),
        enter_take_off,
        leave_some,
        operations=("isolation.take_page_off_buddy",),
        callees={"page_count": in_use},
        counts=counts_one,
    ),
    Unit(
        "put_page_back_buddy",
        (f"{I}.put_page_back_buddy",),
        enter_put_back,
        leave_put_back,
        operations=("isolation.put_page_back_buddy",),
        supposes=("nobody else holds the page, and it is marked as poisoned",),
    ),
)
ON_INTS = (Unit("split_free_page", (f"{I}.split_free_page",), enter_split, leave_split),)
"""Units that are compared over plain numbers alone."""
