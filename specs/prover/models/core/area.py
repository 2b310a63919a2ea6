"""The symbolic free area: each call owes its contract, then changes the state."""

from __future__ import annotations

from specs.prover.method.labels import FREE, is_free, label, type_of
from specs.prover.method.lifted import LiftedBool, LiftedPfn, truth
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.world import Step, World


class Area:
    """Stands in for ``FreeArea``."""

    def __init__(self, of: World) -> None:
        self.world = of
        self.max_order = of.state.top

    def add(self, block: LiftedPfn, order: int, migratetype: LiftedType, *, tail: LiftedBool | bool) -> None:
        """List an owned block as free."""
        order = self.world.order_in_range(order)
        self.world.steps.append(Step("add", block.term, order, migratetype.term, truth(tail)))
        self.world.give(block.term, order, label(FREE, migratetype.term, order), free=True)

    def remove(self, block: LiftedPfn, order: int) -> LiftedType:
        """Unlist a free block."""
        order = self.world.order_in_range(order)
        self.world.steps.append(Step("remove", block.term, order))
        return LiftedType(type_of(self.world.drop(block.term, order, free=True)))

    def first(self, order: int, migratetype: LiftedType) -> LiftedPfn | None:
        """Any member of the list; or None, if there is none at any page that anybody names."""
        order = self.world.order_in_range(order)
        wanted, path = label(FREE, migratetype.term, order), self.world.path
        if not path.choose():
            self.world.empties.append((self.world.state, wanted))
            return None
        head = self.world.fresh("head")
        path.assume(self.world.state.heads(head) == wanted)
        self.world.listed.append((head, order))
        self.world.roots.append(head)
        return LiftedPfn(path, head)

    def is_free_block(self, block: LiftedPfn, order: int) -> LiftedBool:
        """Whether a free block of that order is listed there."""
        order = self.world.order_in_range(order)
        self.world.roots.append(block.term)
        return LiftedBool(self.world.path, is_free(self.world.state.heads(block.term), order))
