"""What ``verified_buddy.linux.pcp`` does when it hands out: blocks go to per-CPU lists, and to the caller."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import elsewhere
from specs.prover.method.labels import HELD, PCP, align, is_free, is_pcp, label
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import LEFT
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import Y
from specs.prover.models import of_linux
from specs.prover.models.pcp.contracts import refilled
from specs.prover.models.pcp.lists import COUNT, FACTOR, on_list
from specs.prover.models.zone.contracts import none_allowed
from specs.prover.models.zone.geometry import TOP, Geometry
from specs.theorems.core.buddy import Q, result_of
from specs.theorems.core.free_area import lemma
from specs.theorems.linux.fallback import allowed, nothing_done
from specs.theorems.linux.mobility import world_of

PCP_MODULE = "verified_buddy.linux.pcp"
REFILL, BULK, ALLOC = "pcp.refill_one", "pcp.rmqueue_bulk", "pcp.rmqueue_pcplist"
FREE = "pcp.free_unref_page_commit"
KEEP = ("aligned", "owned", "listed", "index")
BLOCKS = z3.BitVec("blocks1", 64)
"""As many a bulk refill is asked for."""
ANY_LIMIT = "pcp_limit, pages_to_drain: whatever they answer"
ALLOWED = "what moves comes of a block that the policy lets the request have"


def index_of(geometry: Geometry, order: int, migratetype: int) -> int:
    """The list of the order and type: three to an order, and two of pageblocks; 3 and above go with 1."""
    column = migratetype if migratetype < 3 else 1
    if order == geometry.order:
        return geometry.lists - (1 if column == 1 else 2)
    return 3 * order + column


def refused(walk: Walk, tag: str) -> Iterator[Owed]:
    """No list that the policy lets the request use has a block, and nothing has changed."""
    of, variant = world_of(walk), walk.variant
    sparing = "no_fragment" in variant.options
    none = none_allowed(of.entry, variant.order, variant.migratetype, Q, no_fragment=sparing)
    yield of.owed(tag, none, "nothing moves only if no list that the request may use has a block", Q)
    yield nothing_done(walk, tag)


def count_kept(walk: Walk, tag: str) -> Owed:
    """The count has changed by what the lists themselves count (row pcp-count), and by nothing else."""
    of = world_of(walk)
    signs, count = {"pcp add": 1, "pcp remove": -1}, of.zone_lists.count
    change = sum(signs.get(step.does, 0) << step.order for step in of.steps)
    same = count.term == COUNT + change if isinstance(count, LiftedCount) else z3.BoolVal(False)
    return of.owed(tag, same, "the count changes by the pages that are listed and unlisted, and no others")


def refill(walk: Walk) -> Iterator[Owed]:
    """One block has moved from the free lists to its per-CPU list; or none has, and none could."""
    of, order, wanted = world_of(walk), walk.variant.order, walk.variant.migratetype
    yield count_kept(walk, "refill")
    if walk.path.result is not True:
        yield of.owed("refill", z3.BoolVal(walk.path.result is False), "the answer of a refusal is False")
        yield from refused(walk, "refill")
        return
    added = [step for step in of.steps if step.does == "pcp add"]
    if len(added) != 1 or added[0].tail is None:
        yield of.owed("refill", z3.BoolVal(False), "one block is listed")
        return
    head, listed = added[0].pfn, label(PCP, wanted, order)
    inside = align(Y, order) == head
    yield of.owed("refill", z3.Implies(inside, is_free(of.before.owner(Y))), "the block was free", Y, head)
    goes = z3.Implies(inside, of.state.owner(Y) == listed)
    yield of.owed("refill", goes, "the block is on the list of its order, under the type asked for", Y, head)
    for truth, says in elsewhere(of.before, of.state, z3.Not(inside), Y):
        yield of.owed("refill", truth, says, Y, head)
    for truth, says in refilled(of.before, of.state, order, wanted, Y):
        yield of.owed("refill", truth, says, Y, head)
    of.extra.append(inv.at(of.state, "rep", Y))
    stays = z3.Implies(is_pcp(of.before.heads(Y)), of.state.heads(Y) == of.before.heads(Y))
    yield of.owed("refill", stays, "what is on a per-CPU list stays there", Y, head)
    yield of.owed("refill", added[0].tail, "the block goes to the tail")
    yield of.owed("refill", allowed(walk, of.roots), ALLOWED)


def _bulk(walk: Walk) -> Iterator[Owed]:
    of, order, wanted = world_of(walk), walk.variant.order, walk.variant.migratetype
    yield count_kept(walk, "bulk")
    anew = z3.BoolVal(getattr(of.zone, "stealing", None) is False)
    yield of.owed("bulk", anew, "no block counts as stolen since the lists were locked")
    for truth, says in refilled(of.entry, of.state, order, wanted, Y):
        yield of.owed("bulk", truth, says, Y)
    if not walk.path.calls or walk.path.calls[-1].answer is not False:
        left = BLOCKS if of.before is of.entry else LEFT
        yield of.owed("bulk", left <= 0, "it ends when as many are moved as were asked for, or none is left")
    moved = [step.pfn for step in of.steps if step.does == "refill"]
    if moved:
        there = of.state.heads(moved[0]) == label(PCP, wanted, order)
        yield of.owed("bulk", there, "the list has a block afterwards", moved[0])
        yield of.owed("bulk", allowed(walk, of.roots), ALLOWED)
    else:
        yield from refused(walk, "bulk")


def _alloc(walk: Walk) -> Iterator[Owed]:
    of, page, order, wanted = world_of(walk), result_of(walk), walk.variant.order, walk.variant.migratetype
    index = index_of(of.geometry, order, wanted)
    yield count_kept(walk, "alloc")
    factor = of.zone_lists.free_factor
    halved = FACTOR if "bulk" in walk.variant.options else FACTOR >> 1
    same = factor.term == halved if isinstance(factor, LiftedCount) else z3.BoolVal(False)
    yield of.owed("alloc", same, "an allocation halves the free factor, one of the bulk allocator does not")
    if page is None:
        yield of.owed("alloc", z3.BoolVal(walk.path.result is None), "a refusal is None")
        if any(step.does == "bulk" for step in of.steps):
            yield of.owed("alloc", z3.BoolVal(False), "a list that was refilled has a block")
            return
        empty = z3.Not(on_list(of.geometry, of.entry.heads(Q), index))
        yield of.owed("alloc", empty, "it is refused only if its per-CPU list is empty", Q)
        yield from refused(walk, "alloc")
        return
    inside, before = align(Y, order) == page, of.entry.owner(Y)
    mine = z3.Or(is_free(before), on_list(of.geometry, before, index))
    yield of.owed("alloc", z3.Implies(inside, mine), "the block was on the per-CPU list, or free", Y, page)
    yield of.owed("alloc", z3.Implies(inside, of.state.owner(Y) == HELD), "it is the caller's", Y, page)
    for truth, says in refilled(of.entry, of.state, order, wanted, Y):
        yield of.owed("alloc", z3.Or(inside, truth), says, Y, page)
    if any(step.does == "bulk" for step in of.steps):
        yield of.owed("alloc", allowed(walk, of.roots), ALLOWED)
    end = z3.BoolVal(str(page).startswith("head"))
    yield of.owed("alloc", end, "it is the head of its list that is handed out")


def _index(subject: Subject, top: int) -> Iterator[Owed]:
    """The list of each order and type, and the order of each list's blocks, of a real zone in any case."""
    geometry = Geometry(TOP)
    for order in geometry.pcp_orders:
        for kind in range(5):
            right = subject.linux.pcp.order_to_pindex(kind, order) == index_of(geometry, order, kind)
            yield lemma(z3.BoolVal(right), f"blocks of order {order} and type {kind} have their list", [])
    for index in range(geometry.lists):
        right = subject.linux.pcp.pindex_to_order(index) == geometry.order_of(index)
        yield lemma(z3.BoolVal(right), f"list {index} has blocks of one order", [])
    for order in range(TOP + 1):
        right = subject.linux.pcp.pcp_allowed_order(order) == (order in geometry.pcp_orders)
        yield lemma(z3.BoolVal(right), f"order {order} has lists or has none", [])


