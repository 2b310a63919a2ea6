"""Whether a path has settled a condition on numbers already: then nothing forks."""

from __future__ import annotations

import z3

from specs.prover.method.paths import Path, simplified
from specs.prover.method.terms import built_once, id_of

MILLISECONDS = 300


@built_once
def is_of_numbers(term: z3.ExprRef) -> bool:
    """Whether it speaks of numbers alone, and of no map of pages."""
    if z3.is_quantifier(term):
        return False
    plain = not z3.is_app(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED or term.num_args() == 0
    return plain and all(is_of_numbers(each) for each in term.children())


class Numbers:
    """What a path says of numbers alone, in a solver that grows with it."""

    def __init__(self) -> None:
        self.solver = z3.SimpleSolver()
        self.solver.set(timeout=MILLISECONDS, ctrl_c=False)  # an interrupt is ours
        self.facts = self.denied = 0
        self.names: set[int] = set()

    def grow(self, path: Path) -> None:
        """Take in what was added to the path."""
        if len(path.facts) < self.facts or len(path.denied) < self.denied:
            self.__init__()  # type: ignore[misc]  # the path was narrowed
        for fact in (*path.facts[self.facts :], *path.denied[self.denied :]):
            if is_of_numbers(fact):
                self.solver.add(fact)
                self.names |= constants_of(fact)
        self.facts, self.denied = len(path.facts), len(path.denied)


def settled(path: Path, condition: z3.BoolRef) -> bool | None:
    """The truth that follows from what the path says of numbers; None if it may be either."""
    simple = simplified(condition)
    if z3.is_true(simple) or z3.is_false(simple):
        return bool(z3.is_true(simple))
    if path.knows(simple) is not None or not is_of_numbers(simple):
        return None
    if path.numbers is None:
        path.numbers = Numbers()
    path.numbers.grow(path)
    if not constants_of(simple) & path.numbers.names:
        return None
    for truth, denied in ((True, z3.Not(simple)), (False, simple)):
        if path.numbers.solver.check(denied) == z3.unsat:
            return truth
    return None


@built_once
def constants_of(term: z3.ExprRef) -> frozenset[int]:
    """The unknowns of which it speaks, by their ids."""
    if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
        return frozenset((id_of(term),))
    return frozenset(each for child in term.children() for each in constants_of(child))
