"""The invariants of the specification, each at one page or two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import z3

from specs.prover.method.labels import (
    HELD,
    LIMIT,
    NONE,
    State,
    Term,
    Truth,
    align,
    align_to,
    aligned,
    is_block,
    is_free,
    is_pcp,
    order_is,
    pfn,
    type_of,
)
from specs.prover.method.terms import built_once, conjoined, id_of

MT = z3.BitVec("mt", 3)
"""Any migratetype at all."""

END = z3.BitVec("END", 64)
"""The zone's pages are below this."""


def labels(state: State, page: Term) -> Truth:
    """A page is outside, in hand, or in a block of an order up to the top."""
    owner = state.owner(page)
    order = z3.Extract(3, 0, owner)
    return z3.Or(
        owner == NONE, owner == HELD, z3.And(is_block(owner), z3.ULE(order, z3.BitVecVal(state.top, 4)))
    )


def uniform(state: State, page: Term, other: Term) -> Truth:
    """A page in the first page's block has the same owner."""
    owner = state.owner(page)
    same = align_to(page, owner) == align_to(other, owner)
    return z3.Implies(z3.And(is_block(owner), same), state.owner(other) == owner)


def rep(state: State, page: Term) -> Truth:
    """A page is listed exactly if it is the first of its block, and under the block's label."""
    owner = state.owner(page)
    first = z3.And(is_block(owner), align_to(page, owner) == page)
    return state.heads(page) == z3.If(first, owner, NONE)


def coalesced(state: State, page: Term) -> Truth:
    """No two buddies of an order below the top (of a zone with pageblocks: below theirs) are both free."""
    pairs = [
        z3.Not(z3.And(is_free(state.heads(page), k), is_free(state.heads(page ^ pfn(1 << k)), k)))
        for k in range(state.merges)
    ]
    return conjunction(pairs)


def contained(state: State, page: Term) -> Truth:
    """A page at or above the zone's end is outside."""
    return z3.Implies(state.owner(page) != NONE, z3.ULT(page, END))


def nothing_held(state: State, page: Term) -> Truth:
    """At rest, nobody is in the middle of anything."""
    return state.owner(page) != HELD


def no_per_cpu(state: State, page: Term) -> Truth:
    """A ``Zone`` of the core has no per-CPU lists."""
    return z3.Not(is_pcp(state.owner(page)))


def one_type(state: State, page: Term) -> Truth:
    """The zone uses one migratetype, whichever it is."""
    owner = state.owner(page)
    return z3.Implies(is_free(owner), type_of(owner) == MT)


def member(state: State, head: Term, page: Term, *, order: int) -> Truth:
    """The pages of a listed block of that order, which is aligned, carry its label."""
    listed = state.heads(head)
    says = [aligned(head, order), state.owner(head) == listed]
    says.append(z3.Implies(align(page, order) == head, state.owner(page) == listed))
    return z3.Implies(z3.And(is_block(listed), order_is(listed, order)), z3.And(*says))


def head_of(state: State, page: Term, *, order: int) -> Truth:
    """The block of that order to which a page belongs is listed."""
    owner = state.owner(page)
    belongs = z3.And(is_block(owner), order_is(owner, order))
    return z3.Implies(belongs, state.heads(align(page, order)) == owner)


INVARIANTS: dict[str, Callable[..., Truth]] = {
    "labels": labels,
    "rep": rep,
    "coalesced": coalesced,
    "contained": contained,
}
"""The invariants at one page; ``uniform`` relates two."""

AT_REST = ("nothing_held", "one_type", "no_per_cpu")
"""What holds besides between the calls of a zone."""

SENTENCES: dict[str, Callable[..., Truth]] = {
    **INVARIANTS,
    "uniform": uniform,
    "nothing_held": nothing_held,
    "one_type": one_type,
    "no_per_cpu": no_per_cpu,
    **{f"member {order}": partial(member, order=order) for order in range(11)},
    **{f"head_of {order}": partial(head_of, order=order) for order in range(11)},
}

BOUND = z3.ULE(END, LIMIT)


def conjunction(parts: Iterable[Truth]) -> Truth:
    """The conjunction; never one of a single argument, which some solvers reject."""
    terms = list(parts)
    if len(terms) <= 1:
        return terms[0] if terms else z3.BoolVal(True)
    return conjoined(terms)


def lies_in_one_block(state: State, page: Term, order: int, wholly_free: Truth) -> Truth:
    """If all pages of the aligned block are free, one free block of that order or more holds it.

    This is the lemma ``wholly-free``, which has a row of its own.
    """
    owner = state.owner(page)
    large = z3.UGE(z3.Extract(3, 0, owner), z3.BitVecVal(order, 4))
    return z3.Implies(wholly_free, z3.And(is_free(owner), large))


@built_once
def at(state: State, name: str, *pages: Term) -> Truth:
    """The named invariant at the pages of a state; built once."""
    return SENTENCES[name](state, *pages)


def instances(state: State, pages: Sequence[Term]) -> list[Truth]:
    """Every invariant of the state at the pages, and between any two of them."""
    distinct = list({id_of(page): page for page in pages}.values())
    single = [at(state, name, page) for page in distinct for name in INVARIANTS]
    pairs = [at(state, "uniform", one, two) for one in distinct for two in distinct if one is not two]
    return single + pairs
