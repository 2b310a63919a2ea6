"""A counterexample in a window of few pages: inside every invariant holds, and outside there is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from specs.prover.method.paths import Owed
from specs.prover.method.terms import built_once
from specs.prover.models.core.labels import FREE, LIVE, NONE, State, Term, Truth, label, pfn
from specs.prover.models.core.loops import STOP
from specs.prover.models.core.operations import Walk


def confined(walk: Walk, owed: Owed, pages: Sequence[Term], base: int, size: int) -> Iterator[Truth]:
    """The pages are in the window, the state in it is legal, and elsewhere there is none."""
    low, high = pfn(base), pfn(base + size - 1)
    for term in pages:
        yield z3.And(z3.ULE(low, last_page(term)), z3.ULE(last_page(term), high))
    state = walk.world.entry if walk.operation == "add_range" else walk.world.before
    if walk.world.given is not None:
        head, order = walk.world.given
        yield from (state.owner(head) == label(LIVE, 0, order), state.heads(head) == label(LIVE, 0, order))
    if walk.operation == "add_range":
        return
    goals = [owed.goal, *owed.facts, *(fact for stage in owed.pool for fact in stage())]
    for asked in _asked(goals, state):
        page = asked.arg(0)
        yield z3.Or(z3.And(z3.ULE(low, page), z3.ULE(page, high)), asked == NONE)
    yield from legal(state, base, size)


def _asked(terms: Sequence[Truth], state: State) -> Iterator[Term]:
    """Every place in the terms where the owner or the head of a page is asked for."""
    names = {state.owner.base.name(), state.heads.base.name()}
    seen: set[int] = set()
    waiting: list[z3.ExprRef] = list(terms)
    while waiting:
        term = waiting.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_app(term) and term.num_args() == 1 and term.decl().name() in names:
            yield term
        waiting.extend(term.children())


@built_once
def legal(state: State, base: int, size: int) -> tuple[Truth, ...]:
    """Every invariant at every page of the window; free blocks are of the one type 0."""
    return tuple(_legal(state, base, size))


def _legal(state: State, base: int, size: int) -> Iterator[Truth]:
    orders = [order for order in range(state.top + 1) if 1 << order <= size]
    labels = {(kind, order): label(kind, 0, order) for kind in (FREE, LIVE) for order in orders}
    for page in range(base, base + size):
        owner, head = state.owner(pfn(page)), state.heads(pfn(page))
        yield z3.Or(owner == NONE, *(owner == value for value in labels.values()))
        first = [owner == labels[key] for key in labels if page % (1 << key[1]) == 0]
        yield head == z3.If(z3.Or(*first), owner, NONE)
        for (_, order), value in labels.items():
            start = page & -(1 << order)
            if start != page:
                yield (owner == value) == (state.owner(pfn(start)) == value)
    for order in orders:
        if order < state.top:
            for page in range(base, base + size, 2 << order):
                pair = (state.heads(pfn(page)), state.heads(pfn(page + (1 << order))))
                yield z3.Not(z3.And(*(each == labels[FREE, order] for each in pair)))


def last_page(term: Term) -> Term:
    """The page itself; of the end of a range, the page before it."""
    return term - pfn(1) if term.eq(STOP) else term
