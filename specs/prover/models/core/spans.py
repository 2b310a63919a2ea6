"""The symbolic set of a zone's pages."""

from __future__ import annotations

import z3

from specs.prover.method.labels import HELD, NONE
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.world import Step, World, Y


class SymbolicSpans:
    """Stands in for ``Spans``: a page is the zone's exactly if it is not outside."""

    def __init__(self, of: World) -> None:
        self.world = of

    def overlaps(self, start: LiftedPfn, end: LiftedPfn) -> bool:
        """Forks: some page of the range is the zone's, or none is."""
        return self._some(start, end, outside=False)

    def covers(self, start: LiftedPfn, end: LiftedPfn) -> bool:
        """Forks: every page of the range is the zone's, or some is not."""
        return not self._some(start, end, outside=True)

    def add(self, start: LiftedPfn, end: LiftedPfn) -> None:
        """The pages of the range, none of which was the zone's, are in hand now."""
        of, was = self.world, self.world.state
        self._has_a_page(start, end)
        of.steps.append(Step("span", start.term, 0))
        now = of.new_state("s")

        def inside(page: z3.BitVecRef) -> z3.BoolRef:
            return z3.And(z3.ULE(start.term, page), z3.ULT(page, end.term))

        of.owe(
            "owned",
            z3.Implies(inside(Y), was.owner(Y) == NONE),
            "no page of a range that is added is the zone's already",
            Y,
        )
        of.laws.append(lambda page: now.owner(page) == z3.If(inside(page), HELD, was.owner(page)))
        of.state = now

    def _has_a_page(self, start: LiftedPfn, end: LiftedPfn) -> None:
        """Nobody may ask of an empty range, of which ``Spans`` and a set of pages say different things."""
        self.world.owe("owned", z3.ULT(start.term, end.term), "a range of the zone's has a page", start.term)

    def _some(self, start: LiftedPfn, end: LiftedPfn, *, outside: bool) -> bool:
        of, state = self.world, self.world.state
        self._has_a_page(start, end)

        def has(page: z3.BitVecRef) -> z3.BoolRef:
            inside = z3.And(z3.ULE(start.term, page), z3.ULT(page, end.term))
            return z3.And(inside, (state.owner(page) == 0) == outside)

        if of.path.choose():
            witness = of.fresh("witness")
            of.path.assume(has(witness))
            of.roots.append(witness)
            return True
        of.laws.append(lambda page: z3.Not(has(page)))
        return False
