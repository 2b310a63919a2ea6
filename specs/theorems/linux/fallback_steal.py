"""What a fallback's steal moves, whether a pageblock changes its type, and when the marks are boosted."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.labels import FREE, HELD, Term, Truth, align, label, pfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.zone.contracts import stealing, stolen
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.retyped import Move
from specs.prover.models.zone.stage import MOVABLE_PAGES
from specs.theorems.linux.fallback import FALLBACK
from specs.theorems.linux.mobility import KEEP, MOBILITY, world_of
from specs.theorems.linux.mobility_moves import is_moved, to_the_tail

STEAL = "fallback.steal_suitable_fallback"
HIGHATOMIC = z3.BitVecVal(3, 3)
MOVABLE = "movable_pages answers with 0 up to the pages of a pageblock"


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


ROWS = (
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
)
