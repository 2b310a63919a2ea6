"""The operations at the edge: each is one operation of our holders, and has a contract that tests run it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.expressions import whole
from specs.kernel_text.integers import (
    INT,
    UINT,
    ULONG,
    Int,
    combine,
    common,
    compare,
    convert,
    flag,
    simple,
    term,
)
from specs.kernel_text.lifting import OrderAt, condition_of, our_type, to_int, to_page
from specs.kernel_text.values import AreaOf, Cell, ListNode, Named, Page, PcpList

ONE, ZERO = Int(INT, 1), Int(INT, 0)


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
    edge.zone.free_area.remove(edge.our_pfn(page), order_of(edge, order))


def move(edge: Edge, page: Page, zone: Any, order: Any, *types: Int) -> None:
    """Move a free block to the tail of another list: it stays marked.  6.12 tells the old type too."""
    _own(edge, zone)
    number = order_of(edge, order)
    pfn = edge.our_pfn(page)
    edge.moved += 1 << number
    edge.zone.free_area.remove(pfn, number)
    edge.zone.free_area.add(pfn, number, our_type(edge.path, types[-1]), tail=True)


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
        if not isinstance(page.pfn, int) and head.eq(page.pfn):
            if condition_of(free.is_free_block(pfn, order)) is True or _listed_still(edge, page, order):
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


def type_at(edge: Edge, page: Page) -> Int:
    """The type of the page's pageblock."""
    return to_int(INT, edge.zone.pageblocks.migratetype(edge.our_pfn(page)))


def type_at_pfn(edge: Edge, page: Page, pfn: Int) -> Int:
    """The same, of a page whose number is told."""
    same_page(edge, page, pfn, "the number that is told is the page's")
    return type_at(edge, page)


def set_type(edge: Edge, page: Page, migratetype: Int) -> None:
    """Set the type of the page's pageblock."""
    edge.zone.pageblocks.set(edge.our_pfn(page), our_type(edge.path, migratetype))


def spans(edge: Edge, zone: Any, pfn: Int) -> Int:
    """Whether the zone spans the page."""
    pfn = convert(edge.path, pfn, ULONG)
    start, end = to_int(ULONG, zone.start), to_int(ULONG, zone.end)
    above, below = compare(edge.path, "<=", start, pfn), compare(edge.path, "<", pfn, end)
    if isinstance(above, bool) and isinstance(below, bool):
        return flag(above and below)
    return flag(z3.And(above, below))


def pageblock_start(edge: Edge, pfn: Int) -> Int:
    """The first page of a page's pageblock."""
    size = edge.given["pageblock"]
    value = pfn.value
    return Int(ULONG, value & -size if isinstance(value, int) else simple(value & z3.BitVecVal(-size, 64)))


def pageblock_end(edge: Edge, pfn: Int) -> Int:
    """The first page behind it."""
    return combine(edge.path, "+", pageblock_start(edge, pfn), Int(ULONG, edge.given["pageblock"]))


def least(edge: Edge, left: Any, right: Any) -> Any:
    """min(), of two values of a common kind."""
    return _one_of(edge, "<", left, right)


def largest(edge: Edge, left: Any, right: Any) -> Any:
    """max(), of the same."""
    return _one_of(edge, ">", left, right)


def _one_of(edge: Edge, sign: str, left: Int, right: Int) -> Int:
    assert edge.machine is not None
    left, right = whole(edge.machine, left), whole(edge.machine, right)
    kind = common(left.kind, right.kind)
    one, two = convert(edge.path, left, kind), convert(edge.path, right, kind)
    return one if edge.machine.decide(compare(edge.path, sign, one, two)) else two


def clamped(edge: Edge, value: Int, low: Int, high: Int) -> Int:
    """clamp(): low if the value is below, else high if it is above."""
    return least(edge, largest(edge, value, low), high)


def carried(edge: Edge, page: Page, migratetype: Int) -> None:
    """set_pcppage_migratetype(): the type goes with the page."""
    edge.types[key(page)] = migratetype


def carries(edge: Edge, page: Page) -> Int:
    """get_pcppage_migratetype()."""
    if key(page) in edge.types:
        return edge.types[key(page)]  # type: ignore[no-any-return]  # what was stored
    return edge.types.setdefault(key(page), listed_type(edge, page))  # type: ignore[no-any-return]  # the same


def listed_type(edge: Edge, page: Page) -> Int:
    """With what type a page was put on the per-CPU list on which it was found."""
    found = edge.origin.get(key(page))
    if found is None:
        edge.owe(False, "the type is asked of a page that was found on a list")
        return ZERO
    if hasattr(found.pcp, "lists"):
        return Int(INT, int(found.pcp.lists[found.index][edge.our_pfn(page)]))
    return to_int(INT, found.pcp.type_of(found.index, edge.our_pfn(page)))


def on_pcp_list(tail: bool) -> Callable[..., None]:
    """list_add() and list_add_tail(), on a per-CPU list: with the type that the page carries."""

    def put(edge: Edge, node: ListNode, to: PcpList) -> None:
        page = node.page
        to.pcp.add(to.index, edge.our_pfn(page), our_type(edge.path, carries(edge, page)), tail=tail)

    return put


def off_pcp_list(edge: Edge, node: ListNode) -> None:
    """list_del(), of a page that was found on a per-CPU list."""
    found = edge.origin.pop(key(node.page), None)
    if found is None:
        edge.owe(False, "a page that is unlisted was found on a list")
        return
    kind = found.pcp.remove(found.index, edge.our_pfn(node.page))
    edge.types[key(node.page)] = to_int(INT, kind)


