"""What ``verified_buddy.linux.mobility`` does when it frees: the core's sentences, with migratetypes."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Assumption, Theorem
from specs.prover.method import invariants as inv
from specs.prover.method.invariants import MT
from specs.prover.method.labels import (
    FREE,
    HELD,
    LIMIT,
    Term,
    Truth,
    align,
    aligned,
    is_block,
    is_free,
    kind_is,
    order_is,
    pfn,
    unknown,
)
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed, Path
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.core.contracts import released
from specs.prover.models.zone.elsewhere import free_elsewhere, zone_of_page
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.world import ZoneWorld, in_zone, owned_in_zone
from specs.theorems.assumed import BRIDGE, ENDS, FREE_AREA
from specs.theorems.core.free_area import S, T, kept
from specs.theorems.core.pfn import each_order

MOBILITY = "verified_buddy.linux.mobility"
FREEING = ("mobility.free_one_page", "mobility.free_one_page, to_tail")
KEEP = ("aligned", "owned", "listed", "buddy")
"""The contracts of the primitives, by which every invariant is kept."""


def world_of(walk: Walk) -> ZoneWorld:
    """The zone that the path worked on."""
    assert isinstance(walk.world, ZoneWorld)
    return walk.world


def may_merge(one: Term, other: Term) -> Truth:
    """Whole pageblocks of these types may become one block: they are of one type, or both below 3."""
    three = z3.BitVecVal(3, 3)
    return z3.Or(one == other, z3.And(z3.ULT(one, three), z3.ULT(other, three)))


def _exact(walk: Walk) -> Iterator[Owed]:
    of = world_of(walk)
    for truth, says in released(of.before, of.state, P, walk.variant.order, Y):
        yield of.owed("free-exact", truth, says, Y, P)
    same = z3.BoolVal(of.types is of.types_before)
    yield of.owed("free-exact", same, "no pageblock changes its type")


def _steps(walk: Walk) -> list[tuple[int, Term, Term]] | None:
    """The merges: order, the block that there was, and its buddy; None if the lists change otherwise."""
    of, order = world_of(walk), walk.variant.order
    last = of.steps[-1].order if of.steps else order
    expected = [("remove", current) for current in range(order, last)] + [("add", last)]
    if [(step.does, step.order) for step in of.steps] != expected:
        return None
    page, found = P, []
    for step in of.steps[:-1]:
        found.append((step.order, page, page ^ pfn(1 << step.order)))
        page = align(page, step.order + 1)
    return found


def _policy(walk: Walk) -> Iterator[Owed]:
    of, merges, geometry = world_of(walk), _steps(walk), Geometry(walk.top)
    if merges is None:
        yield of.owed("policy", z3.BoolVal(False), "free unlists each buddy, and lists one block")
        return
    for (order, _, buddy), step in zip(merges, of.steps, strict=False):
        truth = z3.And(step.pfn == buddy, is_free(of.before.heads(buddy), order))
        yield of.owed("policy", truth, f"the free buddy of order {order} is merged, whatever its list")
    added = of.steps[-1]
    assert added.migratetype is not None
    assert added.tail is not None
    page, order = align(P, added.order), added.order
    yield of.owed(
        "policy",
        z3.And(added.pfn == page, added.migratetype == MT),
        "the merged block is on one list, that of the type it was freed under",
    )
    if order < walk.top:
        buddy = page ^ pfn(1 << order)
        stops = z3.Not(is_free(of.before.heads(buddy), order))
        if order >= geometry.order:
            stops = z3.Or(stops, z3.Not(may_merge(MT, of.types_before(buddy))))
        yield of.owed("policy", stops, f"merging stops at order {order} for a reason", buddy)
    says = "it goes to the tail exactly if asked to, or if the parent would merge at once"
    likely = z3.Or(z3.BoolVal(walk.variant.to_tail), _merge_likely(walk, page, order))
    yield of.owed("policy", added.tail == likely, says)


def _merge_likely(walk: Walk, page: Term, order: int) -> Truth:
    """Whether the buddy of the parent is free, in the zone of the lower page of the block and its buddy."""
    if order >= walk.top - 1:
        return z3.BoolVal(False)
    lower = align(page, order + 1)
    above, zone = lower ^ pfn(2 << order), zone_of_page(lower)
    mine = is_free(world_of(walk).before.heads(above), order + 1)
    return z3.If(in_zone(lower), mine, z3.And(zone != 0, free_elsewhere(zone, above, order + 1)))


def _guard(walk: Walk) -> Iterator[Owed]:
    """Pageblocks of types that do not mix stay apart."""
    of, merges = world_of(walk), _steps(walk) or []
    for order, _, buddy in merges:
        if order >= Geometry(walk.top).order:
            allowed = may_merge(MT, of.types_before(buddy))
            says = f"a free block of order {order} merges only with a pageblock whose type allows it"
            yield of.owed("guard", allowed, says, buddy)
            isolated = z3.BitVecVal(4, 3)
            alone = (isolated == MT) == (of.types_before(buddy) == isolated)
            yield of.owed("guard", alone, "no isolated pageblock joins one that is not isolated", buddy)


def _edges(walk: Walk) -> Iterator[Owed]:
    """Every block that is unlisted or listed lies in the zone, wherever its borders are."""
    of = world_of(walk)
    of.extra.append(owned_in_zone(of.before, Y))
    inside = [z3.Implies(align(Y, walk.variant.order) == P, in_zone(Y))]
    of.extra += [inv.at(of.before, f"member {order}", head, Y) for head, order in of.listed]
    for step in of.steps:
        goal = z3.Implies(align(Y, step.order) == step.pfn, in_zone(Y))
        says = f"every page of a block of order {step.order} that is merged or listed is the zone's own"
        hypotheses = z3.Implies(inv.conjunction(inside), goal)
        yield of.owed("edges", hypotheses, says, Y, step.pfn)


def _keeps(subject: Subject, top: int) -> Iterator[Owed]:
    """As add-keeps and remove-keeps, where free buddies are merged below a pageblock only."""
    pageblock, page = Geometry(top).order, z3.BitVec("p", 64)
    before, new = unknown("0", top, pageblock), z3.BitVec("new", 10)
    for order in range(top + 1):
        given = [z3.Implies(align(each, order) == page, before.owner(each) == HELD) for each in (S, T, page)]
        facts = [aligned(page, order), order_is(new, order), is_block(new)]
        if order < pageblock:
            buddy = before.heads(page ^ pfn(1 << order))
            facts.append(z3.Implies(kind_is(new, FREE), z3.Not(is_free(buddy, order))))
        yield from kept(before, before.give(page, order, new), order, facts, given)
        listed = before.heads(page)
        members = [inv.at(before, f"member {order}", page, each) for each in (S, T)]
        facts = [is_block(listed), order_is(listed, order)]
        yield from kept(before, before.hold(page, order), order, facts, members)


def _pageblock_start(subject: Subject, top: int) -> Iterator[Owed]:
    """The clause of ``pageblock_start``, and what a page's pageblock is."""

    def run(subject: Subject, order: int, path: Path) -> None:
        path.assume(z3.ULT(P, LIMIT))
        start = subject.linux.pageblock.pageblock_start(LiftedPfn(path, P)).term
        path.owe("clause", start == P - z3.URem(P, pfn(512)), "pageblock_start is what its clause says")
        inside = z3.And(z3.ULE(start, P), z3.ULT(P, start + pfn(512)))
        path.owe("clause", inside, "the page lies in its pageblock")

    yield from each_order(run, subject, 0)


