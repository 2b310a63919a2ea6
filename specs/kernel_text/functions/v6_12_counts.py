"""Linux 6.12: who tells NR_FREE_PAGES, and what each function has to tell.

There every function that lists or unlists a block accounts for it by account_freepages(), which passes over
the types that are not counted; what merely moves is taken off under its old type and added under the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from specs.kernel_text.counters import Counts, account, free_pages, nothing, unless_isolated
from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.functions.free_pages import counts_freed, counts_unlisted
from specs.kernel_text.integers import INT, LONG, ULONG, Int, combine, compare, flag, term
from specs.kernel_text.lifting import our_bool
from specs.kernel_text.units import Unit, kind
from specs.kernel_text.values import Page
from verified_buddy.linux.migratetype import HIGHATOMIC

PAGES, RESERVED = z3.BitVec("pages told", 64), z3.BitVec("free pages of the reserve", 64)
"""How many pages come or go; and how many of the reserve were free before."""


class Account:
    """A zone of which nothing but its counters is asked."""


def enter_account(edge: Edge, migratetype: Any) -> list[Any]:
    """account_freepages(zone, nr_pages, migratetype): of some pages, be they more or fewer."""
    edge.suppose(z3.And(PAGES != 0, PAGES > -(1 << 30), PAGES < 1 << 30, z3.ULT(RESERVED, 1 << 52)))
    edge.given |= {"type": kind(migratetype), "nr_free_highatomic": Int(ULONG, RESERVED)}
    return [edge.zone, Int(INT, PAGES), edge.given["type"]]


def leave_account(edge: Edge, answer: None) -> Any:
    """Whether they were counted; those of the reserve are counted there too, and no others."""
    reserve, more = edge.given["nr_free_highatomic"], Int(ULONG, RESERVED + PAGES)
    of_reserve = compare(edge.path, "==", edge.given["type"], Int(INT, HIGHATOMIC))
    wanted = z3.If(of_reserve, more.value, RESERVED)
    edge.owe(term(reserve.value) == wanted, "nr_free_highatomic gets the free pages of the reserve alone")
    return our_bool(edge.path, flag(compare(edge.path, "!=", free_pages(edge), Int(LONG, 0))))


def counts_accounted(edge: Edge, args: list[Any], answer: None) -> Int:
    """account_freepages() adds what it is told, of the types that are counted."""
    return unless_isolated(edge, args[2], Int(LONG, PAGES))


def counts_taken_off(edge: Edge, args: list[Any], answer: Page | None) -> Int:
    """__rmqueue_smallest() takes off the pages that it hands out."""
    _, size, migratetype = args
    return unless_isolated(edge, migratetype, 0 if answer is None else -(1 << order_of(edge, size)))


def counts_stolen(edge: Edge, args: list[Any], answer: Page | None) -> Int:
    """__rmqueue_steal() does so too; nobody falls back to a type that is not counted."""
    return Int(LONG, 0 if answer is None else -(1 << order_of(edge, args[1])))


def counts_claimed(edge: Edge, args: list[Any], answer: Page | None) -> Int:
    """try_to_steal_block() takes off a block as large as its pageblock, and adds what it leaves of it."""
    _, _, current, size, migratetype, _ = args
    if answer is None or "unlisted" not in edge.given:
        return Int(LONG, 0)
    whole, part = 1 << order_of(edge, current), 1 << order_of(edge, size)
    taken = unless_isolated(edge, edge.given["claimed"], -whole)
    return combine(edge.path, "+", taken, unless_isolated(edge, migratetype, whole - part))


def counts_moved_blocks(edge: Edge, args: list[Any], answer: Any) -> Int:
    """A turn of __move_freepages_block(): from the one type to the other."""
    _, _, old, new = args
    gone, come = unless_isolated(edge, old, -edge.moved), unless_isolated(edge, new, edge.moved)
    return combine(edge.path, "+", gone, come)


def counts_broken_down(edge: Edge, args: list[Any], answer: None) -> Int:
    """break_down_buddy_pages() adds all of the block but its target."""
    _, _, _, low, high, migratetype = args
    return unless_isolated(edge, migratetype, (1 << order_of(edge, high)) - (1 << order_of(edge, low)))


def counts_off(edge: Edge, args: list[Any], answer: Int) -> Int:
    """take_page_off_buddy() takes off the block, whose other pages come back."""
    return counts_unlisted(edge, answer, 1 << edge.given.get("unlisted order", 0))


COUNTING = ("del_page_from_free_list", "move_to_free_list", "add_to_free_list")
"""Functions that list or unlist a block and account for it; their text is run where they are called."""
COUNTS: Mapping[str, Counts | None] = {
    "__free_one_page": counts_freed,
    "__rmqueue_smallest": counts_taken_off,
    "__rmqueue_steal": counts_stolen,
    "try_to_steal_block": counts_claimed,
    "break_down_buddy_pages": counts_broken_down,
    "take_page_off_buddy": counts_off,
    "rmqueue_bulk": nothing,
    "rmqueue_buddy": nothing,
}
"""By function: what it adds by itself, where that is not what 6.1's adds."""
UNIT = Unit(
    "account_freepages",
    ("linux.migratetype.is_counted",),
    enter_account,
    leave_account,
    account,
    zone=lambda *_: Account(),
    counts=counts_accounted,
)
