"""What ``verified_buddy.buddy`` does: allocation, free, take."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import Clauses
from specs.prover.method.invariants import MT
from specs.prover.method.labels import FREE, Term, Truth, aligned, label, order_is
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_core
from specs.prover.models.core.contracts import claimed, none_large, released
from specs.theorems.assumed import WHOLLY_FREE

BUDDY = "verified_buddy.buddy"
Q = z3.BitVec("q", 64)


def result_of(walk: Walk) -> Term | None:
    """The page that the call returned, if it did."""
    return walk.path.result.term if isinstance(walk.path.result, LiftedPfn) else None


def clauses(walk: Walk, tag: str, found: Clauses, head: Term) -> Iterator[Owed]:
    """Each clause of a contract, at any page."""
    for truth, says in found:
        yield walk.world.owed(tag, truth, says, Y, head)


def unchanged(walk: Walk, tag: str) -> Iterator[Owed]:
    """A refusal leaves every list as it was."""
    of = walk.world
    goal = z3.BoolVal(not of.steps)
    yield of.owed(tag, goal, "a refusal changes nothing")


def _alloc_exact(walk: Walk) -> Iterator[Owed]:
    of, page, order = walk.world, result_of(walk), walk.variant.order
    if page is None:
        yield from unchanged(walk, "alloc-exact")
        return
    yield of.owed("alloc-exact", aligned(page, order), f"the result is aligned to order {order}", page)
    yield from clauses(walk, "alloc-exact", claimed(of.before, of.state, page, order, Y, MT), page)


def _alloc_smallest(walk: Walk) -> Iterator[Owed]:
    of, page = walk.world, result_of(walk)
    if page is None:
        return
    taken = of.steps[0].order if of.steps else -1
    smaller = [of.before.heads(Q) != label(FREE, MT, order) for order in range(walk.variant.order, taken)]
    yield of.owed(
        "alloc-smallest",
        inv.conjunction(smaller),
        f"no smaller free block would have done than the one of order {taken} that is split",
        Q,
    )
    yield of.owed(
        "alloc-smallest",
        order_is(of.before.owner(page), taken),
        f"the result comes out of a free block of order {taken}",
        page,
    )


def _alloc_refusal(walk: Walk) -> Iterator[Owed]:
    of, order = walk.world, walk.variant.order
    if walk.path.result is not None:
        return
    yield of.owed(
        "alloc-refusal",
        none_large(of.before, order, MT, Q),
        f"no free block of order {order} or more exists when the request is refused",
        Q,
    )
    yield from unchanged(walk, "alloc-refusal")


def _free_exact(walk: Walk) -> Iterator[Owed]:
    of = walk.world
    yield from clauses(walk, "free-exact", released(of.before, of.state, P, walk.variant.order, Y), P)


def _take_exact(walk: Walk) -> Iterator[Owed]:
    of = walk.world
    if walk.path.result is not True:
        answer = z3.BoolVal(walk.path.result is False)
        yield of.owed("take-exact", answer, "the answer of a refusal is False")
        yield from unchanged(walk, "take-exact")
        return
    yield from clauses(walk, "take-exact", claimed(of.before, of.state, P, walk.variant.order, Y), P)


def covered(walk: Walk, page: Term, order: int, all_free: Truth) -> list[Truth]:
    """The lemma ``wholly-free`` for a block of the state before, and the invariants that unfold it."""
    before = walk.world.before
    facts = [inv.lies_in_one_block(before, page, order, all_free)]
    facts += [inv.at(before, f"head_of {current}", page) for current in range(order, walk.top + 1)]
    facts.append(inv.at(before, "labels", page))
    return facts


def _take_refusal(walk: Walk) -> Iterator[Owed]:
    of, order = walk.world, walk.variant.order
    if walk.path.result is True:
        return
    all_free = z3.Bool("all_free")
    of.extra.extend(covered(walk, P, order, all_free))
    yield of.owed(
        "take-refusal",
        z3.Not(all_free),
        "some page of the block is not free when it is refused",
        P,
    )


ROWS = (
    Theorem(
        "alloc-exact",
        "alloc returns a block of exactly the order asked for, aligned, all of it free before, all of it "
        "the caller's afterwards; nothing else changes hands.",
        (f"{BUDDY}.rmqueue_smallest", f"{BUDDY}.expand"),
        "z3",
        of_core(("rmqueue_smallest",), (), _alloc_exact),
        ("split-returns-the-upper-half", "split-forgets-the-last-half", "returns-less-than-asked"),
    ),
    Theorem(
        "alloc-smallest",
        "alloc splits a block of the smallest sufficient order.",
        (f"{BUDDY}.rmqueue_smallest",),
        "z3",
        of_core(("rmqueue_smallest",), (), _alloc_smallest),
        ("takes-the-largest",),
    ),
    Theorem(
        "alloc-refusal",
        "alloc refuses only when no free block of that order or more exists, and a refusal changes nothing.",
        (f"{BUDDY}.rmqueue_smallest",),
        "z3",
        of_core(("rmqueue_smallest",), (), _alloc_refusal),
        (
            "refuses-the-top-order",
            "refusal-drops-a-block",
            "refusal-asserts",
            "alloc-avoids-its-own-order",
            "alloc-stops-at-an-empty-list",
        ),
    ),
    Theorem(
        "free-exact",
        "free makes exactly the pages of the block free; nothing else changes hands.",
        (f"{BUDDY}.free_one_page",),
        "z3",
        of_core(("free_one_page", "free_one_page, to_tail"), (), _free_exact),
        ("merge-keeps-the-block",),
    ),
    Theorem(
        "take-exact",
        "take claims exactly the block asked for, all of it free before; a refusal changes nothing.",
        (f"{BUDDY}.take", f"{BUDDY}.expand"),
        "z3",
        of_core(("take",), (), _take_exact),
        ("take-takes-it-all", "take-keeps-the-block-listed", "take-succeeds-with-nothing"),
    ),
    Theorem(
        "take-refusal",
        "take refuses only when some page of the block is not free.",
        (f"{BUDDY}.take",),
        "z3",
        of_core(("take",), (), _take_refusal),
        ("take-skips-the-top",),
        assumes=(WHOLLY_FREE,),
    ),
)