def pcp_end(name: str) -> Callable[..., Page | None]:
    """list_first_entry() and list_last_entry()."""

    def find(edge: Edge, of: PcpList) -> Page | None:
        page = to_page(getattr(of.pcp, name)(of.index))
        if page is None:
            edge.owe(False, "a list that is asked for its first or last page has one")
            return None
        edge.origin[key(page)] = of
        return page

    return find


def pcp_empty(edge: Edge, of: PcpList) -> Int:
    """list_empty(), of a per-CPU list."""
    return flag(of.pcp.first(of.index) is None)


def asked(name: str) -> Callable[..., Any]:
    """What the caller of our function handed over under that name."""
    return lambda edge, *_: edge.given[name]


def answers(value: Any) -> Callable[..., Any]:
    """Always the same."""
    return lambda edge, *_: value


def reclaim_active(edge: Edge, bit: Int, flags: Any) -> Int:
    """test_bit(), which the text asks of one flag of the zone's alone."""
    assert edge.machine is not None
    wanted = edge.machine.constants["ZONE_RECLAIM_ACTIVE"]
    right = isinstance(flags, Named) and flags.name == "flags" and bit.value == wanted.value
    edge.owe(right, "the bit that is tested is the zone's ZONE_RECLAIM_ACTIVE")
    return edge.given["reclaim_active"]  # type: ignore[no-any-return]  # what our caller hands over


def is_movable_page(edge: Edge, page: Page) -> Int:
    """PageLRU(), __PageMovable(): as whoever asks says."""
    return edge.given["movable"](page)  # type: ignore[no-any-return]  # a value of C


PRIMITIVES: Mapping[str, Callable[..., Any]] = {
    "nr_free == 0": none_free,
    "add_to_free_list": list_block(tail=False),
    "add_to_free_list_tail": list_block(tail=True),
    "del_page_from_free_list": unlist,
    "move_to_free_list": move,
    "get_page_from_free_area": first_of,
    "free_area_empty": is_empty,
    "PageBuddy": is_buddy_page,
    "buddy_order": order_at,
    "buddy_order_unsafe": order_at,
    "set_buddy_order": marked,
    "get_pageblock_migratetype": type_at,
    "get_pfnblock_migratetype": type_at_pfn,
    "set_pageblock_migratetype": set_type,
    "zone_spans_pfn": spans,
    "pageblock_start_pfn": pageblock_start,
    "pageblock_end_pfn": pageblock_end,
    "page_to_pfn": lambda edge, page: Int(ULONG, page.pfn),
    "pfn_to_page": lambda edge, pfn: Page(pfn.value),
    "page_zone": lambda edge, page: edge.zone,
    "min": least,
    "max": largest,
    "clamp": clamped,
    "READ_ONCE": lambda edge, value: value,
    "data_race": lambda edge, value: value,
    "set_pcppage_migratetype": carried,
    "get_pcppage_migratetype": carries,
    "list_add": on_pcp_list(tail=False),
    "list_add_tail": on_pcp_list(tail=True),
    "list_del": off_pcp_list,
    "list_first_entry": pcp_end("first"),
    "list_last_entry": pcp_end("last"),
    "list_empty": pcp_empty,
    "task_capc": answers(None),
    "compaction_capture": answers(ZERO),
    "page_is_guard": answers(ZERO),
    "set_page_guard": answers(ZERO),
    "is_shuffle_order": answers(ZERO),
    "check_pcp_refill": answers(ZERO),
    "check_new_pcp": answers(ZERO),
    "check_new_pages": answers(ZERO),
    "bulkfree_pcp_prepare": answers(ZERO),
    "put_page_testzero": answers(ONE),
    "TestClearPageHWPoison": answers(ONE),
    "has_unmovable_pages": answers(None),
    "set_bit": answers(None),
    "test_bit": reclaim_active,
    "boost_watermark": asked("boost_watermark"),
    "zone_managed_pages": lambda edge, zone: to_int(ULONG, zone.managed),
    "pcp_spin_trylock": lambda edge, _: edge.pcp,
    "per_cpu_ptr": lambda edge, *_: edge.pcp,
    "PageLRU": is_movable_page,
    "__PageMovable": answers(ZERO),
    "__ffs": lambda edge, value: Int(ULONG, bits(edge, value, lowest=True)),
    "__fls": lambda edge, value: Int(ULONG, bits(edge, value, lowest=False)),
}
"""By name."""


def bits(edge: Edge, value: Int, *, lowest: bool) -> int:
    """The number of the lowest or highest bit that is set; of an unknown number, on this path."""
    assert edge.machine is not None
    if isinstance(value.value, int):
        edge.owe(value.value != 0, "some bit is set where the first is asked for")
        return (value.value & -value.value).bit_length() - 1 if lowest else value.value.bit_length() - 1
    for bit in range(edge.zone.free_area.max_order + 1):
        if lowest and edge.machine.decide(value.value & ((2 << bit) - 1) != 0):
            return bit
        if not lowest and edge.machine.decide(z3.ULT(value.value, z3.BitVecVal(2 << bit, 64))):
            return bit
    return edge.zone.free_area.max_order + 1  # type: ignore[no-any-return]  # an order


__all__ = ["PRIMITIVES", "UINT", "Cell", "Named", "order_of", "same_page"]
