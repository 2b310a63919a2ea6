"""The symbolic per-CPU lists, and the functions over them by their contracts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.models.core import invariants as inv
from specs.prover.models.core.contracts import released
from specs.prover.models.core.labels import (
    LIMIT,
    PCP,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    is_pcp,
    label,
    pfn,
    type_of,
)
from specs.prover.models.core.world import LiftedType, Step, type_term
from specs.prover.models.zone.contracts import LayerStubs, drained, none_allowed, on_list, refilled
from specs.prover.models.zone.loops import Countdown
from specs.prover.models.zone.world import ZoneWorld

COUNT, HIGH, BATCH, FACTOR = (z3.BitVec(name, 64) for name in ("count", "high", "batch", "free_factor"))


class AnyIndex:
    """The list on which an iteration begins: any of them."""


class PerCpu:
    """Stands in for ``PerCpuPages``: the lists of one CPU.  Those of other CPUs count as live blocks."""

    def __init__(self, of: ZoneWorld) -> None:
        self.world = of
        path = of.path
        for term in (COUNT, HIGH, BATCH, FACTOR):
            path.assume(z3.ULT(term, LIMIT))
        path.assume(z3.UGE(BATCH, pfn(1)))
        self.count: Any = LiftedCount(path, COUNT)
        self.high, self.batch = LiftedCount(path, HIGH), LiftedCount(path, BATCH)
        self.free_factor: Any = LiftedCount(path, FACTOR)
        self.ends: list[tuple[State, int, str, LiftedPfn | None]] = []

    def _index(self, index: object) -> int:
        lists = self.world.geometry.lists
        if type(index) is int and 0 <= index < lists:
            return index
        raise IndexError(f"there is no per-CPU list {index!r}")

    def add(self, index: int, block: LiftedPfn, migratetype: Any, *, tail: LiftedBool | bool) -> None:
        """List an owned block; it must be the list of its order and type."""
        of, index = self.world, self._index(index)
        order, kind = of.geometry.order_of(index), type_term(migratetype)
        new = label(PCP, kind, order)
        says = f"a block goes to the per-CPU list of its order and type, and not to list {index}"
        of.owe("index", on_list(of.geometry, new, index), says)
        of.steps.append(Step("pcp add", block.term, order, kind, truth(tail)))
        of.give(block.term, order, new, free=False)
        self.count = LiftedCount(of.path, self.count.term + pfn(1 << order))

    def remove(self, index: int, block: LiftedPfn) -> LiftedType:
        """Unlist a block, which must be on that list."""
        of, index = self.world, self._index(index)
        order = of.geometry.order_of(index)
        was = of.state.heads(block.term)
        says = f"a block that is unlisted was on per-CPU list {index}"
        of.owe("listed", on_list(of.geometry, was, index), says, block.term)
        of.steps.append(Step("pcp remove", block.term, order))
        of.state = of.state.hold(block.term, order)
        of.listed.append((block.term, order))
        of.roots.append(block.term)
        self.count = LiftedCount(of.path, self.count.term - pfn(1 << order))
        return LiftedType(type_of(was), of.path)

    def first(self, index: int) -> LiftedPfn | None:
        """Any member of the list stands for its head."""
        return self._end(index, "head")

    def last(self, index: int) -> LiftedPfn | None:
        """Any member of the list stands for its tail."""
        return self._end(index, "tail")

    def _end(self, index: int, name: str) -> LiftedPfn | None:
        """As it was answered before, until the lists change; a list that has a head has a tail."""
        of, index, state = self.world, self._index(index), self.world.state
        known = [each for each in self.ends if each[0] is state and each[1] == index]
        for _, _, asked, page in known:
            if asked == name or page is None:
                return page
        page = self._any(index, name) if known or of.path.choose() else None
        if page is None:
            of.laws.append(lambda page: z3.Not(on_list(of.geometry, state.heads(page), index)))
        self.ends.append((state, index, name, page))
        return page

    def _any(self, index: int, name: str) -> LiftedPfn:
        """A member of the list, which has one."""
        of, state = self.world, self.world.state
        page = of.fresh(name)
        of.path.assume(on_list(of.geometry, state.heads(page), index))
        member = f"member {of.geometry.order_of(index)}"
        of.laws.append(lambda other: inv.at(state, member, page, other))
        of.listed.append((page, of.geometry.order_of(index)))
        of.roots.append(page)
        return LiftedPfn(of.path, page)


def filled(of: ZoneWorld, state: State, order: int, migratetype: int, page: Term) -> Truth:
    """A block of the order and type is on its per-CPU list, there."""
    return state.heads(page) == label(PCP, migratetype, order)


class PcpStubs(LayerStubs):
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

        def one(now: State, page: Term) -> Iterable[tuple[Truth, str]]:
            inside = align(page, order) == head
            yield from refilled(was, now, order, migratetype, page)
            yield z3.Implies(inside, z3.And(is_free(was.owner(page)), now.owner(page) == listed)), "the block"
            yield z3.Implies(is_pcp(was.heads(page)), now.heads(page) == was.heads(page)), "other blocks"

        self.any_state(one)
        of.path.assume(filled(of, of.state, order, migratetype, head))
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
        of.path.assume(filled(of, of.state, order, migratetype, head))
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
