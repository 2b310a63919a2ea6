"""The operations at the edge: each is one of our holders, with a contract by which tests run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3

from specs.kernel_text.counters import COUNTERS
from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import (
    first_of,
    is_buddy_page,
    is_empty,
    list_block,
    list_block_at,
    marked,
    move,
    none_free,
    order_at,
    same_page,
    to_the_tail_of,
    unlist,
)
from specs.kernel_text.integers import INT, ULONG, Int, combine, common, compare, convert, flag, simple
from specs.kernel_text.lifting import our_type, to_int
from specs.kernel_text.operators import whole
from specs.kernel_text.pcp_lists import (
    ONE,
    ZERO,
    carried,
    carries,
    off_pcp_list,
    on_pcp_list,
    pcp_empty,
    pcp_end,
)
from specs.kernel_text.values import Named, Page


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
    found: Int = least(edge, largest(edge, value, low), high)
    return found


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


def boost(edge: Edge, zone: Any) -> Int:
    """boost_watermark(): the policy is told; whether the marks rose is as the caller says."""
    edge.owe(zone is edge.zone, "the marks of this zone are boosted")
    zone.policy.boost(zone)
    return edge.given["boost_watermark"]  # type: ignore[no-any-return]  # what our caller hands over


def is_movable_page(edge: Edge, page: Page) -> Int:
    """PageLRU(), __PageMovable(): as whoever asks says."""
    return edge.given["movable"](page)  # type: ignore[no-any-return]  # a value of C


PRIMITIVES: Mapping[str, Callable[..., Any]] = {
    "nr_free == 0": none_free,
    "add_to_free_list": list_block(tail=False),
    "add_to_free_list_tail": list_block(tail=True),
    "del_page_from_free_list": unlist,
    "__add_to_free_list": list_block_at,
    "__del_page_from_free_list": unlist,
    "move_to_free_list": move,
    "list_move_tail": to_the_tail_of,
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
    "boost_watermark": boost,
    "zone_managed_pages": lambda edge, zone: to_int(ULONG, zone.managed),
    "pcp_spin_trylock": lambda edge, _: edge.pcp,
    "per_cpu_ptr": lambda edge, *_: edge.pcp,
    "PageLRU": is_movable_page,
    "__PageMovable": answers(ZERO),
    **COUNTERS,
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
