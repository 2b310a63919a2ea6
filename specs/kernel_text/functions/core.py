"""Splitting and merging: the functions that our core has too."""

from __future__ import annotations

from typing import Any

from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of, same_page
from specs.kernel_text.functions.free_pages import counts_freed
from specs.kernel_text.integers import INT, UINT, ULONG, Int, combine, compare, flag
from specs.kernel_text.lifting import condition_of, our_pfn, our_type, to_page
from specs.kernel_text.pcp_lists import carried
from specs.kernel_text.units import OWED, Bare, Unit, kind, leave_truth, no_zone, order, pfn
from specs.kernel_text.values import Page

TO_TAIL, NONE = 2, 0
"""FPI_TO_TAIL and FPI_NONE; that the tree's macros have these values is checked."""


def bare(area: Any, *_: Any, **__: Any) -> Any:
    """A zone, of which the core knows its free lists alone; or the zone itself."""
    return area if hasattr(area, "free_area") else Bare(area)


def buddy_of(edge: Edge, page: Int, at: Any) -> Int:
    """Contract of __find_buddy_pfn(): buddy_pfn()."""
    size = Int(ULONG, 1 << order_of(edge, at))
    return combine(edge.path, "^", Int(ULONG, page.value), size)


def is_buddy(edge: Edge, page: Page, buddy: Page, at: Any) -> Int:
    """Contract of page_is_buddy(): ours; of a page of this zone its lists alone are asked."""
    size, ours = order_of(edge, at), edge.given.get("asks elsewhere")
    if ours is not None:
        return flag(condition_of(ours(edge.zone, edge.our_pfn(page), edge.our_pfn(buddy), size)))
    return flag(condition_of(edge.zone.free_area.is_free_block(edge.our_pfn(buddy), size)))


def merge_likely(edge: Edge, number: Int, buddy: Int, page: Page, at: Any) -> Int:
    """Contract of buddy_merge_likely(): ours; the buddy's number counts below the two top orders alone."""
    assert edge.machine is not None
    size = order_of(edge, at)
    same_page(edge, page, number, "the page and its number are told alike")
    if size < edge.zone.free_area.max_order - 1:
        right = compare(edge.path, "==", buddy, buddy_of(edge, number, Int(UINT, size)))
        edge.owe(right, "the buddy's number is told")
    of = edge.zone.free_area if isinstance(edge.zone, Bare) else edge.zone
    found = edge.ours["buddy_merge_likely"](of, our_pfn(edge.path, number), size)
    return flag(condition_of(found))


def enter_free(
    edge: Edge, zone: Any, block: Any, size: Any, migratetype: Any, *, to_tail: bool = False
) -> list[Any]:
    """__free_one_page(page, pfn, zone, order, migratetype, fpi_flags)."""
    flags = Int(INT, TO_TAIL if to_tail else NONE)
    return [to_page(block), pfn(block), edge.zone, order(size), kind(migratetype), flags]


def free_block(
    edge: Edge, page: Page, number: Int, zone: Any, size: Any, migratetype: Int, flags: Int
) -> None:
    """Contract of __free_one_page(): free_one_page()."""
    same_page(edge, page, number, "the page and its number are told alike")
    edge.owe(zone is edge.zone, "the call is about this zone")
    number_of = order_of(edge, size)
    to_tail = bool(isinstance(flags.value, int) and flags.value & TO_TAIL)
    free = edge.ours["free_one_page"]
    free(edge.zone, edge.our_pfn(page), number_of, our_type(edge.path, migratetype), to_tail=to_tail)


def enter_expand(edge: Edge, area: Any, page: Any, low: Any, high: Any, migratetype: Any) -> list[Any]:
    """expand(zone, page, low, high, migratetype)."""
    return [edge.zone, to_page(page), Int(INT, int(low)), Int(INT, int(high)), kind(migratetype)]


def split(edge: Edge, zone: Any, page: Page, low: Any, high: Any, migratetype: Int) -> Int:
    """Contract of expand(): ours, of a block and its first page.  6.12 is told how many pages became free."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    orders = order_of(edge, low), order_of(edge, high)
    edge.ours["expand"](edge.zone.free_area, edge.our_pfn(page), *orders, our_type(edge.path, migratetype))
    return Int(UINT, (1 << orders[1]) - (1 << orders[0]))


def enter_smallest(edge: Edge, area: Any, size: Any, migratetype: Any) -> list[Any]:
    """__rmqueue_smallest(zone, order, migratetype)."""
    return [edge.zone, order(size), kind(migratetype)]


def leave_smallest(edge: Edge, page: Page | None) -> Any:
    """A page carries the type under which it was taken."""
    return None if page is None else our_pfn(edge.path, page)


def take_smallest(edge: Edge, zone: Any, size: Any, migratetype: Int) -> Page | None:
    """Contract of __rmqueue_smallest(): rmqueue_smallest()."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    take = edge.ours["rmqueue_smallest"]
    page = to_page(take(edge.zone.free_area, order_of(edge, size), our_type(edge.path, migratetype)))
    if page is not None:
        carried(edge, page, migratetype)
    return page


def enter_likely(edge: Edge, zone: Any, block: Any, size: Any) -> list[Any]:
    """buddy_merge_likely(pfn, buddy_pfn, page, order): the buddy's number is told as its caller tells it."""
    edge.given["asks elsewhere"] = edge.ours.get("page_is_buddy")
    number = pfn(block)
    return [number, buddy_of(edge, number, order(size)), to_page(block), order(size)]


FREES = ("mobility.free_one_page", "mobility.free_one_page, to_tail")
CORE_FREES = ("free_one_page", "free_one_page, to_tail")
UNITS = (
    Unit(
        "__find_buddy_pfn",
        ("pfn.buddy_pfn",),
        lambda edge, page, at: [pfn(page), order(at)],
        lambda edge, answer: our_pfn(edge.path, answer),
        buddy_of,
        zone=no_zone,
    ),
    Unit(
        "buddy_merge_likely",
        ("linux.mobility.buddy_merge_likely",),
        enter_likely,
        leave_truth,
        merge_likely,
        FREES,
        among=OWED,
    ),
    Unit(
        "buddy_merge_likely",
        ("buddy.buddy_merge_likely",),
        enter_likely,
        leave_truth,
        operations=CORE_FREES,
        zone=bare,
        among=("policy-free",),
    ),
    Unit(
        "__free_one_page",
        ("linux.mobility.free_one_page",),
        enter_free,
        contract=free_block,
        operations=FREES,
        among=("typed-free", "policy-typed-free", "merge-guard", "zone-edges"),
        counts=counts_freed,
    ),
    Unit(
        "__free_one_page",
        ("buddy.free_one_page",),
        enter_free,
        operations=CORE_FREES,
        zone=bare,
        counts=counts_freed,
    ),
    Unit(
        "expand",
        ("buddy.expand",),
        enter_expand,
        contract=split,
        operations=("rmqueue_smallest",),
        zone=bare,
        among=("alloc-exact", "policy-alloc"),
    ),
    Unit(
        "__rmqueue_smallest",
        ("buddy.rmqueue_smallest",),
        enter_smallest,
        leave_smallest,
        take_smallest,
        ("rmqueue_smallest",),
        bare,
    ),
)
