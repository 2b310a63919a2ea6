"""Which block, and which end of which list: every operation against the rule of the specification.

The rule is written with pages and orders, and with the state before the call.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem
from specs.prover.method.invariants import MT
from specs.prover.method.labels import Term, Truth, align, is_free, pfn, type_of
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Step
from specs.prover.models import of_core
from specs.theorems.assumed import BRIDGE, ENDS
from specs.theorems.core.buddy import result_of

BUDDY = "verified_buddy.buddy"


def buddy(page: Term, order: int) -> Term:
    """The other half of the parent; the row pfn-bridge says that this is the definition's."""
    return page ^ pfn(1 << order)


def parent(page: Term, order: int) -> Term:
    """The first page of the block of the next order."""
    return align(page, order + 1)


def _differs(walk: Walk, says: str) -> Owed:
    return walk.world.owed("policy", z3.BoolVal(False), says)


def _shape(walk: Walk, does: list[tuple[str, int]]) -> Iterator[Owed]:
    """The changes of the lists are of these kinds and orders, in this order."""
    done = [(step.does, step.order) for step in walk.world.steps]
    if done != does:
        yield _differs(walk, f"the lists change in the order {does}, and not {done}")


def _split(walk: Walk, page: Term, steps: list[Step], migratetype: Term) -> Iterator[Owed]:
    """From the greatest down, the half without the page goes to the head of the list."""
    for step in steps:
        start = align(page, step.order)
        says = f"the half of order {step.order} without the result goes to the head of its list"
        assert step.migratetype is not None
        assert step.tail is not None
        goal = z3.And(
            step.pfn == buddy(start, step.order), step.migratetype == migratetype, z3.Not(step.tail)
        )
        yield walk.world.owed("policy", goal, says)


def _expected_split(walk: Walk, current: int) -> list[tuple[str, int]]:
    halves = range(current - 1, walk.variant.order - 1, -1)
    return [("remove", current), *(("add", half) for half in halves)]


def _alloc(walk: Walk) -> Iterator[Owed]:
    of, page = walk.world, result_of(walk)
    if page is None:
        yield from _shape(walk, [])
        return
    asked = walk.variant.order + len(of.empties)
    wrong = list(_shape(walk, _expected_split(walk, asked)))
    yield from wrong
    if wrong:
        return
    head = z3.BitVec("head1", 64)
    goal = z3.And(of.steps[0].pfn == head, page == head)
    yield of.owed("policy", goal, "the head of the first list that is not empty is taken, and returned", page)
    yield from _split(walk, page, of.steps[1:], MT)


def _take(walk: Walk) -> Iterator[Owed]:
    of = walk.world
    if walk.path.result is not True:
        yield from _shape(walk, [])
        return
    current = of.steps[0].order if of.steps else walk.variant.order
    wrong = list(_shape(walk, _expected_split(walk, current)))
    yield from wrong
    if wrong:
        return
    head = of.steps[0].pfn
    yield of.owed("policy", head == align(P, current), "the free block that contains the page is taken", P)
    yield from _split(walk, P, of.steps[1:], type_of(of.before.heads(head)))


def _free(walk: Walk) -> Iterator[Owed]:
    of, order, page = walk.world, walk.variant.order, P
    last = of.steps[-1].order if of.steps else order
    expected = [("remove", current) for current in range(order, last)] + [("add", last)]
    wrong = list(_shape(walk, expected))
    yield from wrong
    if wrong:
        return
    for step in of.steps[:-1]:
        other = buddy(page, step.order)
        goal = z3.And(step.pfn == other, is_free(of.before.heads(other), step.order))
        yield of.owed("policy", goal, f"the free buddy of order {step.order} is merged")
        page = parent(page, step.order)
    if last < walk.top:
        goal = z3.Not(is_free(of.before.heads(buddy(page, last)), last))
        yield of.owed("policy", goal, f"merging stops at order {last} since the buddy is not free")
    added = of.steps[-1]
    assert added.migratetype is not None
    assert added.tail is not None
    goal = z3.And(added.pfn == page, added.migratetype == MT)
    yield of.owed("policy", goal, "the merged block is listed under the freed type")
    likely = z3.Or(z3.BoolVal(walk.variant.to_tail), _merge_likely(walk, page, last))
    says = "it goes to the tail exactly if asked to, or if the parent would merge at once"
    yield of.owed("policy", added.tail == likely, says)


def _merge_likely(walk: Walk, page: Term, order: int) -> Truth:
    if order >= walk.top - 1:
        return z3.BoolVal(False)
    above = buddy(parent(page, order), order + 1)
    return is_free(walk.world.before.heads(above), order + 1)


ROWS = (
    Theorem(
        "policy-alloc",
        "alloc returns the first page of the head of the smallest sufficient list that is not empty, and "
        "lists the other halves from the greatest down, each at the head.",
        (f"{BUDDY}.rmqueue_smallest", f"{BUDDY}.expand"),
        "z3",
        of_core(("rmqueue_smallest",), (), _alloc),
        ("split-from-the-bottom", "takes-the-largest", "split-returns-the-upper-half"),
        assumes=(BRIDGE, ENDS),
    ),
    Theorem(
        "policy-free",
        "free merges upward with each free buddy in turn, lists the result under the freed type, at the "
        "tail exactly by the rule buddy_merge_likely or on demand.",
        (f"{BUDDY}.free_one_page", f"{BUDDY}.buddy_merge_likely"),
        "z3",
        of_core(("free_one_page", "free_one_page, to_tail"), (), _free),
        ("always-head", "likely-at-the-top", "never-merges", "free-wraps"),
        assumes=(BRIDGE, ENDS),
    ),
    Theorem(
        "policy-take",
        "take unlists the free block that contains the wanted one, and lists the other halves from the "
        "greatest down, each at the head of the list of its type.",
        (f"{BUDDY}.take", f"{BUDDY}.expand"),
        "z3",
        of_core(("take",), (), _take),
        ("split-from-the-bottom",),
        assumes=(BRIDGE, ENDS),
    ),
)
