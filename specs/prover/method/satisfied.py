"""What the proofs of a path assume together is never nothing: some state satisfies it, or none walks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result
from specs.prover.method.operations import Operation, Walk
from specs.prover.method.paths import TooManyPaths, assumed
from specs.prover.method.row import Proof, impossible
from specs.prover.method.solve import Solvers
from specs.prover.method.walked import where
from specs.prover.method.walks import walks

Expected = Callable[[Operation, int], tuple[int, int]]
"""Of an operation, for a top order: the paths that some state walks, and those that none does."""


class Contradiction(Exception):
    """Hypotheses that no state satisfies, or none that is found: the result, and which they are."""

    def __init__(self, result: Result, story: str) -> None:
        super().__init__(story)
        self.result, self.story = result, story


@dataclass
class Search:
    """Looks for a state behind each set of hypotheses, and counts."""

    subject: Subject
    solvers: Solvers
    proofs: Sequence[Proof]
    paths: int = 0
    sets: int = 0

    def operation(self, operation: Operation, top: int, wanted: tuple[int, int]) -> None:
        """On every path some state satisfies all that is assumed there, or the path has to be impossible."""
        never = []
        found = walks(self.subject, operation, top)
        for walk in found:
            self.paths += 1
            if self._hold_together(self.on_path(walk), where(walk)):
                continue
            if not impossible(self.solvers, walk):
                raise Contradiction(
                    "unknown", f"{where(walk)}: the hypotheses contradict each other, not the path"
                )
            never.append(where(walk))
        counts = len(found) - len(never), len(never)
        if counts != wanted:
            says = f"{operation.name}, max_order {top}: {counts} paths that are and are not walked"
            raise Contradiction("refuted", "; ".join([f"{says}, not {wanted}", *never]))

    def on_path(self, walk: Walk) -> list[z3.BoolRef]:
        """All that is assumed anywhere on the path; and, at its end, if it is to be shown impossible."""
        posts = (proof.of_path(self.subject, walk) for proof in self.proofs if walk.of in proof.operations)
        return assumed([*(owed for found in posts for owed in found), walk.world.impossible("")])

    def _hold_together(self, hypotheses: list[z3.BoolRef], of: str) -> bool:
        self.sets += 1
        found = self.solvers.witnesses.decide(hypotheses)
        if found == "unknown":
            raise Contradiction("unknown", f"{of}: no model of what is assumed is found")
        return found == "sat"


def find_states(
    search: Search,
    operations: Mapping[str, Operation],
    tops: tuple[int, ...],
    expected: Expected,
) -> Outcome:
    """Find a state behind everything that is assumed on the paths, or a contradiction."""
    result: Result = "holds" if tops else "vacuous"
    story = ""
    try:
        for top in tops:
            for operation in operations.values():
                search.operation(operation, top, expected(operation, top))
    except TooManyPaths as error:
        result, story = "refuted", str(error)
    except Contradiction as found:
        result, story = found.result, found.story
    return Outcome(result, search.paths, search.sets, search.solvers.names, story)