ROWS = (
    Theorem(
        "pcp-index",
        "Every block that is put on a per-CPU list is put on that of its order and type; a type without "
        "lists of its own goes with the movable ones.",
        (f"{PCP_MODULE}.order_to_pindex", f"{PCP_MODULE}.pindex_to_order", f"{PCP_MODULE}.pcp_allowed_order"),
        "z3",
        of_linux((REFILL, FREE), KEEP, lemmas=_index),
        ("lists-for-all-types", "lists-of-the-next-order", "pcp-caches-order-four"),
        assumes=(in_place_of("rmqueue", "fallback-exact", "fallback-refusal"),),
        twin_orders=(3,),
    ),
    Theorem(
        "refill-exact",
        "A refill moves one block of free pages to the tail of its per-CPU list, under the type asked for, "
        "and nothing else; none moves only if no list that the request may use has a block.",
        (f"{PCP_MODULE}.refill_one",),
        "z3",
        of_linux((REFILL,), KEEP, refill),
        (
            "refill-forgets-the-type",
            "refill-to-the-head",
            "refill-drops-the-block",
            "refill-fragments",
            "refill-counts-twice",
        ),
        assumes=(in_place_of("rmqueue", "fallback-exact", "fallback-refusal"),),
        twin_orders=(3,),
    ),
    Theorem(
        "bulk-exact",
        "A bulk refill moves free blocks to one per-CPU list and nothing else, as many as are asked for or "
        "all that there are: it leaves the list empty only if no list that the request may use has a block.",
        (f"{PCP_MODULE}.rmqueue_bulk",),
        "z3",
        of_linux((BULK,), ("loop",), _bulk),
        (
            "bulk-asks-for-another-type",
            "bulk-never-begins",
            "bulk-never-ends",
            "bulk-stops-early",
            "bulk-counts-two",
            "bulk-of-one",
            "bulk-goes-on-stealing",
        ),
        assumes=(in_place_of("refill_one", "refill-exact"),),
        twin_orders=(3,),
    ),
    Theorem(
        "pcp-alloc",
        "An allocation hands out the head of its per-CPU list, which is refilled first if it is empty; it is "
        "refused if and only if that list is empty and no list that the request may use has a block.",
        (f"{PCP_MODULE}.rmqueue_pcplist",),
        "z3",
        of_linux((ALLOC,), (*KEEP, "asks"), _alloc),
        ("pcp-alloc-keeps-it-listed", "pcp-alloc-never-refills", "pcp-alloc-takes-the-tail", "bulk-halves"),
        assumes=(
            in_place_of("rmqueue_bulk", "bulk-exact"),
            in_place_of("refill_blocks", "pcp-figures-confirmed"),
        ),
        twin_orders=(3,),
    ),
)
