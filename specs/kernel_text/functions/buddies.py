"""page_is_buddy(): whether a page and its buddy may merge, by the mark of the buddy and the zones of both."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.asked_zone import order_elsewhere, zone_of
from specs.kernel_text.edge import Edge
from specs.kernel_text.functions.core import is_buddy
from specs.kernel_text.integers import BITS, INT, Int, flag, term
from specs.kernel_text.lifting import OrderAt, condition_of, to_page
from specs.kernel_text.units import Unit, leave_truth, order
from specs.kernel_text.values import Page


def enter(edge: Edge, zone: Any, page: Any, buddy: Any, size: Any) -> list[Any]:
    """page_is_buddy(page, buddy, order), of a page of the zone or before it."""
    if edge.path is not None:
        suppose_of_lists(edge, page, buddy, int(size))
    return [to_page(page), to_page(buddy), order(size)]


def suppose_of_lists(edge: Edge, page: Any, buddy: Any, size: int) -> None:
    """A block that is listed in a zone lies there; and the page lies in this one, or before it."""
    first, second = page.term, buddy.term
    listed, there = edge.zone.free_area.is_free_block(buddy, size).term, zone_of(first)
    edge.suppose(z3.ULT(first, edge.zone.end.term))
    edge.suppose(z3.Implies(listed, is_own(edge, second)))
    elsewhere = z3.And(z3.Not(is_own(edge, second)), zone_of(second) == there)
    edge.suppose(z3.Implies(order_elsewhere(there, second) == size, elsewhere))


def is_own(edge: Edge, page: z3.BitVecRef) -> z3.BoolRef:
    """Whether the zone spans the page."""
    return z3.And(z3.ULE(edge.zone.start.term, page), z3.ULT(page, edge.zone.end.term))


def order_anywhere(edge: Edge, page: Page) -> OrderAt:
    """buddy_order(): of the block that is listed at the page, in whatever zone the page lies."""
    free, number = edge.zone.free_area, term(page.pfn)
    own, there = is_own(edge, number), zone_of(number)

    def listed(size: int) -> z3.BoolRef:
        here = condition_of(free.is_free_block(edge.our_pfn(page), size))
        return z3.If(own, here, z3.And(there != 0, order_elsewhere(there, number) == size))

    return OrderAt(page, [listed(size) for size in range(free.max_order + 1)])


def is_marked(edge: Edge, page: Page) -> Int:
    """PageBuddy()."""
    found = order_anywhere(edge, page)
    return flag(found.among(range(len(found.truths))))


def zone_number(edge: Edge, page: Page) -> Int:
    """page_zone_id(): any number for each zone."""
    number = term(page.pfn)
    other = z3.Concat(z3.BitVecVal(0, BITS - 8), zone_of(number)) + 1
    return Int(INT, z3.If(is_own(edge, number), z3.BitVecVal(0, BITS), other))


UNITS = (
    Unit(
        "page_is_buddy",
        ("linux.mobility.page_is_buddy",),
        enter,
        leave_truth,
        is_buddy,
        callees={"PageBuddy": is_marked, "buddy_order": order_anywhere, "page_zone_id": zone_number},
        supposes=("a page is marked where it is listed, and listed in the zone to which it belongs",),
    ),
)
