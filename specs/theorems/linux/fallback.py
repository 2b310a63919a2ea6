"""What ``verified_buddy.linux.fallback`` does: the victim, the steal, and the request that falls back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.labels import FREE, HELD, Term, Truth, align, aligned, label, pfn
from specs.prover.method.lifted_type import type_term
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.zone.contracts import (
    FALLBACKS,
    least_order,
    none_allowed,
    none_of,
    stealing,
    stolen,
    taken,
)
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.retyped import Move
from specs.prover.models.zone.stage import MOVABLE_PAGES
from specs.prover.models.zone.world import ZoneWorld
from specs.theorems.assumed import ENDS
from specs.theorems.core.buddy import Q, result_of
from specs.theorems.linux.mobility import KEEP, MOBILITY, world_of
from specs.theorems.linux.mobility_moves import is_moved, to_the_tail

FALLBACK = "verified_buddy.linux.fallback"
FIND, STEAL, REQUEST = "fallback.find_victim", "fallback.steal_suitable_fallback", "fallback.rmqueue"
HIGHATOMIC = z3.BitVecVal(3, 3)
STEALS = (
    in_place_of("find_victim", "fallback-order"),
    in_place_of("steal_suitable_fallback", "steal-exact"),
)
MOVABLE = "movable_pages answers with 0 up to the pages of a pageblock"


def options(walk: Walk) -> tuple[int, int, int, Geometry]:
    """What was asked for: order, type, the least order that may be taken from others; and the sizes."""
    variant, geometry = walk.variant, Geometry(walk.top)
    sparing = "no_fragment" in variant.options
    least = least_order(variant.order, geometry, no_fragment=sparing)
    return variant.order, variant.migratetype, least, geometry


def nothing_done(walk: Walk, tag: str) -> Owed:
    """The call has changed no list and no pageblock."""
    of = world_of(walk)
    unchanged = not of.steps and of.types is of.types_before
    return of.owed(tag, z3.BoolVal(unchanged), "a refusal changes nothing")


def _victim(walk: Walk) -> Iterator[Owed]:
    of, victim = world_of(walk), walk.path.result
    order, wanted, least, geometry = options(walk)
    heads, orders, others = of.before.heads, range(least, walk.top + 1), FALLBACKS[wanted]
    yield nothing_done(walk, "victim")
    if victim is None:
        none = none_of(of.before, orders, others, Q)
        yield of.owed("victim", none, "there is no victim only if no other type has a block", Q)
        return
    page, size, kind, whole = _read(victim)
    if size not in orders or kind not in others:
        yield of.owed("victim", z3.BoolVal(False), "a victim has an order and a type that may be taken")
        return
    listed = heads(page) == label(FREE, kind, size)
    yield of.owed("victim", listed, "the victim is a free block, on the list of its type", page)
    is_head = z3.BoolVal(_is_head(of, page, size, type_term(kind)))
    yield of.owed("victim", is_head, "the victim is the head of its list")
    earlier = none_of(of.before, (size,), others[: others.index(kind)], Q)
    yield of.owed("victim", earlier, "no type that comes first in the table has a block of the order", Q)
    large = range(max(geometry.steal, least), walk.top + 1)
    if wanted == 1 and size < geometry.steal:
        says = "a movable request takes the smallest block that does, if none brings its pageblock"
        small = z3.And(
            none_of(of.before, large, others, Q), none_of(of.before, range(order, size), others, Q)
        )
        yield of.owed("victim", small, says, Q)
    else:
        larger = none_of(of.before, range(size + 1, walk.top + 1), others, Q)
        yield of.owed("victim", larger, "no other type has a larger block", Q)
    brings = z3.BoolVal(whole is stealing(geometry, size, wanted))
    yield of.owed("victim", brings, "it brings its pageblock along exactly by the rule can_steal_fallback")


def _is_head(of: ZoneWorld, page: Term, order: int, migratetype: Term) -> bool:
    """Whether the page is what the list answered when it was asked for its head."""
    for _, asked, kind, head in of.heads_of:
        if asked == order and kind.eq(migratetype) and head is not None:
            return bool(head.term.eq(page))
    return False


def _read(victim: Any) -> tuple[Term, int, int, object]:
    """The parts of a victim; those of another shape are none."""
    page, size, kind, whole = victim
    return page.term, size, kind, whole


def _moves_alone(walk: Walk) -> Truth:
    """Whether the victim moves without its neighbours: reserved, as large as a pageblock, or by the rule."""
    of, geometry = world_of(walk), Geometry(walk.top)
    order, wanted = walk.variant.order, walk.variant.migratetype
    if order >= geometry.order or not stealing(geometry, order, wanted):
        return z3.BoolVal(True)
    return of.types_before(P) == HIGHATOMIC


def _count(walk: Walk) -> Term | None:
    """How many pages were moved with the pageblock, if it was tried."""
    counts = world_of(walk).moved_pages
    return counts[0] if counts else None


def _steal_exact(walk: Walk) -> Iterator[Owed]:
    of, wanted = world_of(walk), z3.BitVecVal(walk.variant.migratetype, 3)
    for truth, says in stolen(of.before, of.state, wanted, Y):
        yield of.owed("stolen", truth, says, Y)
    got = of.state.heads(P) == label(FREE, wanted, walk.variant.order)
    yield of.owed("stolen", got, "the victim is on a list of the wanted type, as large as before", P)
    covered = z3.And(z3.ULE(align(P, of.geometry.order), Y), z3.ULT(Y, P + pfn(1 << walk.variant.order)))
    near = z3.Or(covered, align(Y, of.geometry.order) == align(P, of.geometry.order))
    kept = z3.Or(of.types(Y) == of.types_before(Y), z3.And(of.types(Y) == wanted, near))
    yield of.owed("stolen", kept, "only a pageblock of the victim may change its type, to the wanted one", Y)
    held = z3.Implies(of.state.owner(Y) == HELD, of.before.owner(Y) == HELD)
    yield of.owed("stolen", held, "no page is lost", Y)


def _steal_policy(walk: Walk) -> Iterator[Owed]:
    """Which blocks move, and whether the pageblock changes its type."""
    of, geometry, order = world_of(walk), Geometry(walk.top), walk.variant.order
    wanted, old = walk.variant.migratetype, of.types_before(P)
    kind, count = z3.BitVecVal(wanted, 3), _count(walk)
    mixes = z3.And(z3.BoolVal(order < geometry.order), old != HIGHATOMIC)
    times = z3.BitVecVal(len(of.boosts), 8)
    says = "the marks are boosted once, if the victim is smaller than its pageblock, which is not reserved"
    yield of.owed("policy", times == z3.If(mixes, z3.BitVecVal(1, 8), z3.BitVecVal(0, 8)), says)
    yield from to_the_tail(walk, "policy")
    if count is None:
        yield of.owed("policy", _moves_alone(walk), "the pageblock is left alone only by the rule")
        yield from is_moved(walk, Move(P, P + pfn(1), kind), "policy")
        claims: Truth = z3.And(z3.BoolVal(order >= geometry.order), old != HIGHATOMIC)
        start = align(P, geometry.order)
        inside = z3.And(z3.ULE(start, Y), z3.ULT(Y, start + pfn(max(1 << order, geometry.pages))))
        expected = z3.If(z3.And(claims, inside), kind, of.types_before(Y))
        yield of.owed("policy", of.types(Y) == expected, "a victim as large as its pageblocks claims all", Y)
        return
    yield of.owed("policy", z3.Not(_moves_alone(walk)), "the pageblock comes along only by the rule")
    once = count.eq(pfn(0)) or not any(step.does == "add" for step in of.steps)
    yield of.owed("policy", z3.BoolVal(once), "the victim moves with its pageblock, and not again")
    none = z3.BoolVal(count.eq(pfn(0)))
    move = Move(P, P + pfn(1), kind) if z3.is_true(none) else of.moves[0]
    yield from is_moved(walk, move, "policy")
    alike = (
        MOVABLE_PAGES if wanted == 1 else z3.If(old == 1, pfn(geometry.pages) - count - MOVABLE_PAGES, pfn(0))
    )
    enough = z3.And(z3.Not(none), count + alike >= pfn(geometry.claim))
    same = align(Y, geometry.order) == align(P, geometry.order)
    expected = z3.If(z3.And(enough, same), kind, of.types_before(Y))
    says = "the pageblock changes its type exactly if half of its pages are free or alike"
    yield of.owed("policy", of.types(Y) == expected, says, Y, P)


def _request(walk: Walk) -> Iterator[Owed]:
    """What a request gets; and, when it gets nothing, that there is nothing for it."""
    of, page = world_of(walk), result_of(walk)
    order, wanted, _, _ = options(walk)
    if page is None:
        return
    yield of.owed("request", aligned(page, order), f"the result is aligned to order {order}", page)
    for truth, says in taken(of.before, of.state, page, order, Y):
        yield of.owed("request", truth, says, Y, page)
    last = of.steps[-1] if of.steps else None
    asked = last is not None and last.does == "alloc" and last.migratetype is not None
    typed = z3.BoolVal(False)
    if asked and last is not None and last.migratetype is not None:
        typed = z3.And(last.pfn == page, last.migratetype == z3.BitVecVal(wanted, 3))
    yield of.owed("request", typed, "the result comes off a list of the type that was asked for", page)


def allowed(walk: Walk, pages: Iterable[Term]) -> Truth:
    """Whether a block that the policy lets the request have starts at one of the pages, before the call."""
    of, (order, wanted, _, _) = world_of(walk), options(walk)
    sparing = "no_fragment" in walk.variant.options
    none = (none_allowed(of.entry, order, wanted, page, no_fragment=sparing) for page in pages)
    return z3.Or(z3.BoolVal(False), *(z3.Not(each) for each in none))


def _refusal(walk: Walk) -> Iterator[Owed]:
    of, stole = world_of(walk), any(step.does == "steal" for step in world_of(walk).steps)
    if walk.path.result is not None:
        says = "what a request gets comes of a block that the policy lets it have"
        yield of.owed("refusal", allowed(walk, of.roots), says)
    elif stole:
        yield of.owed("refusal", z3.BoolVal(False), "the request that stole a block finds one")
    else:
        says = "a request is refused only if no list that it may use has a block as large"
        yield of.owed("refusal", z3.Not(allowed(walk, [Q])), says, Q)
        yield nothing_done(walk, "refusal")


ROWS = (
    Theorem(
        "fallback-order",
        "The victim of a fallback is the head of a list: of the largest order that any type of the table "
        "has (for a movable request without one that brings its pageblock, of the smallest), and of the "
        "first such type; there is none only if no type of the table has a block.  Nobody takes from the "
        "highatomic reserve or from isolated pageblocks.",
        (
            f"{FALLBACK}.find_victim",
            f"{FALLBACK}.find_suitable_fallback",
            f"{FALLBACK}.find_smallest_victim",
            f"{FALLBACK}.can_steal_fallback",
        ),
        "z3",
        of_linux((FIND,), (), _victim),
        (
            "fallback-takes-the-reserve",
            "fallback-in-another-order",
            "fallback-tries-the-smallest",
            "fallback-never-the-smallest",
            "fallback-misses-the-top",
            "no-fragment-fragments",
        ),
        assumes=(ENDS,),
        twin_orders=(5,),
    ),
    Theorem(
        "steal-exact",
        "A steal loses and invents no page and leaves the lists at rest: free blocks may change to the "
        "wanted type, as large as they were, the victim among them; no pageblock but the victim's changes.",
        (f"{FALLBACK}.steal_suitable_fallback", f"{MOBILITY}.change_pageblock_range"),
        "z3",
        of_linux((STEAL,), (*KEEP, "asks"), _steal_exact),
        ("steal-drops-the-victim", "steal-lists-the-victim-twice", "steal-claims-the-next-pageblock"),
        assumes=(in_place_of("move_freepages_block", "move-block"),),
        supposes=(MOVABLE,),
        twin_orders=(3,),
    ),
    Theorem(
        "policy-steal",
        "A steal moves the victim alone if it is reserved, as large as a pageblock or small and movable, "
        "else all free blocks of its pageblock, to the tails; the pageblock changes its type exactly if "
        "half of its pages are free or alike, or the victim is as large.  Where the zone begins inside the "
        "pageblock, pages are moved and counted from the victim on.  The marks are boosted once if the "
        "victim is smaller than its pageblock, which is not reserved, and else not.",
        (
            f"{FALLBACK}.steal_suitable_fallback",
            f"{FALLBACK}.steal_pageblock",
            f"{FALLBACK}.alike_pages",
            f"{MOBILITY}.change_pageblock_range",
        ),
        "z3",
        of_linux((STEAL,), ("asks",), _steal_policy),
        (
            "steal-moves-to-the-head",
            "steal-forgets-the-pageblock",
            "steal-claims-with-one-page-less",
            "steal-claims-the-reserve",
            "steal-counts-others-as-alike",
            "steal-counts-outside-the-zone",
            "steal-leaves-the-neighbours",
            "steal-counts-none-as-alike",
            "steal-moves-the-victim-again",
            "steal-forgets-to-boost",
            "steal-boosts-if-all-come-along",
            "steal-boosts-for-whole-pageblocks",
        ),
        assumes=(in_place_of("move_freepages_block", "move-block"),),
        supposes=(MOVABLE,),
        twin_orders=(4,),
    ),
    Theorem(
        "fallback-exact",
        "A request takes one block of its order, all of it free before, off a list of its own type, after a "
        "fallback too; no other page changes hands.",
        (f"{FALLBACK}.rmqueue", "verified_buddy.linux.versions.v6_1.fall_back"),
        "z3",
        of_linux((REQUEST,), (*KEEP,), _request),
        ("fallback-returns-the-victim", "request-of-another-type"),
        assumes=(in_place_of("rmqueue_smallest", "alloc-exact"), *STEALS),
        twin_orders=(3,),
    ),
    Theorem(
        "fallback-refusal",
        "A request is refused if and only if no list that the policy lets it use has a block as large, its "
        "own type's and those of the table; sparing fragments, theirs from a pageblock up.  After a steal "
        "there is one.  A refusal changes nothing.",
        (f"{FALLBACK}.rmqueue", "verified_buddy.linux.versions.v6_1.fall_back"),
        "z3",
        of_linux((REQUEST,), (), _refusal),
        (
            "fallback-never-happens",
            "request-tries-once",
            "steals-for-another-type",
            "refusal-steals",
            "fallback-forgets-to-spare",
        ),
        assumes=(in_place_of("rmqueue_smallest", "alloc-exact", "alloc-refusal", "policy-alloc"), *STEALS),
        twin_orders=(3,),
    ),
)
