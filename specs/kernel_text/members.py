"""Members of the kernel's structures, and elements of its arrays, as our objects have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from specs.kernel_text.edge import Edge
from specs.kernel_text.errors import Undefined
from specs.kernel_text.integers import INT, ULONG, Int, Kind, convert, term
from specs.kernel_text.lifting import to_int
from specs.kernel_text.operators import whole
from specs.kernel_text.values import AreaOf, FreeCount, FreeList, ListNode, Named, Page, PcpList
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from verified_buddy.linux.migratetype import MIGRATETYPES


def _number(kind: Kind, ours: str) -> Callable[[Edge, Any], Int]:
    return lambda edge, of: to_int(kind, getattr(of, ours))


def _given(name: str) -> Callable[[Edge, Any], Any]:
    return lambda edge, of: edge.given[name]


def _handed_on(name: str) -> Callable[[Edge, Any], Named]:
    return lambda edge, of: Named(name, of)


def _hand_on(name: str, kind: Kind) -> Callable[[Edge, Any, Int], None]:
    return lambda edge, of, value: edge.given.update({name: convert(edge.path, value, kind)})


def _nr_free(edge: Edge, of: Any) -> FreeCount:
    if not isinstance(of, AreaOf):
        raise KeyError("nr_free")
    return FreeCount(of)


def _free_list(edge: Edge, of: Any) -> FreeList:
    if not isinstance(of, AreaOf):
        raise KeyError("free_list")
    return FreeList(of)


def _count(edge: Edge, of: Any) -> Int:
    """As C counts it; until it stores it, that is what the lists hold."""
    return edge.count if edge.count is not None else to_int(INT, of.count)


def _put_count(edge: Edge, of: Any, value: Int) -> None:
    edge.count = convert(edge.path, value, INT)


def _put(
    ours: str, kind: Kind, made: type[LiftedPfn] | type[LiftedCount]
) -> Callable[[Edge, Any, Int], None]:
    """Where values are unknown, a counter stays one of them, even if its value is known."""

    def store(edge: Edge, of: Any, value: Int) -> None:
        number = convert(edge.path, value, kind).value
        setattr(of, ours, number if edge.path is None else made(edge.path, term(number)))

    return store


READ: Mapping[str, Callable[[Edge, Any], Any]] = {
    "free_area": lambda edge, of: AreaOf(of),
    "nr_free": _nr_free,
    "free_list": _free_list,
    "nr_free_highatomic": _given("nr_free_highatomic"),
    "nr_reserved_highatomic": _number(ULONG, "nr_reserved_highatomic"),
    "nr_isolate_pageblock": _number(ULONG, "nr_isolate_pageblock"),
    "lock": _handed_on("lock"),
    "flags": _handed_on("flags"),
    "per_cpu_pageset": _handed_on("per_cpu_pageset"),
    "pcp_list": lambda edge, of: ListNode(of),
    "buddy_list": lambda edge, of: ListNode(of),
    "lists": lambda edge, of: PcpList(of),
    "count": _count,
    "batch": _number(INT, "batch"),
    "high": _number(INT, "high"),
    "free_factor": _number(INT, "free_factor"),
    "lowmem_reserve": _given("lowmem_reserve"),
    "_watermark": _given("_watermark"),
    "watermark_boost": _given("watermark_boost"),
    "migratetype": _given("migratetype"),
    "zonelist": _handed_on("zonelist"),
    "highest_zoneidx": _handed_on("highest_zoneidx"),
    "nodemask": _handed_on("nodemask"),
}
"""By name: how a member is read."""
STORED: Mapping[str, Callable[[Edge, Any, Any], None]] = {
    "nr_reserved_highatomic": _put("nr_reserved_highatomic", ULONG, LiftedPfn),
    "nr_isolate_pageblock": _put("nr_isolate_pageblock", ULONG, LiftedPfn),
    "count": _put_count,
    "free_factor": _put("free_factor", INT, LiftedCount),
    "watermark_boost": _hand_on("watermark_boost", ULONG),
    "nr_free_highatomic": _hand_on("nr_free_highatomic", ULONG),
}
"""By name: how a member is stored."""


def _within(name: str, at: int, size: int) -> int:
    if not 0 <= at < size:
        raise Undefined(f"{name}[{at}] is beyond the end")
    return at


def _of_lists(edge: Edge, of: Any, index: Any, at: int | None) -> Any:
    """An element of an array of lists; None of anything else.  A list's type may be unknown."""
    if isinstance(of, FreeList) and of.migratetype is None and isinstance(index, Int):
        if at is not None:
            _within("free_list", at, MIGRATETYPES)
        return FreeList(of.area, index)
    if isinstance(of, AreaOf) and of.order is None and at is not None:
        return AreaOf(of.zone, _within("free_area", at, edge.zone.free_area.max_order + 1))
    if isinstance(of, PcpList) and of.index is None and at is not None:
        return PcpList(of.pcp, _within("lists", at, edge.given["lists"]))
    return None


def element_of(edge: Edge, of: Any, index: Any) -> Any:
    """An element; raises KeyError of what is no known array, Undefined beyond its end."""
    index = whole(edge.machine, index) if edge.machine is not None else index
    at = index.value if isinstance(index, Int) and isinstance(index.value, int) else None
    found = _of_lists(edge, of, index, at)
    if found is not None:
        return found
    if isinstance(of, Page) and isinstance(index, Int):
        return of.moved(at if at is not None else term(index.value))
    if isinstance(of, Sequence | Mapping) and at is not None:
        if at < 0:
            raise Undefined(f"element {at} lies before an array")
        try:
            return of[at]
        except (IndexError, KeyError):
            raise Undefined(f"element {at} is beyond the end of an array") from None
    raise KeyError("element")