ROWS = (
    Theorem(
        "pageblock-clauses",
        "pageblock_start is the page less its remainder by 512, and its pageblock holds the page.",
        ("verified_buddy.linux.pageblock.pageblock_start",),
        "z3",
        of_linux(lemmas=_pageblock_start),
        ("pageblock-of-half", "typed-pageblock-of-a-page-late"),
        twin_orders=(3,),
    ),
    Theorem(
        "typed-keeps",
        "With migratetypes and per-CPU lists, to list or unlist a block keeps every invariant; of free "
        "buddies only those below a pageblock's order must be merged.",
        ("verified_buddy.linux.mobility.free_one_page", "verified_buddy.free_area.FreeArea"),
        "z3",
        of_linux(FREEING, KEEP, lemmas=_keeps),
        ("typed-merge-forgets-the-buddy", "typed-merge-keeps-the-block", "typed-never-merges"),
        assumes=(FREE_AREA,),
        twin_orders=(3,),
    ),
    Theorem(
        "typed-free",
        "With migratetypes too, free makes exactly the pages of the block free; nothing else changes hands, "
        "and no pageblock changes its type.",
        (f"{MOBILITY}.free_one_page",),
        "z3",
        of_linux(FREEING, (), _exact),
        ("typed-merge-keeps-the-block", "typed-merge-forgets-the-upper"),
        twin_orders=(3,),
    ),
    Theorem(
        "policy-typed-free",
        "free merges with each free buddy in turn, whatever its list, and at a pageblock's order and above "
        "only where the types allow it; the result is on one list, of the type it was freed under, at the "
        "tail exactly on demand or by the rule buddy_merge_likely: if the parent's buddy is free in the zone "
        "of the lower page of the block and its buddy, be that this zone, another or none.",
        (
            f"{MOBILITY}.free_one_page",
            f"{MOBILITY}.buddy_merge_likely",
            f"{MOBILITY}.page_is_buddy",
            f"{MOBILITY}.may_merge",
            "verified_buddy.linux.migratetype.is_mergeable",
        ),
        "z3",
        of_linux(FREEING, (), _policy),
        (
            "typed-always-head",
            "typed-merge-likely-in-its-own-zone",
            "typed-never-merges",
            "merge-only-own-type",
            "merges-pageblocks-of-one-type-only",
            "frees-under-the-buddys-type",
        ),
        assumes=(BRIDGE, ENDS),
        supposes=("to which zone a page outside this one belongs, and what is free there: any answer",),
        twin_orders=(3,),
    ),
    Theorem(
        "merge-guard",
        "No free block ever grows over pageblocks that must stay apart: one isolated or reserved, the other "
        "of another type.",
        (f"{MOBILITY}.free_one_page", f"{MOBILITY}.may_merge"),
        "z3",
        of_linux(FREEING, ("buddy",), _guard),
        ("merge-checks-the-freed-type-alone", "merge-guard-above-the-pageblock"),
        twin_orders=(3,),
    ),
    Theorem(
        "zone-edges",
        "Merging never leaves a zone: every block that a free unlists or lists consists of the zone's own "
        "pages, wherever its borders and holes are, and whatever zone lies beside it.",
        (f"{MOBILITY}.free_one_page", f"{MOBILITY}.MobilityZone"),
        "z3",
        of_linux(FREEING, ("listed",), _edges),
        ("merges-with-page-zero",),
        assumes=(
            Assumption(("typed-free",), "the lists of a zone hold its own pages, from the first feed on"),
        ),
        twin_orders=(3,),
    ),
)
