"""What the primitives keep, and what the invariants mean: blocks, merging, canonical form."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Assumption, Theorem
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import elsewhere
from specs.prover.method.labels import (
    FREE,
    HELD,
    LIVE,
    NONE,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_block,
    is_free,
    is_live,
    kind_is,
    order_is,
    pfn,
    unknown,
)
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import Y
from specs.prover.models import of_core
from specs.theorems.assumed import CALLS, FREE_AREA, WHOLLY_FREE

AREA = "verified_buddy.free_area.FreeArea"
S, T, P, Q = (z3.BitVec(name, 64) for name in ("s", "t", "p", "q"))
ALL = (
    "rmqueue_smallest",
    "free_one_page",
    "free_one_page, to_tail",
    "take",
    "add_range",
    "Zone.alloc",
    "Zone.free",
    "Zone.take",
    "Zone.add_range",
)


def lemma(
    goal: Truth,
    says: str,
    facts: list[Truth],
    first: list[Truth] | None = None,
    then: list[Truth] | None = None,
) -> Owed:
    """An obligation about states alone: facts, then hypotheses in two stages."""
    return Owed(
        "lemma", goal, says, (inv.BOUND, *facts), (lambda: first or (), lambda: then or ()), (S, T, P, Q)
    )


def kept(before: State, after: State, order: int, facts: list[Truth], given: list[Truth]) -> Iterator[Owed]:
    """Every invariant of the state after, at any page, from those of the state before."""
    near = [T, P, T ^ pfn(1 << order)]
    hypotheses = inv.instances(before, [S, T, P]) + given
    for name, sentence in inv.INVARIANTS.items():
        if name == "coalesced":
            continue
        yield lemma(
            sentence(after, T), f"the invariant '{name}' is kept (order {order})", facts, given, hypotheses
        )
    yield lemma(
        inv.uniform(after, S, T), f"the invariant 'uniform' is kept (order {order})", facts, given, hypotheses
    )
    yield lemma(
        inv.coalesced(after, T),
        f"the invariant 'coalesced' is kept (order {order})",
        facts,
        given + [inv.at(before, "coalesced", page) for page in near],
    )


def _add_keeps(subject: Subject, top: int) -> Iterator[Owed]:
    before, new = unknown("0", top), z3.BitVec("new", 10)
    for order in range(top + 1):
        given = [z3.Implies(align(page, order) == P, before.owner(page) == HELD) for page in (S, T, P)]
        facts = [
            aligned(P, order),
            order_is(new, order),
            z3.Or(kind_is(new, FREE), kind_is(new, LIVE)),
        ]
        if order < top:
            buddy = before.heads(P ^ pfn(1 << order))
            facts.append(z3.Implies(kind_is(new, FREE), z3.Not(is_free(buddy, order))))
        yield from kept(before, before.give(P, order, new), order, facts, given)


def _remove_keeps(subject: Subject, top: int) -> Iterator[Owed]:
    before = unknown("0", top)
    for order in range(top + 1):
        listed = before.heads(P)
        facts = [z3.Or(is_free(listed, order), is_live(listed, order))]
        given = [inv.at(before, f"member {order}", P, page) for page in (S, T)]
        yield from kept(before, before.hold(P, order), order, facts, given)


def _no_overlap(subject: Subject, top: int) -> Iterator[Owed]:
    """Blocks as the lists have them: derived from ``rep`` and ``uniform`` alone."""
    state = unknown("0", top)
    for order in range(top + 1):
        mine = z3.And(is_block(state.heads(P)), order_is(state.heads(P), order))
        yield lemma(
            inv.member(state, P, T, order=order),
            f"the pages of a listed block of order {order}, which is aligned, belong to it",
            [],
            inv.instances(state, [P, T]),
        )
        yield lemma(
            inv.head_of(state, T, order=order),
            f"a page that belongs to a block of order {order} lies in a listed one",
            [],
            inv.instances(state, [T, align(T, order)]),
        )
        for other in range(order, top + 1):
            theirs = z3.And(is_block(state.heads(Q)), order_is(state.heads(Q), other))
            members = [
                inv.at(state, f"member {k}", head, page)
                for k, head in ((order, P), (other, Q))
                for page in (T, P, Q)
            ]
            share = [align(T, order) == P, align(T, other) == Q]
            yield lemma(
                P == Q if order == other else z3.Not(theirs),
                f"two blocks of orders {order} and {other} that share a page are one",
                [mine, *([theirs] if order == other else []), *share],
                members,
            )


def _wholly_free(subject: Subject, top: int) -> Iterator[Owed]:
    """By induction on the order: the two halves lie in free blocks, which must be one."""
    state = unknown("0", top)
    for order in range(1, top + 1):
        half = P ^ pfn(1 << (order - 1))
        halves = [inv.lies_in_one_block(state, page, order - 1, z3.BoolVal(True)) for page in (P, half)]
        yield lemma(
            inv.lies_in_one_block(state, P, order, z3.BoolVal(True)),
            f"if both halves of a block of order {order} are wholly free, one free block holds it",
            [aligned(P, order), *halves],
            [inv.at(state, f"head_of {order - 1}", page) for page in (P, half)]
            + [inv.at(state, "coalesced", P), inv.at(state, "labels", P), inv.at(state, "labels", half)]
            + [inv.at(state, "uniform", half, P)],
        )


def _canonical(subject: Subject, top: int) -> Iterator[Owed]:
    """Two states with the same free pages: each free block of one is a free block of the other."""
    one, two = unknown("0", top), unknown("1", top)
    for order in range(top + 1):
        head = align(T, order)
        yield lemma(
            z3.And(is_free(two.owner(T)), z3.UGE(z3.Extract(3, 0, two.owner(T)), z3.BitVecVal(order, 4))),
            f"a page of a free block of order {order} lies in one of no smaller order in the other state",
            [is_free(one.owner(T), order), inv.lies_in_one_block(two, head, order, z3.BoolVal(True))],
            [inv.at(two, "uniform", head, T), inv.at(two, "labels", head)],
        )
    same_free = is_free(one.owner(T)) == is_free(two.owner(T))
    orders = z3.Extract(3, 0, one.owner(T)) == z3.Extract(3, 0, two.owner(T))
    for order in range(top + 1):
        yield lemma(
            is_free(one.heads(T), order) == is_free(two.heads(T), order),
            f"a free block of order {order} of one state is one of the other",
            [same_free, z3.Implies(is_free(one.owner(T)), orders)],
            [inv.at(state, "rep", T) for state in (one, two)],
        )


def _contained(walk: Walk) -> Iterator[Owed]:
    """What is not free keeps its owner, outside the block that the call is about."""
    of, block = walk.world, _block_of(walk)
    if walk.path.error is None and block is not None:
        for truth, says in elsewhere(of.before, of.state, z3.Not(align(Y, block[1]) == block[0]), Y):
            yield of.owed("contained", truth, says, Y, block[0])


def _block_of(walk: Walk) -> tuple[Term, int] | None:
    """The block that changes hands in the call, if one does."""
    result = walk.path.result
    if isinstance(result, LiftedPfn):
        return result.term, walk.variant.order
    return (P, walk.variant.order) if result is True or "free" in walk.operation else None


def _outside_stays(subject: Subject, top: int) -> Iterator[Owed]:
    before, after = unknown("0", top), unknown("1", top)
    clauses = [truth for truth, _ in elsewhere(before, after, z3.BoolVal(True), T)]
    says = "a page that is nobody's before is nobody's after, if what is not free keeps its owner"
    yield lemma(z3.Implies(before.owner(T) == NONE, after.owner(T) == NONE), says, clauses)


ROWS = (
    Theorem(
        "add-keeps",
        "Listing an owned, aligned block (as free: one whose buddy is not free) keeps every invariant.",
        (f"{AREA}.add", "verified_buddy.zone.Zone"),
        "z3",
        of_core(lemmas=_add_keeps, names=("free_one_page",), tags=("owned", "aligned", "order", "buddy")),
        ("merge-lists-the-block-too",),
        assumes=(FREE_AREA,),
    ),
    Theorem(
        "remove-keeps",
        "Unlisting a listed block keeps every invariant.",
        (f"{AREA}.remove", "verified_buddy.zone.Zone"),
        "z3",
        of_core(lemmas=_remove_keeps, names=("free_one_page", "rmqueue_smallest", "take"), tags=("listed",)),
        ("merge-ignores-the-order", "merge-looks-past-the-end"),
        assumes=(FREE_AREA,),
    ),
    Theorem(
        "no-overlap",
        "Every page has one owner at all times: blocks that share a page are one block, every page of a "
        "block is in a listed one, and nothing is listed that somebody else owns.",
        (AREA, "verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "z3",
        of_core(ALL, ("owned", "listed"), lemmas=_no_overlap),
        (
            "merge-forgets-the-buddy",
            "merge-takes-the-reserved",
            "split-lists-what-it-returned",
            "free-keeps-live",
        ),
        assumes=CALLS,
    ),
    Theorem(
        "aligned",
        "Every block that is listed is aligned to its order, which is in 0..max_order.",
        (AREA, "verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "z3",
        of_core(ALL, ("aligned", "order")),
        ("merge-keeps-the-block", "merge-at-the-top", "take-lists-what-is-left-misaligned"),
        assumes=CALLS,
    ),
    Theorem(
        "contained",
        "No page outside the zone ever becomes free or live, unless add_range adds it.",
        (AREA, "verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "z3",
        of_core(ALL, (), _contained, _outside_stays),
        ("merge-ignores-the-order",),
        assumes=(Assumption(("init-exact", "zone-add"), "what add_range adds"), *CALLS),
    ),
    Theorem(
        "maximal-merging",
        "At rest no two buddies of an order below the top are both free.",
        ("verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "z3",
        of_core(ALL, ("buddy",)),
        ("never-merges", "merge-stops-early", "init-lists-without-merging"),
        assumes=CALLS,
    ),
    Theorem(
        "wholly-free",
        "An aligned block whose pages are all free lies in one free block.",
        ("verified_buddy.buddy",),
        "z3",
        of_core(ALL, ("buddy", "owned"), lemmas=_wholly_free),
        ("never-merges",),
        assumes=CALLS,
    ),
    Theorem(
        "canonical-form",
        "Two states with the same free pages have the same free blocks: they depend on the free pages "
        "alone, not on history.",
        ("verified_buddy.buddy",),
        "z3",
        of_core(ALL, ("buddy", "owned"), lemmas=_canonical),
        ("merge-stops-early",),
        assumes=(WHOLLY_FREE, *CALLS),
    ),
)
