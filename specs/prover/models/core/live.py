"""The symbolic map of live blocks."""

from __future__ import annotations

import z3

from specs.prover.method.labels import LIVE, Term, is_live, label
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.paths import Cut
from specs.prover.method.world import Step, World


class LiveOrder:
    """The order of the live block at a page, if any; only to be compared."""

    __slots__ = ("heads", "path", "top")
    __hash__ = None  # type: ignore[assignment]  # of unknown value, hence no key

    def __init__(self, of: World, page: Term) -> None:
        self.path, self.top = of.path, of.state.top
        self.heads = of.state.heads(page)
        """The label there when it was looked up, whatever happens to the map afterwards."""

    def __eq__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        if type(other) is not int or not 0 <= other <= self.top:
            raise TypeError(f"the order of a live block compared with {other!r}")
        return LiftedBool(self.path, is_live(self.heads, other))

    def __ne__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return LiftedBool(self.path, z3.Not((self == other).term))

    def __bool__(self) -> bool:
        raise TypeError("the truth of an order of unknown value")


class Live:
    """Stands in for a zone's dict of live blocks."""

    def __init__(self, of: World) -> None:
        self.world = of

    def get(self, block: LiftedPfn) -> LiveOrder:
        """What may be compared with an order."""
        self.world.roots.append(block.term)
        return LiveOrder(self.world, block.term)

    def __getitem__(self, block: LiftedPfn) -> LiveOrder:
        """The order of a block that must be live."""
        there = is_live(self.world.state.heads(block.term))
        self.world.owe("listed", there, "a live block whose order is looked up was live", block.term)
        return self.get(block)

    def __contains__(self, block: LiftedPfn) -> bool:
        self.world.roots.append(block.term)
        return self.world.path.decide(is_live(self.world.state.heads(block.term)))

    def __setitem__(self, block: LiftedPfn, order: int) -> None:
        order = self.world.order_in_range(order)
        self.world.steps.append(Step("live", block.term, order))
        self.world.give(block.term, order, label(LIVE, 0, order), free=False)

    def __delitem__(self, block: LiftedPfn) -> None:
        order = self._order_at(block.term)
        self.world.steps.append(Step("dead", block.term, order))
        self.world.drop(block.term, order, free=False)

    def pop(self, block: LiftedPfn, default: None = None) -> LiveOrder | None:
        """As a dict's, with a default."""
        if block not in self:
            return default
        order = self.get(block)
        del self[block]
        return order

    def _order_at(self, page: Term) -> int:
        """The order of the live block that the path is about to forget."""
        heads = self.world.state.heads(page)
        path = self.world.path
        orders = range(self.world.state.top + 1)
        known = [k for k in orders if path.knows(is_live(heads, k))]
        for order in known or orders:
            if path.decide(is_live(heads, order)):
                return order
        self.world.owe("listed", z3.BoolVal(False), "a live block that is forgotten was live", page)
        raise Cut
