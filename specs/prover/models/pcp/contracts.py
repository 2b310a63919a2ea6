"""The contracts of the functions over per-CPU lists that others call."""

from __future__ import annotations

from typing import Any

import z3

from specs.prover.method import invariants as inv
from specs.prover.method.contracts import Clauses, elsewhere
from specs.prover.method.labels import LIMIT, PCP, State, Term, Truth, align, aligned, is_free, is_pcp, label
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import Countdown
from specs.prover.method.world import Step
from specs.prover.models.core.contracts import released
from specs.prover.models.pcp.lists import PerCpu, on_list
from specs.prover.models.zone.contracts import MobilityStubs, none_allowed
from specs.prover.models.zone.world import ZoneWorld


class AnyIndex:
    """The list on which an iteration begins: any of them."""


def refilled(was: State, now: State, order: int, migratetype: int, page: Term) -> Clauses:
    """Free pages may have gone to the per-CPU lists of the order and type; nothing else has changed."""
    before, after = was.owner(page), now.owner(page)
    yield z3.Implies(z3.Not(is_free(before)), after == before), "what is not free keeps its owner"
    listed = after == label(PCP, migratetype, order)
    yield (
        z3.Implies(is_free(before), z3.Or(is_free(after), listed)),
        "what is free stays free, or goes to the list that is refilled",
    )


def drained(was: State, now: State, page: Term) -> Clauses:
    """Pages of per-CPU lists may have become free; nothing else has changed hands."""
    before, after = was.owner(page), now.owner(page)
    yield from elsewhere(was, now, z3.Not(is_pcp(before)), page)
    yield (
        z3.Implies(is_pcp(before), z3.Or(after == before, is_free(after))),
        "a page of a per-CPU list stays there, or becomes free",
    )


def filled(state: State, order: int, migratetype: int, page: Term) -> Truth:
    """A block of the order and type is on its per-CPU list, there."""
    return state.heads(page) == label(PCP, migratetype, order)


class PcpStubs(MobilityStubs):
    """The functions over per-CPU lists, by their contracts."""

    def __init__(self, of: ZoneWorld, zone: Any, pcp: PerCpu) -> None:
        super().__init__(of, zone)
        self.pcp = pcp
        self.found: int | None = None

    def _mine(self, zone: object, pcp: object) -> None:
        if zone is not self.zone or pcp is not self.pcp:
            self.world.require(["the call is about this zone, and this CPU's lists"])

    def _count(self, name: str, least: int) -> LiftedCount:
        of = self.world
        number = of.fresh(name)
        of.path.assume(number >= least, z3.Or(number < 0, z3.ULT(number, LIMIT)))
        return LiftedCount(of.path, number)

    def _had_one(self, was: State, order: int, migratetype: int, *, no_fragment: bool) -> None:
        """Some list that the request may use had a block."""
        of, witness = self.world, self.world.fresh("witness")
        of.path.assume(z3.Not(none_allowed(was, order, migratetype, witness, no_fragment=no_fragment)))
        of.roots.append(witness)

    def refill_blocks(self, batch: object, order: int) -> LiftedCount:
        """Contract: its clause; at least one."""
        return self._count("blocks", 1)

    def pcp_limit(self, pcp: object, order: int, *, reclaim_active: bool) -> LiftedCount:
        """Any limit at all."""
        return self._count("limit", 0)

    def pages_to_drain(self, pcp: object, order: int, limit: object) -> LiftedCount:
        """Any number at all."""
        return self._count("pages", -(1 << 52))

    def refill_one(
        self, zone: Any, pcp: Any, order: int, migratetype: int, movable: object, *, no_fragment: bool = False
    ) -> bool:
        """Contract: row refill-exact."""
        of, was = self.world, self.world.state
        self._mine(zone, pcp)
        if not of.path.choose():
            of.laws.append(lambda page: none_allowed(was, order, migratetype, page, no_fragment=no_fragment))
            return False
        head = of.fresh("refilled")
        of.path.assume(aligned(head, order))
        of.roots.append(head)
        self._had_one(was, order, migratetype, no_fragment=no_fragment)
        listed = label(PCP, migratetype, order)

        def one(now: State, page: Term) -> Clauses:
            inside = align(page, order) == head
            yield from refilled(was, now, order, migratetype, page)
            yield z3.Implies(inside, z3.And(is_free(was.owner(page)), now.owner(page) == listed)), "the block"
            yield z3.Implies(is_pcp(was.heads(page)), now.heads(page) == was.heads(page)), "other blocks"

        self.any_state(one)
        of.path.assume(filled(of.state, order, migratetype, head))
        of.steps.append(Step("refill", head, order))
        return True

    def rmqueue_bulk(
        self,
        zone: Any,
        pcp: Any,
        order: int,
        migratetype: int,
        blocks: LiftedCount,
        movable: object,
        *,
        no_fragment: bool = False,
    ) -> None:
        """Contract: row bulk-exact."""
        of, was = self.world, self.world.state
        self._mine(zone, pcp)
        of.owe("asks", blocks.term > 0, "at least one block is asked for")
        if not of.path.choose():
            of.laws.append(lambda page: none_allowed(was, order, migratetype, page, no_fragment=no_fragment))
            return
        self.any_state(lambda now, page: refilled(was, now, order, migratetype, page))
        head = of.fresh("refilled")
        of.path.assume(filled(of.state, order, migratetype, head))
        of.roots.append(head)
        self._had_one(was, order, migratetype, no_fragment=no_fragment)
        now = of.state
        of.laws.append(lambda page: inv.at(now, "rep", page))
        of.steps.append(Step("bulk", head, order))

    def next_pindex(self, pcp: Any, index: object) -> int | None:
        """Contract: row pcp-round-robin; whichever list is asked for first, the answer may be any."""
        of, state = self.world, self.world.state
        self._mine(self.zone, pcp)
        if not isinstance(index, AnyIndex):
            of.require([f"the search goes on at the list where it was, and not at {index!r}"])
        for each in range(of.geometry.lists):
            if of.path.choose():
                page = of.fresh("member")
                of.path.assume(on_list(of.geometry, state.heads(page), each))
                of.roots.append(page)
                self.found = each
                return each
        of.laws.append(lambda page: z3.Not(is_pcp(state.heads(page))))
        return None

    def drain_one(self, zone: Any, pcp: Any, index: int) -> bool:
        """Contract: row drain-exact, of a list that is not empty."""
        of, was = self.world, self.world.state
        self._mine(zone, pcp)
        if index != self.found:
            of.require([f"the list that was found is drained, and not {index!r}"])
        order, head = of.geometry.order_of(index), of.fresh("drained")
        of.path.assume(on_list(of.geometry, was.heads(head), index), aligned(head, order))
        of.listed.append((head, order))
        of.roots.append(head)
        self.any_state(lambda now, page: released(was, now, head, order, page))
        of.steps.append(Step("drain", head, order))
        return True

    def free_pcppages_bulk(self, zone: Any, pcp: Any, pages: Any, index: int) -> None:
        """Contract: row drain-bulk."""
        of, was = self.world, self.world.state
        self._mine(zone, pcp)
        if not (type(index) is int and 0 <= index < of.geometry.lists):
            of.require([f"a drain begins at a list that there is, and not at {index!r}"])
        self.any_state(lambda now, page: drained(was, now, page))
        of.steps.append(Step("bulk drain", pages.term, index))
        if isinstance(self.pcp.count, Countdown):
            of.owe("asks", pages.term > 0, "some page is to be drained")
            left, now = of.fresh("left"), self.pcp.count
            of.path.assume(z3.Implies(pages.term > 0, left < now.term))
            now.term = left
