"""The symbolic per-CPU lists."""

from __future__ import annotations

from typing import Any

import z3

from specs.prover.method import invariants as inv
from specs.prover.method.labels import LIMIT, PCP, State, Term, Truth, is_pcp, label, pfn, type_of
from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.terms import built_once
from specs.prover.method.world import Step
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.world import ZoneWorld

COUNT, HIGH, BATCH, FACTOR = (z3.BitVec(name, 64) for name in ("count", "high", "batch", "free_factor"))


@built_once
def on_list(geometry: Geometry, of: Term, index: int) -> Truth:
    """Whether a block with the label belongs on the per-CPU list: one each for types below 3, or 1."""
    kind = type_of(of)
    movable = z3.Or(kind == 1, z3.UGE(kind, z3.BitVecVal(3, 3)))
    huge = index >= geometry.lists - 2
    column = (1 if index == geometry.lists - 1 else None) if huge else index % 3
    typed = z3.Not(movable) if column is None else movable if column == 1 else kind == column
    return z3.And(is_pcp(of, geometry.order_of(index)), typed)


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

    def type_of(self, index: int, block: LiftedPfn) -> LiftedType:
        """The type of a block on that list: the kernel's text reads it before it unlists the block.

        Linux: get_pcppage_migratetype(), mm/page_alloc.c.
        """
        self._index(index)
        return LiftedType(type_of(self.world.state.heads(block.term)), self.world.path)

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
