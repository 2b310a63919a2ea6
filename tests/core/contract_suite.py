"""The contracts of the free area, the live map and the spans, once.

A contract says whether the caller may make the call, what it may answer, and the state afterwards.  The
real thing answers the first of the answers and keeps its lists in order.  The stand-in knows no order:
it may give any of the answers, and no other, and owes exactly that the call may be made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.core.contract_readings import HELD_LABEL, Labels, free_label, live_label

TOP = 2
TYPES = range(2)
Answer = int | bool | None


class State(NamedTuple):
    """Who owns which pages; the free blocks in the order of their lists."""

    free: tuple[tuple[int, int, int], ...] = ()
    """First page, order, migratetype."""
    live: frozenset[tuple[int, int]] = frozenset()
    held: frozenset[int] = frozenset()

    def owner(self, page: int) -> int:
        """The label of a page."""
        for first, order, migratetype in self.free:
            if first <= page < first + 2**order:
                return free_label(migratetype, order)
        for first, order in self.live:
            if first <= page < first + 2**order:
                return live_label(order)
        return HELD_LABEL if page in self.held else 0

    def labels(self, pages: range) -> tuple[Labels, Labels]:
        """Of all pages, and of the first pages of blocks alone."""
        heads = {first: free_label(migratetype, order) for first, order, migratetype in self.free}
        heads |= {first: live_label(order) for first, order in self.live}
        return {page: self.owner(page) for page in pages}, heads

    def without(self, page: int, order: int) -> State:
        """The block is in the caller's hand."""
        free = tuple(block for block in self.free if block[:2] != (page, order))
        return State(free, self.live - {(page, order)}, self.held | set(range(page, page + 2**order)))

    def may_list(self, page: int, order: int) -> bool:
        """Whether the caller owns the block."""
        return page % 2**order == 0 and set(range(page, page + 2**order)) <= self.held


class Call(NamedTuple):
    """A primitive and its arguments; which of them it takes, it knows."""

    name: str
    page: int = 0
    order: int = 0
    migratetype: int = 0
    tail: bool = False
    end: int = 0


class Contract(NamedTuple):
    """What the call may do."""

    allowed: bool
    answers: tuple[Answer, ...]
    after: State


def add(state: State, call: Call) -> Contract:
    """The block is listed at that end; the caller owned it, and no two buddies are free."""
    page, order = call.page, call.order
    buddy = page + 2**order if page % 2 ** (order + 1) == 0 else page - 2**order
    merges = order < TOP and any(block[:2] == (buddy, order) for block in state.free)
    block = (page, order, call.migratetype)
    free = (*state.free, block) if call.tail else (block, *state.free)
    held = state.held - set(range(page, page + 2**order))
    return Contract(state.may_list(page, order) and not merges, (None,), State(free, state.live, held))


def remove(state: State, call: Call) -> Contract:
    """The block, which was listed, is the caller's; the answer is its migratetype."""
    types = tuple(kind for first, order, kind in state.free if (first, order) == (call.page, call.order))
    return Contract(types != (), types, state.without(call.page, call.order))


def first(state: State, call: Call) -> Contract:
    """The head of the list: to the stand-in any member; None exactly if there is none."""
    members = tuple(page for page, *rest in state.free if rest == [call.order, call.migratetype])
    return Contract(True, members or (None,), state)


def is_free_block(state: State, call: Call) -> Contract:
    """Whether a free block of exactly that order, of any type, starts at the page."""
    found = any(block[:2] == (call.page, call.order) for block in state.free)
    return Contract(True, (found,), state)


def has_order(state: State, call: Call) -> Contract:
    """Whether a live block of that order starts at the page."""
    return Contract(True, ((call.page, call.order) in state.live,), state)


def contains(state: State, call: Call) -> Contract:
    """Whether a live block starts at the page."""
    return Contract(True, (any(first == call.page for first, _ in state.live),), state)


def looked_up(state: State, call: Call) -> Contract:
    """The order of the live block that starts at the page."""
    orders = tuple(order for first, order in state.live if first == call.page)
    return Contract(orders != (), orders, state)


def popped(state: State, call: Call) -> Contract:
    """The order of the live block, which is the caller's now; None if there is none."""
    orders = tuple(order for first, order in state.live if first == call.page)
    after = state.without(call.page, orders[0]) if orders else state
    return Contract(True, orders or (None,), after)


def forgets(state: State, call: Call) -> Contract:
    """The block, which was live, is the caller's."""
    orders = tuple(order for first, order in state.live if first == call.page)
    after = state.without(call.page, orders[0]) if orders else state
    return Contract(orders != (), (None,), after)


def puts(state: State, call: Call) -> Contract:
    """The block, which the caller owned, is live."""
    held = state.held - set(range(call.page, call.page + 2**call.order))
    after = State(state.free, state.live | {(call.page, call.order)}, held)
    return Contract(state.may_list(call.page, call.order), (None,), after)


def inside(state: State, call: Call) -> list[bool]:
    """Of each page of the range, whether it is the zone's."""
    return [state.owner(page) != 0 for page in range(call.page, call.end)]


def overlaps(state: State, call: Call) -> Contract:
    """Whether some page of the range, which is not empty, is the zone's."""
    return Contract(call.page < call.end, (any(inside(state, call)),), state)


def covers(state: State, call: Call) -> Contract:
    """Whether all pages of the range, which is not empty, are the zone's."""
    return Contract(call.page < call.end, (all(inside(state, call)),), state)


def gives(state: State, call: Call) -> Contract:
    """The pages of the range, which is not empty, are in hand; none of them was the zone's."""
    after = State(state.free, state.live, state.held | set(range(call.page, call.end)))
    return Contract(call.page < call.end and not any(inside(state, call)), (None,), after)


Clause = Callable[[State, Call], Contract]
AREA: dict[str, Clause] = {"add": add, "remove": remove, "first": first, "is_free_block": is_free_block}
LIVE: dict[str, Clause] = {
    "has_order": has_order,
    "contains": contains,
    "looked_up": looked_up,
    "popped": popped,
    "forgets": forgets,
    "puts": puts,
}
SPANS: dict[str, Clause] = {"overlaps": overlaps, "covers": covers, "gives": gives}
