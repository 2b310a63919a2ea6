"""What ``verified_buddy.linux.highatomic`` does: the reserve, and who may take from it."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.invariants import MT
from specs.prover.method.labels import HELD, Term, Truth, align, aligned, pfn
from specs.prover.method.lifted import LiftedBool, LiftedPfn, truth
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.zone.contracts import none_allowed, none_of, taken
from specs.prover.models.zone.world import RESERVED, ZoneWorld
from specs.theorems.core.buddy import Q, result_of
from specs.theorems.linux.fallback import allowed, nothing_done
from specs.theorems.linux.mobility import world_of
from specs.theorems.linux.mobility_moves import is_moved

HIGHATOMIC = "verified_buddy.linux.highatomic"
BUDDY, RESERVE = "highatomic.rmqueue_buddy", "highatomic.reserve_highatomic_pageblock"
TURN, UNRESERVE = "highatomic.unreserve_first", "highatomic.unreserve_highatomic_pageblock"
THREE = z3.BitVecVal(3, 3)


def answer(walk: Walk) -> Truth:
    """The truth of the result, whichever it is."""
    result = walk.path.result
    return truth(result) if isinstance(result, LiftedBool | bool) else z3.BoolVal(False)


def counted(walk: Walk, tag: str, counter: str, wanted: Term) -> Owed:
    """The zone's counter has the value."""
    now = getattr(world_of(walk).zone, counter)
    same = now.term == wanted if isinstance(now, LiftedPfn) else z3.BoolVal(False)
    return world_of(walk).owed(tag, same, f"{counter} counts what was done")


def typed(walk: Walk, tag: str, page: Term, migratetype: Term) -> Iterator[Owed]:
    """The page's pageblock has the type, and no other has changed."""
    of = world_of(walk)
    order = of.geometry.order
    wanted = z3.If(align(Y, order) == align(page, order), migratetype, of.types_before(Y))
    yield of.owed(tag, of.types(Y) == wanted, "the page's pageblock has the new type, and no other", Y, page)


def moved_with(walk: Walk, tag: str, page: Term, migratetype: Term) -> Iterator[Owed]:
    """The free blocks of the page's pageblock have moved to the type, and nothing else has."""
    of = world_of(walk)
    asked = [step for step in of.steps if step.does == "move"]
    if len(asked) != 1 or asked[0].migratetype is None:
        yield of.owed(tag, z3.BoolVal(False), "the free blocks of one pageblock are moved, once")
        return
    order = of.geometry.order
    same = z3.And(align(asked[0].pfn, order) == align(page, order), asked[0].migratetype == migratetype)
    yield of.owed(tag, same, "it is the page's pageblock whose blocks move, to the type", page)
    yield from is_moved(walk, of.moves[0], tag)


def _buddy(walk: Walk) -> Iterator[Owed]:
    of, page, options = world_of(walk), result_of(walk), walk.variant.options
    order, wanted, orders = (
        walk.variant.order,
        walk.variant.migratetype,
        range(walk.variant.order, walk.top + 1),
    )
    sparing = "no_fragment" in options
    none_own = none_allowed(of.before, order, wanted, Q, no_fragment=sparing)
    none_reserved = none_of(of.before, orders, (3,), Q)
    anew = z3.BoolVal(getattr(of.zone, "stealing", None) is False)
    yield of.owed("buddy", anew, "no block counts as stolen since the lists were locked")
    if page is None:
        result = z3.BoolVal(walk.path.result is None)
        yield of.owed("buddy", result, "a refusal is None")
        yield nothing_done(walk, "buddy")
        yield of.owed("buddy", none_own, "a refusal means that no list that it may use has a block", Q)
        if options & {"highatomic", "last_resort"}:
            yield of.owed("buddy", none_reserved, "nor has the reserve, for one that may use it", Q)
        return
    yield of.owed("buddy", aligned(page, order), f"the result is aligned to order {order}", page)
    for goal, says in taken(of.before, of.state, page, order, Y):
        yield of.owed("buddy", goal, says, Y, page)
    kind = of.steps[-1].migratetype if of.steps else None
    if kind is None or not z3.is_bv_value(kind) or kind.as_long() not in (wanted, 3):
        yield of.owed("buddy", z3.BoolVal(False), "the result is of the type, or of the reserve")
    elif kind.as_long() == 3:
        may = z3.BoolVal(bool(options & {"highatomic", "last_resort"}))
        yield of.owed("buddy", may, "the reserve is only for requests that may use it")
        if "highatomic" not in options:
            yield of.owed("buddy", none_own, "as a last resort the reserve comes after all else", Q)
    else:
        says = "what a request gets comes of a block that the policy lets it have"
        yield of.owed("buddy", allowed(walk, of.roots), says)
    if kind is not None and kind.eq(z3.BitVecVal(wanted, 3)) and "highatomic" in options:
        yield of.owed("buddy", none_reserved, "a highatomic request asks the reserve first", Q)


def _reserve(walk: Walk) -> Iterator[Owed]:
    of = world_of(walk)
    old = of.types_before(P)
    may = [call.answer for call in walk.path.calls if call.name == "may_reserve"]
    if walk.path.result is not True:
        yield of.owed("reserve", z3.BoolVal(walk.path.result is False), "a refusal is False")
        yield nothing_done(walk, "reserve")
        yield counted(walk, "reserve", "nr_reserved_highatomic", RESERVED)
        if may != [False]:
            yield of.owed("reserve", z3.UGE(old, THREE), "it is refused for the type if that does not mix", P)
        return
    asked = z3.BoolVal(may == [True])
    yield of.owed("reserve", asked, "only what may be reserved is, by the rule may_reserve")
    yield of.owed("reserve", z3.ULT(old, THREE), "only a pageblock whose type mixes is reserved", P)
    yield from typed(walk, "reserve", P, THREE)
    yield from moved_with(walk, "reserve", P, THREE)
    yield counted(walk, "reserve", "nr_reserved_highatomic", RESERVED + pfn(of.geometry.pages))


