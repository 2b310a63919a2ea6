"""What ``verified_buddy.zone`` does: who is accepted, who is rejected and why, and what then changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from specs.ledger.theorem import Assumption, Theorem, in_place_of
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import elsewhere
from specs.prover.method.invariants import MT
from specs.prover.method.labels import (
    HELD,
    LIMIT,
    LIVE,
    NONE,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    is_live,
    label,
    pfn,
)
from specs.prover.method.loops import START, STOP
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_core
from specs.theorems.assumed import ARGUMENTS, SPANS, WHOLLY_FREE
from specs.theorems.core.buddy import Q, covered, result_of

ZONE = "verified_buddy.zone.Zone"


def rejected(walk: Walk) -> str | None:
    """The class of the error that the call raised, if it did."""
    return None if walk.path.error is None else type(walk.path.error).__name__


def nothing_changed(walk: Walk) -> Owed:
    """The call made no change at all, in the lists, the live map or the spans."""
    done = ", ".join(step.does for step in walk.world.steps)
    says = "a call that is rejected or refused changes nothing" + (f" (not: {done})" if done else "")
    return walk.world.owed("unchanged", z3.BoolVal(not done), says)


def handed_out(walk: Walk, head: Term) -> Iterator[Owed]:
    """The block was wholly free, is live with this order, and nothing else has changed hands."""
    of, order = walk.world, walk.variant.order
    inside = align(Y, order) == head
    yield of.owed(
        "zone",
        z3.Implies(inside, is_free(of.before.owner(Y))),
        "every page of a block that is handed out was free",
        Y,
        head,
    )
    yield of.owed(
        "zone",
        z3.Implies(inside, of.state.owner(Y) == label(LIVE, 0, order)),
        f"every page of a block that is handed out belongs to a live block of order {order}",
        Y,
        head,
    )
    for truth, says in elsewhere(of.before, of.state, z3.Not(inside), Y):
        yield of.owed("zone", truth, says, Y, head)
    yield at_rest(walk)


def answers(walk: Walk, result: object) -> Owed:
    """The call returns just this, and raises nothing."""
    says = f"the answer of a refusal is {result}"
    return walk.world.owed("zone", z3.BoolVal(walk.path.error is None and walk.path.result is result), says)


def at_rest(walk: Walk) -> Owed:
    """When the call returns, nothing is left in hand."""
    return walk.world.owed(
        "zone", walk.world.state.owner(Y) != HELD, "no page is lost when the call returns", Y
    )


def _alloc(walk: Walk) -> Iterator[Owed]:
    of, page = walk.world, result_of(walk)
    if page is not None:
        yield from handed_out(walk, page)
        return
    yield nothing_changed(walk)
    yield answers(walk, None)
    all_free = z3.Bool("all_free")
    of.extra.extend(covered(walk, Q, walk.variant.order, all_free))
    of.extra.append(inv.at(of.before, "one_type", Q))
    for current in range(walk.variant.order, walk.top + 1):
        head = align(Q, current)
        of.extra += [law(head) for law in of.laws]
        of.extra.append(
            z3.Implies(is_free(of.before.heads(head)), z3.Extract(6, 4, of.before.heads(head)) == MT)
        )
    refused = z3.Implies(aligned(Q, walk.variant.order), z3.Not(all_free))
    yield of.owed("zone", refused, "no aligned run of so many free pages exists when refused", Q)


def _free(walk: Walk) -> Iterator[Owed]:
    of, order = walk.world, walk.variant.order
    if rejected(walk) is not None:
        return
    inside = align(Y, order) == P
    yield of.owed(
        "zone", is_live(of.before.heads(P), order), "what is freed was a live block of that order", P
    )
    yield of.owed(
        "zone", z3.Implies(inside, is_free(of.state.owner(Y))), "every page of the freed block is free", Y, P
    )
    for truth, says in elsewhere(of.before, of.state, z3.Not(inside), Y):
        yield of.owed("zone", truth, says, Y, P)
    forced = [step.tail for step in of.steps if step.tail is not None]
    yield of.owed("zone", z3.Not(z3.Or(z3.BoolVal(False), *forced)), "nothing is forced to the tail")
    yield at_rest(walk)


def _reasons(walk: Walk) -> dict[str, tuple[Truth, str]]:
    """What each error says of the state before."""
    of, order = walk.world, walk.variant.order
    head, owner = of.before.heads(P), of.before.owner(P)
    below = z3.ULE(P, LIMIT - pfn(1 << order))
    return {
        "InvalidPfn": (z3.Not(below), "the block does not end at or below 2**52"),
        "WrongOrder": (is_live(head), "a live block starts at the page"),
        "Misaligned": (z3.Not(aligned(P, order)), "the page is not aligned to the order"),
        "MiddleOfBlock": (
            z3.And(is_live(owner), head == NONE),
            "the page lies in a live block that starts before it",
        ),
        "DoubleFree": (is_free(owner), "the page is free"),
        "OutOfRange": (owner == NONE, "the page is not the zone's"),
    }


def _free_rejects(walk: Walk) -> Iterator[Owed]:
    of, order, reason = walk.world, walk.variant.order, rejected(walk)
    if reason is None:
        return
    if reason == "OutOfRange":
        of.extra += [inv.at(of.before, f"head_of {current}", P) for current in range(walk.top + 1)]
        of.extra.append(inv.at(of.before, "labels", P))
    if reason == "MiddleOfBlock":
        of.extra.append(inv.at(of.before, "rep", P))
    for current in range(walk.top + 1):
        head = align(P, current)
        if any(walk.path.knows(asked(of.before.heads(head), current)) for asked in (is_free, is_live)):
            of.listed.append((head, current))
    yield nothing_changed(walk)
    if reason != "InvalidPfn":
        yield of.owed(
            "zone",
            z3.Not(is_live(of.before.heads(P), order)),
            f"a live block of order {order} is never rejected",
            P,
        )
    truth, says = _reasons(walk).get(reason, (z3.BoolVal(False), "the reason is one of the six"))
    yield of.owed("zone", truth, f"{reason} says what is so: {says}", P)


def _take(walk: Walk) -> Iterator[Owed]:
    of, order, reason = walk.world, walk.variant.order, rejected(walk)
    if reason is None and walk.path.result is True:
        yield from handed_out(walk, P)
        return
    yield nothing_changed(walk)
    inside = align(Q, order) == P
    if reason is None:
        yield answers(walk, False)
        witness = z3.And(inside, z3.Not(is_free(of.before.owner(Q))))
        yield of.owed("zone", _somewhere(walk, witness), "some page of a block that is refused is not free")
        return
    truth, says = _reasons(walk).get(reason, (z3.BoolVal(False), "the reason is one of three"))
    if reason == "OutOfRange":
        truth, says = (
            _somewhere(walk, z3.And(inside, of.before.owner(Q) == NONE)),
            "a page of the block is not the zone's",
        )
    yield of.owed("zone", truth, f"{reason} says what is so: {says}", P)


def _somewhere(walk: Walk, of_q: Truth) -> Truth:
    """The condition on Q holds of one of the pages that the run has met."""
    return z3.Or(z3.BoolVal(False), *(z3.substitute(of_q, (Q, page)) for page in walk.world.roots))


def _add(walk: Walk) -> Iterator[Owed]:
    of, reason = walk.world, rejected(walk)
    inside = z3.And(z3.ULE(START, Y), z3.ULT(Y, STOP))
    if reason is not None:
        yield nothing_changed(walk)
        valid = z3.And(z3.ULT(START, STOP), z3.ULE(STOP, LIMIT))
        in_range = z3.And(z3.ULE(START, Q), z3.ULT(Q, STOP), of.before.owner(Q) != NONE)
        truth = {"InvalidRange": z3.Not(valid), "Overlap": _somewhere(walk, in_range)}
        says = f"{reason} says what is so"
        yield of.owed("zone", truth.get(reason, z3.BoolVal(False)), says)
        return
    valid = z3.And(z3.ULT(START, STOP), z3.ULE(STOP, LIMIT))
    yield of.owed("zone", valid, "a range that is accepted is one of at least one page below 2**52")
    yield of.owed("zone", z3.Implies(inside, of.before.owner(Y) == NONE), "no page was the zone's before", Y)
    yield of.owed(
        "zone", z3.Implies(inside, is_free(of.state.owner(Y))), "every page of the range is free", Y
    )
    for truth, says in elsewhere(of.before, of.state, z3.Not(inside), Y):
        yield of.owed("zone", truth, says, Y)
    yield at_rest(walk)


Posts = Callable[[Walk], Iterator[Owed]]
PFN, RANGE = ARGUMENTS


def _row(
    name: str, says: str, about: tuple[str, ...], posts: Posts, rejects: tuple[str, ...], *assumes: Assumption
) -> Theorem:
    operation = about[0].replace("verified_buddy.zone.", "")
    proof = of_core((operation,), ("aligned", "owned", "listed"), posts)
    return Theorem(name, says, about, "z3", proof, rejects, assumes)


ROWS = (
    _row(
        "zone-alloc",
        "A zone's alloc hands out one wholly free block, live from then on, and refuses only when no "
        "aligned run of so many free pages exists; a refusal changes nothing.",
        (f"{ZONE}.alloc",),
        _alloc,
        ("alloc-forgets", "alloc-raises-when-empty"),
        in_place_of("rmqueue_smallest", "alloc-exact", "alloc-refusal"),
        WHOLLY_FREE,
    ),
    _row(
        "zone-free",
        "A zone's free accepts a live block of exactly that order, and makes exactly its pages free.",
        (f"{ZONE}.free",),
        _free,
        (
            "free-any-order",
            "free-trusts",
            "free-keeps-live",
            "free-into-other-lists",
            "free-ignores-the-dead",
        ),
        in_place_of("free_one_page", "free-exact"),
        PFN,
    ),
    _row(
        "free-rejects",
        "A free that names no live block of that order is rejected, for a reason that is true of its "
        "first page, and changes nothing; no free of a live block is rejected.",
        (f"{ZONE}.free", f"{ZONE}.why_not_live", "verified_buddy.zone.reject"),
        _free_rejects,
        ("why-skips-the-parent", "free-loses-then-rejects"),
        in_place_of("free_one_page", "free-exact"),
        PFN,
        Assumption(("contained",), "a live block ends at or below 2**52"),
    ),
    _row(
        "zone-take",
        "A zone's take hands out exactly the block asked for if it is wholly free; otherwise it refuses, "
        "or rejects for a true reason, and changes nothing.",
        (f"{ZONE}.take",),
        _take,
        ("take-forgets",),
        in_place_of("take", "take-exact", "take-refusal"),
        PFN,
        SPANS,
    ),
    _row(
        "zone-add",
        "A zone accepts a range exactly if it has none of its pages; then they are its own, and free.",
        (f"{ZONE}.add_range",),
        _add,
        ("adds-twice", "range-counts-its-own-table", "init-truncates-the-end"),
        in_place_of("add_range", "init-exact"),
        RANGE,
        SPANS,
    ),
)
