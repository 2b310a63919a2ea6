"""A refuted obligation of the layers in words: the call, the pages that are named, the blocks at them."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.story import Block, Story, page
from specs.prover.method.paths import Owed
from specs.prover.models.core.labels import FREE, LIVE, Term
from specs.prover.models.core.operations import Walk
from specs.prover.models.zone.geometry import TOP

SECONDS = 2
NOT_REPLAYED = "the layers are told as the solver found them"
ENOUGH = 4096
"""Pages that are asked for first: lower ones are easier to read."""


def tell(walk: Walk, owed: Owed) -> Story:
    """The story, from the solver's counterexample; the code does not run again."""
    names = {str(term): term for term in owed.pages if z3.is_const(term)}
    model = _model(owed, list(names.values()))
    if model is None:
        return Story(called(walk), owed.says, why_not=NOT_REPLAYED)
    values = {name: _value(model, term) for name, term in names.items()}
    blocks = tuple(dict.fromkeys(_blocks(walk, model, list(names.values()))))
    shown = ", ".join(f"{name} = {page(value)}" for name, value in sorted(values.items()))
    broken = f"{owed.says} ({shown})" if shown else owed.says
    return Story(called(walk), broken, blocks, tuple(values.values()), why_not=NOT_REPLAYED)


def called(walk: Walk) -> str:
    """The call as it would be written down, and in what kind of zone."""
    variant = walk.variant
    told = [f"order {variant.order}", f"type {variant.migratetype}", f"list {variant.index}"]
    options = [*sorted(variant.options), *(["to_tail"] if variant.to_tail else [])]
    small = "" if walk.top == TOP else f", pageblocks of order {walk.top - 1}"
    name = walk.operation.partition(",")[0]
    return f"{name}({', '.join([*told, *options])}), max_order {walk.top}{small}"


def _model(owed: Owed, pages: list[Term]) -> z3.ModelRef | None:
    """A counterexample; with low page numbers, if there is one."""
    solver = z3.Solver()
    solver.set("timeout", 1000 * SECONDS)
    solver.add(*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal))
    for bound in ([z3.ULT(term, z3.BitVecVal(ENOUGH, 64)) for term in pages], []):
        solver.push()
        solver.add(*bound)
        if solver.check() == z3.sat:
            return solver.model()
        solver.pop()
    return None


def _blocks(walk: Walk, model: z3.ModelRef, pages: list[Term]) -> Iterator[Block]:
    """The free and the live blocks of the state before that start at the pages."""
    for term in (*pages, *walk.world.roots):
        label = _value(model, walk.world.entry.heads(term))
        if label >> 7 in (FREE, LIVE):
            yield Block(_value(model, term), label & 15, label >> 7 == FREE)


def _value(model: z3.ModelRef, term: Term) -> int:
    value = model.eval(term, model_completion=True)
    assert isinstance(value, z3.BitVecNumRef)
    return int(value.as_long())
