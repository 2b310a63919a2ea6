"""Operations at the edge: the free lists, and how a block is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.integers import INT, Int, flag, term
from specs.kernel_text.lifting import OrderAt, condition_of, our_bool, our_type, to_page
from specs.kernel_text.operators import whole
from specs.kernel_text.values import AreaOf, FreeList, ListNode, Page


def order_of(edge: Edge, value: Any) -> int:
    """An order, which is one number on every path."""
    assert edge.machine is not None
    found = whole(edge.machine, value)
    if not isinstance(found, Int) or not isinstance(found.value, int):
        raise edge.machine.unread("an order that is no known number")
    return found.value


def same_page(edge: Edge, page: Page, pfn: Any, says: str) -> None:
    """A page and a number that stand for the same page: owed."""
    value = pfn.pfn if isinstance(pfn, Page) else pfn.value
    if isinstance(page.pfn, int) and isinstance(value, int):
        edge.owe(page.pfn == value, says)
    elif not (edge.path is not None and z3.is_true(z3.simplify(term(page.pfn) == term(value)))):
        edge.owe(term(page.pfn) == term(value), says)


def list_block(tail: bool) -> Callable[..., None]:
    """Put a block on a free list, at its head or tail."""

    def put(edge: Edge, page: Page, zone: Any, order: Any, migratetype: Int, *_: Any) -> None:
        _own(edge, zone)
        number = order_of(edge, order)
        edge.zone.free_area.add(edge.our_pfn(page), number, our_type(edge.path, migratetype), tail=tail)
        _mark(edge, page, number)

    return put


def list_block_at(edge: Edge, page: Page, zone: Any, order: Any, migratetype: Int, tail: Int) -> None:
    """Put a block on a free list, at the end that is told.  Linux 6.12: __add_to_free_list()."""
    _own(edge, zone)
    number, end = order_of(edge, order), our_bool(edge.path, tail)
    edge.zone.free_area.add(edge.our_pfn(page), number, our_type(edge.path, migratetype), tail=end)
    _mark(edge, page, number)


def _own(edge: Edge, zone: Any) -> None:
    if zone is not edge.zone:
        edge.owe(False, "the call is about this zone")


def _mark(edge: Edge, page: Page, order: int) -> None:
    """A block is listed once it is marked, or the other way round: one without the other is wrong."""
    for at, (other, marked) in enumerate(edge.marks):
        if marked == order and key(other) == key(page):
            del edge.marks[at]
            return
    edge.marks.append((page, order))


def unlist(edge: Edge, page: Page, zone: Any, order: Any, *_: Any) -> None:
    """Take a block off its free list."""
    _own(edge, zone)
    number = order_of(edge, order)
    edge.given |= {"unlisted": page, "unlisted order": number}
    edge.zone.free_area.remove(edge.our_pfn(page), number)


def move(edge: Edge, page: Page, zone: Any, order: Any, *types: Int) -> None:
    """Move a free block to the tail of another list: it stays marked.  6.12 tells the old type too."""
    _own(edge, zone)
    number = order_of(edge, order)
    pfn = edge.our_pfn(page)
    edge.moved += 1 << number
    edge.zone.free_area.remove(pfn, number)
    edge.zone.free_area.add(pfn, number, our_type(edge.path, types[-1]), tail=True)


def to_the_tail_of(edge: Edge, node: ListNode, to: FreeList) -> None:
    """list_move_tail(), of a free block to a free list of its order."""
    move(edge, node.page, to.area.zone, Int(INT, to.area.order), to.migratetype)


def first_of(edge: Edge, area: AreaOf, migratetype: Int) -> Page | None:
    """The head of a free list."""
    return to_page(edge.zone.free_area.first(area.order, our_type(edge.path, migratetype)))


def is_empty(edge: Edge, area: AreaOf, migratetype: Int) -> Int:
    """Whether a free list is empty."""
    return flag(edge.zone.free_area.first(area.order, our_type(edge.path, migratetype)) is None)


def none_free(edge: Edge, area: AreaOf) -> bool | z3.BoolRef:
    """Whether nr_free of the order is 0: no list of it has a block."""
    free = edge.zone.free_area
    if hasattr(free, "orders"):
        return bool(free[area.order].nr_free == 0)
    return condition_of(free.none_free(area.order))


def order_at(edge: Edge, page: Page) -> OrderAt:
    """The order of the free block at a page; of a page that is none it is unknown, until somebody asks."""
    free, pfn = edge.zone.free_area, edge.our_pfn(page)
    for head, order in getattr(getattr(free, "world", None), "listed", ()):
        same = not isinstance(page.pfn, int) and head.eq(page.pfn)
        if same and (
            condition_of(free.is_free_block(pfn, order)) is True or _listed_still(edge, page, order)
        ):
            return OrderAt(page, [each == order for each in range(free.max_order + 1)])
    return OrderAt(page, [condition_of(free.is_free_block(pfn, each)) for each in range(free.max_order + 1)])


def _listed_still(edge: Edge, page: Page, order: int) -> bool:
    """Whether the page was found on a list in the very state that is now."""
    world = edge.zone.free_area.world
    return world.state is world.before or world.state is world.entry


def is_buddy_page(edge: Edge, page: Page) -> Int:
    """PageBuddy(): whether a free block starts at the page."""
    found = order_at(edge, page)
    return flag(found.among(range(len(found.truths))))


def marked(edge: Edge, page: Page, order: Any) -> None:
    """set_buddy_order(): mark a page as the first of a free block."""
    _mark(edge, page, order_of(edge, order))
