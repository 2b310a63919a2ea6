"""Every small state, and every call to make in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from tests.core.contract_suite import LIVE, SPANS, TOP, TYPES, Call, Clause, State


def calls(names: dict[str, Clause], pages: range) -> Iterator[Call]:
    """Every call whose pages are among these; those that differ in no argument that matters once."""
    for name in names:
        for page, order in product(pages, range(TOP + 1)):
            if name == "add":
                yield from (Call(name, page, order, *rest) for rest in product(TYPES, (False, True)))
            elif name == "first" and page == pages[0]:
                yield from (Call(name, page, order, kind) for kind in TYPES)
            elif name in SPANS and order == 0:
                yield from (Call(name, page, end=end) for end in range(page, pages[-1] + 2))
            elif name in ("remove", "is_free_block", "has_order", "puts") or (name in LIVE and order == 0):
                yield Call(name, page, order)


def blocks(page: int, order: int, owners: str) -> Iterator[State]:
    """Every way in which the pages of the block may be owned: free, live, held by the caller, or outside."""
    if "free" in owners:
        yield from (State(free=((page, order, kind),)) for kind in TYPES)
    if "live" in owners:
        yield State(live=frozenset({(page, order)}))
    if order == 0:
        if "outside" in owners:
            yield State()
        yield State(held=frozenset({page}))
        return
    half: int = 2 ** (order - 1)
    for low, high in product(blocks(page, order - 1, owners), blocks(page + half, order - 1, owners)):
        if [block[1] for block in (*low.free, *high.free)] != [order - 1] * 2:
            yield State(low.free + high.free, low.live | high.live, low.held | high.held)


def all_orders(state: State) -> Iterator[State]:
    """The state with its blocks listed in every order."""
    yield from (state._replace(free=free) for free in permutations(state.free))


def keys(count: int) -> Iterator[State]:
    """Pages so far apart that they are but keys: each the caller's, or a free block of order 0 or 1."""
    places = [4 * key for key in range(count)]
    for owners in product([None, *product((0, 1), TYPES)], repeat=count):
        free = tuple((page, *owner) for page, owner in zip(places, owners, strict=True) if owner is not None)
        taken = {page + offset for page, order, _ in free for offset in range(2**order)}
        held = {page + offset for page in places for offset in (0, 1)} - taken
        yield from all_orders(State(free, frozenset(), frozenset(held)))