def head_of_reserve(of: ZoneWorld) -> Term | None:
    """The page that the reserve's list answered."""
    found = [head for _, _, kind, head in of.heads_of if kind.eq(THREE)]
    return found[0].term if len(found) == 1 and found[0] is not None else None


def _turn(walk: Walk) -> Iterator[Owed]:
    of, order = world_of(walk), walk.variant.order
    page = head_of_reserve(of)
    if page is None:
        none = none_of(of.before, (order,), (3,), Q)
        yield of.owed("unreserve", none, "nothing is given back only if no block of the order is reserved", Q)
        yield of.owed("unreserve", z3.Not(answer(walk)), "the answer is then False")
        yield nothing_done(walk, "unreserve")
        return
    yield from typed(walk, "unreserve", page, MT)
    yield from moved_with(walk, "unreserve", page, MT)
    most = pfn(of.geometry.pages)
    moved = z3.Or(z3.BoolVal(False), *(count != 0 for count in of.moved_pages))
    yield of.owed("unreserve", answer(walk) == moved, "the answer is whether some page was moved")
    less = z3.If(z3.ULT(RESERVED, most), pfn(0), RESERVED - most)
    left = z3.If(of.types_before(page) == THREE, less, RESERVED)
    yield counted(walk, "unreserve", "nr_reserved_highatomic", left)
    held = z3.Implies(of.state.owner(Y) == HELD, of.before.owner(Y) == HELD)
    yield of.owed("unreserve", held, "no page is lost", Y)


def _all(walk: Walk) -> Iterator[Owed]:
    of, forced = world_of(walk), "force" in walk.variant.options
    keeps = z3.BoolVal(False) if forced else z3.ULE(RESERVED, pfn(of.geometry.pages))
    turns = [(step.does, step.order) for step in of.steps]
    orders = list(range(walk.top + 1))
    if turns:
        says = "a turn is taken only if it is forced, or if more than the last pageblock is reserved"
        yield of.owed("unreserve", z3.Not(keeps), says)
    if walk.path.result is True:
        idle = [("idle turn", order) for order in orders[: len(turns) - 1]]
        done = bool(turns) and turns == [*idle, ("turn", orders[len(turns) - 1])]
        yield of.owed("unreserve", z3.BoolVal(done), "the first turn that moves a page is the last")
        return
    yield of.owed("unreserve", z3.BoolVal(walk.path.result is False), "otherwise the answer is False")
    if turns != [("idle turn", order) for order in orders]:
        yield of.owed("unreserve", z3.BoolVal(not turns), "all orders get their turn, or none")
        says = "the reserve is kept only if it is not more than the last pageblock, and not forced"
        yield of.owed("unreserve", keeps, says)


ROWS = (
    Theorem(
        "buddy-refusal",
        "Past the per-CPU lists a request is refused if and only if neither the lists that the policy lets "
        "it use nor, if it may use it, the reserve has a block as large; a highatomic request asks the "
        "reserve first, others last.  A refusal changes nothing.",
        (f"{HIGHATOMIC}.rmqueue_buddy",),
        "z3",
        of_linux((BUDDY,), (), _buddy),
        (
            "reserve-for-everybody",
            "last-resort-forgotten",
            "highatomic-asks-last",
            "no-fragment-is-lost",
            "buddy-goes-on-stealing",
        ),
        assumes=(
            in_place_of("rmqueue_smallest", "alloc-exact", "alloc-refusal"),
            in_place_of("rmqueue", "fallback-exact", "fallback-refusal"),
        ),
        twin_orders=(3,),
    ),
    Theorem(
        "reserve-exact",
        "To reserve a pageblock moves its free blocks to the reserve, sets its type and counts its pages; "
        "it is refused by the rule may_reserve, or for a type that does not mix; a refusal changes nothing.",
        (f"{HIGHATOMIC}.reserve_highatomic_pageblock",),
        "z3",
        of_linux((RESERVE,), (), _reserve),
        (
            "reserve-forgets-the-type",
            "reserves-isolated",
            "reserve-counts-one-page",
            "reserve-asks-nobody",
        ),
        assumes=(in_place_of("move_freepages_block", "move-block"),),
        supposes=("may_reserve: whatever it answers",),
        twin_orders=(3,),
    ),
    Theorem(
        "unreserve-exact",
        "A turn of unreserve gives the pageblock of the first reserved block of an order to the type, with "
        "its free blocks, and takes its pages off the count, which never falls below 0; there is none only "
        "if no block of the order is reserved.",
        (f"{HIGHATOMIC}.unreserve_first",),
        "z3",
        of_linux((TURN,), (), _turn),
        ("unreserve-keeps-the-type", "unreserve-counts-below-zero"),
        assumes=(in_place_of("move_freepages_block", "move-block"),),
        twin_orders=(3,),
    ),
    Theorem(
        "unreserve-refusal",
        "Unreserve gives each order its turn until a page was moved, unless the reserve has no more than "
        "its last pageblock and is not forced.",
        (f"{HIGHATOMIC}.unreserve_highatomic_pageblock",),
        "z3",
        of_linux((UNRESERVE,), (), _all),
        (
            "unreserve-keeps-the-last-though-forced",
            "unreserve-misses-the-top",
            "unreserve-gives-the-last-away",
            "unreserve-keeps-two",
        ),
        assumes=(in_place_of("unreserve_first", "unreserve-exact"),),
        twin_orders=(3,),
    ),
)
