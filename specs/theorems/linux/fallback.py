"""What ``verified_buddy.linux.fallback`` does: the victim, and the request that falls back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.labels import FREE, Term, Truth, aligned, label
from specs.prover.method.lifted_type import type_term
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import Y
from specs.prover.models import of_linux
from specs.prover.models.zone.contracts import (
    FALLBACKS,
    least_order,
    none_allowed,
    none_of,
    stealing,
    taken,
)
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.world import ZoneWorld
from specs.theorems.assumed import ENDS
from specs.theorems.core.buddy import Q, result_of
from specs.theorems.linux.mobility import KEEP, world_of

FALLBACK = "verified_buddy.linux.fallback"
FIND, REQUEST = "fallback.find_victim", "fallback.rmqueue"
STEALS = (
    in_place_of("find_victim", "fallback-order"),
    in_place_of("steal_suitable_fallback", "steal-exact"),
)


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
