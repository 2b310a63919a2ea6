"""Paths that fork only where both ways are open, and all of them that a run has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from specs.prover.method.paths import Path, TooManyPaths, simplified
from specs.prover.method.search import seek
from specs.prover.method.terms import id_of
from specs.prover.method.witness import Known

MOST = 60000
"""Paths of one function, beyond which it is undecided."""


class SurePath(Path):
    """A path that forks only where both ways are open."""

    memory: dict[tuple[Any, ...], bool | None]
    """What was found of a condition after the same choices."""

    sure = True
    solver: z3.Solver | None = None
    told: tuple[int, int] = (0, 0)

    def refutes(self, condition: z3.BoolRef) -> bool:
        """Whether what is known excludes the condition."""
        return bool(self._told().check(condition) == z3.unsat)

    def holds_together(self) -> bool:
        """Whether a model is found at once of all that is known; it is evaluated, and not believed."""
        solver = self._told()
        return bool(solver.check() == z3.sat) and Known(solver.model()).satisfies((*self.facts, *self.denied))

    def _told(self) -> z3.Solver:
        """The solver, which is told what it does not know yet."""
        if self.solver is None:
            self.solver = z3.SimpleSolver()
            self.solver.set(timeout=2000, ctrl_c=False)  # an interrupt is ours
        facts, denied = self.told
        self.solver.add(*self.facts[facts:], *self.denied[denied:])
        self.told = len(self.facts), len(self.denied)
        return self.solver

    def decide(self, condition: z3.BoolRef) -> bool:
        """The truth of the condition, which may follow from what is known."""
        known = self.knows(condition)
        if known is None:
            simple = simplified(condition)
            key = (tuple(self.choices), id_of(simple))
            if key not in self.memory:
                self.memory[key] = implied(self, simple)
            known = self.memory[key]
        return super().decide(condition) if known is None else known


def implied(path: SurePath, condition: z3.BoolRef) -> bool | None:
    """Its truth, if the path's facts leave but one."""
    if z3.is_true(condition) or z3.is_false(condition):
        return bool(z3.is_true(condition))
    for truth, denied in ((True, z3.Not(condition)), (False, condition)):
        if path.refutes(denied):
            return truth
    return None


class Undecided(Exception):
    """It is not known whether any zone takes a path."""


def possible(path: SurePath) -> bool:
    """Whether some zone takes the path: then all that it knows, and any part of it, holds together.

    Raises Undecided if that is not known; a model is evaluated, and not believed.
    """
    if path.holds_together():
        return True
    known = (*path.facts, *path.denied)
    sought = seek(known, milliseconds=10000)
    if sought.said == "unsat":
        return False
    if sought.model is not None and Known(sought.model).satisfies(known):
        return True
    raise Undecided("it is not known whether any zone takes a path")


def walked(run: Callable[[SurePath], Any]) -> Iterator[Path]:
    """Every path of the run, each of them possible; as ``explore`` does."""
    waiting: list[tuple[bool, ...]] = [()]
    memory: dict[tuple[Any, ...], bool | None] = {}
    count = 0
    while waiting:
        count += 1
        if count > MOST:
            raise TooManyPaths(f"more than {MOST} paths")
        path = SurePath(waiting.pop())
        path.memory = memory
        try:
            path.result = run(path)
        except Exception as error:  # told by whoever asked for the path
            path.error = error
        waiting.extend(reversed(path.branches))
        yield path
        path.solver = None  # it is large, and Python does not know
