"""A counterexample made small: a legal state in a window of few pages, with the fewest blocks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import z3

from specs.ledger.story import MAX_BLOCKS, MAX_PAGES
from specs.prover.method.paths import Owed
from specs.prover.models.core.invariants import MT
from specs.prover.models.core.labels import BITS, FREE, LIVE, NONE, Term, Truth, pfn
from specs.prover.models.core.loops import CURSOR, START, STOP
from specs.prover.models.core.operations import P, Walk
from specs.prover.models.core.replay import Scene
from specs.prover.models.core.situations import Situation
from specs.prover.models.core.window import confined, last_page

SECONDS = 1.0
ARGUMENTS = {"Zone.add_range": (START, STOP), "add_range": (START, STOP)}
WITHOUT = ("rmqueue_smallest", "Zone.alloc")
"""The operations that are given no page."""


@dataclass(frozen=True)
class Small:
    """A small counterexample."""

    scene: Scene
    named: dict[str, int]
    """The pages that the broken sentence is about, by their names."""


def smallest(walk: Walk, owed: Owed) -> Small | None:
    """A legal counterexample with small page numbers and few blocks; None if there is none at hand."""
    solver = _solver(walk, owed)
    terms = _arguments(walk)
    consts = {str(term): term for term in (*terms, *owed.pages) if z3.is_const(term)}
    found = _window(solver, walk, owed, list(consts.values()))
    if found is None:
        return None
    base, size = found
    until = time.perf_counter() + SECONDS
    if walk.operation == "add_range":
        _prefer(solver, START == CURSOR)  # the iteration that goes wrong is the first
    heads = [walk.world.entry.heads(pfn(base + i)) != NONE for i in range(size)]
    _fewest(solver, heads)
    for term in dict.fromkeys((*terms, *consts.values())):
        _least(solver, term, until)
    if solver.check() != z3.sat:
        return None
    return _read(walk, solver.model(), base, size, terms, consts)


def _solver(walk: Walk, owed: Owed) -> z3.Solver:
    solver = z3.Solver()
    solver.set("timeout", int(1000 * SECONDS))
    solver.add(*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal), MT == 0)
    return solver


def _arguments(walk: Walk) -> tuple[Term, ...]:
    """The pages that the call is given."""
    return () if walk.operation in WITHOUT else ARGUMENTS.get(walk.operation, (P,))


def _window(solver: z3.Solver, walk: Walk, owed: Owed, pages: Sequence[Term]) -> tuple[int, int] | None:
    """Confine the counterexample to the smallest window that it fits; at 0, or else where it is."""
    base = 0
    for _ in range(2):
        size = min(2 << walk.top, MAX_PAGES)
        while size <= MAX_PAGES:
            solver.push()
            solver.add(*confined(walk, owed, pages, base, size))
            if solver.check() == z3.sat:
                return base, size
            solver.pop()
            size *= 2
        if base or not pages:
            return None
        base = _place(solver, pages)
    return None


def _place(solver: z3.Solver, pages: Sequence[Term]) -> int:
    """Where the window of a counterexample begins that none at 0 has: as low as it can be."""
    window = pages[0] & pfn(-MAX_PAGES & (1 << BITS) - 1)
    solver.push()
    solver.add(*(z3.ULE(last_page(term) - window, pfn(MAX_PAGES - 1)) for term in pages))
    low, high = 0, (1 << BITS) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if solver.check(z3.ULE(pages[0], pfn(middle))) == z3.sat else (middle + 1, high)
        )
    solver.pop()
    return low & -MAX_PAGES


def _prefer(solver: z3.Solver, fact: Truth) -> None:
    """Have it so, if it can be."""
    solver.push()
    solver.add(fact)
    if solver.check() != z3.sat:
        solver.pop()


def _fewest(solver: z3.Solver, heads: Sequence[Truth]) -> None:
    """Have as few blocks as possible."""
    for count in range(MAX_BLOCKS + 1):
        solver.push()
        solver.add(z3.PbLe([(head, 1) for head in heads], count))
        if solver.check() == z3.sat:
            return
        solver.pop()


def _least(solver: z3.Solver, term: Term, until: float) -> None:
    """Fix the page to the smallest that it can be."""
    while solver.check() == z3.sat:
        value = _value(solver.model(), term)
        solver.push()
        solver.add(z3.ULT(term, pfn(value)))
        if value == 0 or time.perf_counter() > until or solver.check() != z3.sat:
            solver.pop()
            solver.add(term == pfn(value))
            return


def _value(model: z3.ModelRef, term: Term) -> int:
    value = model.eval(term, model_completion=True)
    assert isinstance(value, z3.BitVecNumRef)
    return int(value.as_long())


def _read(
    walk: Walk, model: z3.ModelRef, base: int, size: int, terms: Sequence[Term], consts: dict[str, Term]
) -> Small:
    """The scene of the model; the block that the code found first is the head of its list."""
    found: dict[int, list[tuple[int, int]]] = {FREE: [], LIVE: []}
    if walk.operation != "add_range":
        for page in range(base, base + size):
            value = _value(model, walk.world.before.heads(pfn(page)))
            if value:
                found[value >> 7].append((page, value & 15))
    named = {name: _value(model, term) for name, term in consts.items()}
    found[FREE].sort(key=lambda block: block[0] != named.get("head1"))
    before = Situation(walk.top, tuple(found[FREE]), tuple(found[LIVE]))
    pages = tuple(_value(model, term) for term in terms)
    return Small(Scene(walk.operation, walk.variant, before, pages), named)
