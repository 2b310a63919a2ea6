"""Hypotheses that hold together: a state in which all of them are true shows that a proof says something."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import z3

from specs.prover.method.terms import ids

TIMEOUT_MS = 60_000
MODELS = 40
Found = Literal["sat", "unsat", "unknown"]


@dataclass
class Witnesses:
    """Models that were found already; one of them often satisfies the next question too."""

    models: deque[z3.ModelRef] = field(default_factory=lambda: deque(maxlen=MODELS))
    seen: dict[frozenset[int], tuple[Found, tuple[z3.BoolRef, ...]]] = field(default_factory=dict)
    """By the hypotheses' ids: the answer, and the hypotheses, which are kept."""

    def decide(self, hypotheses: Sequence[z3.BoolRef]) -> Found:
        """Whether some model makes every hypothesis true; it is evaluated, and not believed."""
        key = frozenset(ids(hypotheses))
        if key not in self.seen:
            self.seen[key] = self._decide(hypotheses), tuple(hypotheses)
        return self.seen[key][0]

    def _decide(self, hypotheses: Sequence[z3.BoolRef]) -> Found:
        for known in self.models:
            if satisfies(known, hypotheses):
                self.models.remove(known)
                self.models.appendleft(known)
                return "sat"
        solver = z3.SolverFor("QF_BV")  # takes functions too, and starts faster than QF_UFBV
        solver.set(timeout=TIMEOUT_MS, ctrl_c=False)  # an interrupt is ours
        solver.add(*hypotheses)
        said = solver.check()
        if said == z3.unsat:
            return "unsat"
        if said == z3.sat and satisfies(model := solver.model(), hypotheses):
            self.models.appendleft(model)
            return "sat"
        return "unknown"


def satisfies(model: z3.ModelRef, hypotheses: Sequence[z3.BoolRef]) -> bool:
    """Whether the model makes every hypothesis true."""
    return all(z3.is_true(model.eval(each, model_completion=True)) for each in hypotheses)
