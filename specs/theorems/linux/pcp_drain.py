"""What ``verified_buddy.linux.pcp`` does when it takes back: to per-CPU lists, and to the free lists."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Assumption, Theorem, in_place_of
from specs.prover.method.contracts import elsewhere
from specs.prover.method.labels import PCP, align, is_free, is_pcp, label, type_of, unknown
from specs.prover.method.loops import LEFT
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Step, Y
from specs.prover.models import of_linux
from specs.prover.models.core.contracts import released
from specs.prover.models.pcp.contracts import drained
from specs.prover.models.pcp.lists import on_list
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.world import ISOLATED
from specs.theorems.core.buddy import Q
from specs.theorems.core.free_area import S, T, lemma
from specs.theorems.linux.fallback import nothing_done
from specs.theorems.linux.mobility import world_of
from specs.theorems.linux.pcp import ANY_LIMIT, FREE, KEEP, PCP_MODULE, REFILL, count_kept, index_of, refill

DRAIN, NEXT, DRAINS, ALL = (
    "pcp.drain_one",
    "pcp.next_pindex",
    "pcp.free_pcppages_bulk",
    "pcp.drain_pages_zone",
)


def _drain(walk: Walk) -> Iterator[Owed]:
    of, index = world_of(walk), walk.variant.index
    order = of.geometry.order_of(index)
    yield count_kept(walk, "drain")
    if walk.path.result is not True:
        yield of.owed("drain", z3.BoolVal(walk.path.result is False), "the answer of a refusal is False")
        empty = z3.Not(on_list(of.geometry, of.before.heads(Q), index))
        yield of.owed("drain", empty, "nothing is drained only if the list is empty", Q)
        yield nothing_done(walk, "drain")
        return
    shape = [step.does for step in of.steps] == ["pcp remove", "free"]
    if not shape or of.steps[1].migratetype is None or of.steps[1].tail is None:
        yield of.owed("drain", z3.BoolVal(False), "one block is unlisted, and freed")
        return
    head, freed = of.steps[0].pfn, of.steps[1]
    was = of.before.heads(head)
    yield of.owed("drain", on_list(of.geometry, was, index), "the block was on the list", head)
    for truth, says in released(of.before, of.state, head, order, Y):
        yield of.owed("drain", truth, says, Y, head)
    end = z3.BoolVal(str(head).startswith("tail"))
    yield of.owed("drain", end, "it is the tail of its list that is drained")
    yield of.owed("drain", freed.pfn == head, "what is unlisted is freed", head)
    assert freed.migratetype is not None
    wanted = z3.If(ISOLATED == 0, type_of(was), of.types_before(head))
    says = "it is freed under the type that it was listed with, or where some are isolated its pageblock's"
    yield of.owed("drain", freed.migratetype == wanted, says, head)
    assert freed.tail is not None
    yield of.owed("drain", z3.Not(freed.tail), "it is not forced to the tail")


def _next(walk: Walk) -> Iterator[Owed]:
    of, found, count = world_of(walk), walk.path.result, Geometry(walk.top).lists
    round_trip = [(walk.variant.index + step) % count for step in range(count)]
    yield nothing_done(walk, "next")
    heads = of.before.heads(Q)
    if found is None:
        some_list = z3.Or(*(on_list(of.geometry, heads, index) for index in range(count)))
        of.extra.append(z3.Implies(is_pcp(heads), some_list))
        yield of.owed("next", z3.Not(is_pcp(heads)), "there is none only if all lists are empty", Q)
    elif type(found) is int and found in round_trip:
        for index in round_trip[: round_trip.index(found)]:
            empty = z3.Not(on_list(of.geometry, heads, index))
            yield of.owed("next", empty, f"list {index} comes first, and is empty", Q)
        some = [on_list(of.geometry, of.before.heads(page), found) for page in of.roots]
        yield of.owed("next", z3.Or(z3.BoolVal(False), *some), "the list that is found is not empty")
    else:
        yield of.owed("next", z3.BoolVal(False), f"{found!r} is no list")


def _drains(walk: Walk) -> Iterator[Owed]:
    of = world_of(walk)
    for truth, says in drained(of.entry, of.state, Y):
        yield of.owed("drains", truth, says, Y)
    enough = z3.Or(LEFT <= 0, z3.Not(is_pcp(of.state.heads(Q))))
    yield of.owed("drains", enough, "it ends when enough is drained, or all lists are empty", Q)


def _free(walk: Walk) -> Iterator[Owed]:
    of, order, wanted = world_of(walk), walk.variant.order, walk.variant.migratetype
    inside, listed = align(Y, order) == P, label(PCP, wanted, order)
    yield count_kept(walk, "free")
    goes = z3.Or(of.state.owner(Y) == listed, is_free(of.state.owner(Y)))
    yield of.owed("free", z3.Implies(inside, goes), "the block is on its list, unless it was drained", Y, P)
    for truth, says in drained(of.before, of.state, Y):
        yield of.owed("free", z3.Or(inside, truth), says, Y, P)
    first, drains = of.steps[0] if of.steps else Step("", P, 0), of.steps[1:]
    head = first.tail is not None and first.does == "pcp add" and first.pfn.eq(P)
    put = z3.Not(first.tail) if head and first.tail is not None else z3.BoolVal(False)
    yield of.owed("free", put, "the block goes to the head of its list")
    limit, pages = z3.BitVec("limit1", 64), z3.BitVec("pages1", 64)
    count = of.zone_lists.count.term
    if drains:
        index = index_of(of.geometry, order, wanted)
        once = [(step.does, step.order) for step in drains] == [("bulk drain", index)]
        right = z3.BoolVal(once and drains[0].pfn.eq(pages))
        yield of.owed("free", right, "it drains once, from its list on, as many pages as the rule says")
    full = count >= limit if drains else count < limit
    yield of.owed("free", full, "it drains exactly if the lists have as many pages as the limit")


def _all(walk: Walk) -> Iterator[Owed]:
    of = world_of(walk)
    for truth, says in drained(of.entry, of.state, Y):
        yield of.owed("all", truth, says, Y)
    yield of.owed("all", z3.Not(is_pcp(of.state.owner(Y))), "no page is left on a per-CPU list", Y)


def _either(walk: Walk) -> Iterator[Owed]:
    """The contracts of both, of which the lemma is made."""
    return refill(walk) if walk.operation == REFILL else _drain(walk)


def _round_trip(subject: Subject, top: int) -> Iterator[Owed]:
    """One block goes to its list and comes back: the same pages are free, all others have their owner."""
    before, between, after = (unknown(name, top, Geometry(top).order) for name in ("0", "1", "2"))
    for order in Geometry(top).pcp_orders:
        inside = align(T, order) == S
        facts = [truth for truth, _ in elsewhere(before, between, z3.Not(inside), T)]
        facts += [z3.Implies(inside, is_free(before.owner(T)))]
        facts += [truth for truth, _ in released(between, after, S, order, T)]
        same = z3.If(is_free(before.owner(T)), is_free(after.owner(T)), after.owner(T) == before.owner(T))
        yield lemma(
            same, f"refill and drain of a block of order {order} leave every page where it was", facts
        )


ROWS = (
    Theorem(
        "drain-exact",
        "A drain gives the tail of a per-CPU list back to the free lists and nothing else, under the type "
        "that it was listed with, or its pageblock's where pageblocks are isolated.",
        (f"{PCP_MODULE}.drain_one",),
        "z3",
        of_linux((DRAIN,), KEEP, _drain),
        (
            "drain-under-the-cached-type",
            "drain-under-the-pageblocks-type",
            "drain-from-the-head",
            "drain-loses-the-block",
            "drain-counts-twice",
        ),
        assumes=(in_place_of("free_one_page", "typed-free"),),
        twin_orders=(3,),
    ),
    Theorem(
        "refill-drain",
        "Refill and drain are inverse: after a block went to its per-CPU list and came back, the same pages "
        "are free, and every other page has the owner that it had.",
        (f"{PCP_MODULE}.refill_one", f"{PCP_MODULE}.drain_one"),
        "z3",
        of_linux((REFILL, DRAIN), KEEP, _either, _round_trip),
        ("refill-drops-the-block", "drain-loses-the-block"),
        assumes=(
            in_place_of("rmqueue", "fallback-exact", "fallback-refusal"),
            in_place_of("free_one_page", "typed-free"),
        ),
        twin_orders=(3,),
    ),
    Theorem(
        "pcp-round-robin",
        "The next list to drain is the first from the given one on, and round, that is not empty; there is "
        "none only if all are empty.",
        (f"{PCP_MODULE}.next_pindex",),
        "z3",
        of_linux((NEXT,), (), _next),
        ("next-begins-anew", "next-misses-the-last"),
        assumes=(
            Assumption(("pcp-index",), "every block on a per-CPU list is on that of its order and type"),
        ),
        twin_orders=(3,),
    ),
    Theorem(
        "drain-bulk",
        "A bulk drain makes pages of per-CPU lists free and changes nothing else; it goes on, list after "
        "list, until enough pages are drained or all lists are empty, and counts each block's pages.",
        (f"{PCP_MODULE}.free_pcppages_bulk",),
        "z3",
        of_linux((DRAINS,), ("loop",), _drains),
        ("drain-wraps-its-count", "drain-counts-blocks", "drain-restarts-the-round", "drain-stops-at-once"),
        assumes=(in_place_of("drain_one", "drain-exact"), in_place_of("next_pindex", "pcp-round-robin")),
        twin_orders=(3,),
    ),
    Theorem(
        "pcp-free",
        "A freed block goes to the head of its per-CPU list, and pages drain exactly if the lists have as "
        "many as the limit; nothing else changes hands.",
        (f"{PCP_MODULE}.free_unref_page_commit",),
        "z3",
        of_linux((FREE,), KEEP, _free),
        ("pcp-free-to-the-tail", "pcp-free-drains-late", "pcp-free-drains-from-the-first"),
        assumes=(in_place_of("free_pcppages_bulk", "drain-bulk"),),
        supposes=(ANY_LIMIT,),
        twin_orders=(3,),
    ),
    Theorem(
        "drain-all",
        "To drain all lists of a CPU leaves no page on them and changes nothing else.",
        (f"{PCP_MODULE}.drain_pages_zone",),
        "z3",
        of_linux((ALL,), ("loop", "asks"), _all),
        ("drain-all-keeps-a-page", "drain-all-drains-nothing"),
        assumes=(
            in_place_of("free_pcppages_bulk", "drain-bulk"),
            Assumption(("pcp-count",), "the count is the number of the pages on the lists"),
        ),
        twin_orders=(3,),
    ),
)
