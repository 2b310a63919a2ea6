"""Hypotheses that hold together: a state in which all of them are true shows that a proof says something."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import z3

from specs.prover.method.judge import Said
from specs.prover.method.search import seek
from specs.prover.method.terms import id_of, ids

MODELS = 40


@dataclass
class Known:
    """A model, and what it makes of the hypotheses that it was tried on, which are kept."""

    model: z3.ModelRef
    truths: dict[int, tuple[bool, z3.BoolRef]] = field(default_factory=dict)

    def satisfies(self, hypotheses: Sequence[z3.BoolRef]) -> bool:
        """Whether the model makes every hypothesis true."""
        return all(self._is_true(each) for each in hypotheses)

    def _is_true(self, hypothesis: z3.BoolRef) -> bool:
        found = self.truths.get(id_of(hypothesis))
        if found is None:
            true = z3.is_true(self.model.eval(hypothesis, model_completion=True))
            found = self.truths[id_of(hypothesis)] = true, hypothesis
        return found[0]


@dataclass
class Witnesses:
    """Models that were found already; one of them often satisfies the next question too."""

    models: deque[Known] = field(default_factory=lambda: deque(maxlen=MODELS))
    seen: dict[frozenset[int], tuple[Said, tuple[z3.BoolRef, ...]]] = field(default_factory=dict)
    """By the hypotheses' ids: the answer, and the hypotheses, which are kept."""

    def decide(self, hypotheses: Sequence[z3.BoolRef]) -> Said:
        """Whether some model makes every hypothesis true; it is evaluated, and not believed."""
        key = frozenset(ids(hypotheses))
        if key not in self.seen:
            self.seen[key] = self._decide(hypotheses), tuple(hypotheses)
        return self.seen[key][0]

    def _decide(self, hypotheses: Sequence[z3.BoolRef]) -> Said:
        for known in self.models:
            if known.satisfies(hypotheses):
                self.models.remove(known)
                self.models.appendleft(known)
                return "sat"
        sought = seek(hypotheses)
        if sought.said == "unsat":
            return "unsat"
        if sought.model is not None and (known := Known(sought.model)).satisfies(hypotheses):
            self.models.appendleft(known)
            return "sat"
        return "unknown"
