"""NR_FREE_PAGES: what a function adds to it by itself, and what it has to, by its arguments and its answer.

What the functions that it calls add is theirs.  So the counter follows the lists: what is freed is added by
__free_one_page() alone, what is handed out by whoever asked for it, and what merely moves by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3

from specs.kernel_text.edge import Edge
from specs.kernel_text.integers import INT, LONG, Int, Kind, combine, compare, simple, term
from specs.kernel_text.operators import whole
from verified_buddy.linux.migratetype import ISOLATE

Counts = Callable[[Edge, list[Any], Any], Int]
"""What has to be added, from the edge, C's arguments and C's answer."""


def wrapped(value: Int, kind: Kind) -> Int:
    """The number as a signed parameter has it: the compiler wraps what does not fit, as -n of an unsigned."""
    if isinstance(value.value, int):
        half = 1 << kind.bits - 1
        return Int(kind, (value.value + half) % (2 * half) - half)
    if kind.bits == value.value.size():
        return Int(kind, value.value)
    low = z3.Extract(kind.bits - 1, 0, value.value)
    return Int(kind, simple(z3.SignExt(value.value.size() - kind.bits, low)))


def add(edge: Edge, zone: Any, pages: Any, migratetype: Int) -> None:
    """__mod_zone_freepage_state(): an int."""
    _add(edge, zone, _told(edge, pages, INT))


def add_item(edge: Edge, zone: Any, item: Int, pages: Any) -> None:
    """__mod_zone_page_state(): a long; the text counts no other item."""
    assert edge.machine is not None
    edge.owe(item.value == edge.machine.constants["NR_FREE_PAGES"].value, "NR_FREE_PAGES is counted")
    _add(edge, zone, _told(edge, pages, LONG))


def account(edge: Edge, zone: Any, pages: Any, migratetype: Int) -> None:
    """Contract of account_freepages(), which 6.12 has: an int, of a type that is counted.

    Pages of one type are added up before anybody asks whether it is counted.
    """
    _own(edge, zone)
    told = _told(edge, pages, INT)
    for at, (known, sum_of) in enumerate(edge.accounted):
        if same_value(known, migratetype):
            edge.accounted[at] = known, combine(edge.path, "+", sum_of, told)
            return
    edge.accounted.append((migratetype, told))


def same_value(one: Int, other: Int) -> bool:
    """Whether two values are written alike."""
    if isinstance(one.value, int) or isinstance(other.value, int):
        return bool(type(one.value) is type(other.value) and one.value == other.value)
    return bool(one.value.eq(other.value))


def _told(edge: Edge, pages: Any, kind: Kind) -> Int:
    assert edge.machine is not None
    return Int(LONG, wrapped(whole(edge.machine, pages), kind).value)


def _own(edge: Edge, zone: Any) -> None:
    edge.owe(zone is edge.zone, "the pages of this zone are counted")


def _add(edge: Edge, zone: Any, added: Int) -> None:
    _own(edge, zone)
    edge.free_pages = combine(edge.path, "+", edge.free_pages, added)


COUNTERS: Mapping[str, Callable[..., None]] = {
    "__mod_zone_freepage_state": add,
    "__mod_zone_page_state": add_item,
}


def nothing(edge: Edge, args: list[Any], answer: Any) -> Int:
    """It counts nothing by itself."""
    return Int(LONG, 0)


def unless_isolated(edge: Edge, migratetype: Int, pages: int | Int) -> Int:
    """So many pages, if they are not of the type that is not counted."""
    isolated = compare(edge.path, "==", migratetype, Int(INT, ISOLATE))
    number = pages if isinstance(pages, int) else pages.value
    if isinstance(isolated, bool):
        return Int(LONG, 0 if isolated else number)
    return Int(LONG, simple(z3.If(isolated, z3.BitVecVal(0, 64), term(number))))


def free_pages(edge: Edge) -> Int:
    """What was added by itself, and by accounting for types that are counted."""
    found: Int = edge.free_pages
    for migratetype, pages in edge.accounted:
        found = combine(edge.path, "+", found, unless_isolated(edge, migratetype, pages))
    return found


def is_counted(edge: Edge, counts: Counts | None, args: list[Any], answer: Any) -> None:
    """What was added is what has to be; over plain numbers the lists tell."""
    if counts is None or edge.path is None:
        return
    says = "NR_FREE_PAGES gets as many pages as become free, and loses as many as do not stay so"
    edge.owe(compare(edge.path, "==", free_pages(edge), counts(edge, args, answer)), says)


def is_turn_counted(edge: Edge, counts: Counts, args: list[Any]) -> None:
    """The same, of a path that ends with a turn of a loop."""
    if edge.path is not None:
        says = "a turn of a loop counts the free pages that it moves from type to type, and no others"
        edge.owe(compare(edge.path, "==", free_pages(edge), counts(edge, args, None)), says)
