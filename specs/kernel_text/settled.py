"""Whether a path has settled a condition on numbers already: then nothing forks."""

from __future__ import annotations

import z3

from specs.prover.method.paths import Path, simplified
from specs.prover.method.terms import built_once

MILLISECONDS = 300


@built_once
def is_of_numbers(term: z3.ExprRef) -> bool:
    """Whether it speaks of numbers alone, and of no map of pages."""
    if z3.is_quantifier(term):
        return False
    plain = not z3.is_app(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED or term.num_args() == 0
    return plain and all(is_of_numbers(each) for each in term.children())


def settled(path: Path, condition: z3.BoolRef) -> bool | None:
    """The truth that follows from what the path says of numbers; None if it may be either."""
    simple = simplified(condition)
    if z3.is_true(simple) or z3.is_false(simple):
        return bool(z3.is_true(simple))
    if path.knows(simple) is not None or not is_of_numbers(simple):
        return None
    names = {str(each) for each in constants_of(simple)}
    facts = [fact for fact in (*path.facts, *path.denied) if is_of_numbers(fact)]
    near = [fact for fact in facts if names & {str(each) for each in constants_of(fact)}]
    if not near:
        return None
    for truth, denied in ((True, z3.Not(simple)), (False, simple)):
        solver = z3.SolverFor("QF_BV")
        solver.set(timeout=MILLISECONDS, ctrl_c=False)  # an interrupt is ours
        solver.add(*facts, denied)
        if solver.check() == z3.unsat:
            return truth
    return None


@built_once
def constants_of(term: z3.ExprRef) -> tuple[z3.ExprRef, ...]:
    """The unknowns of which it speaks."""
    if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
        return (term,)
    return tuple({str(each): each for child in term.children() for each in constants_of(child)}.values())
