"""A function of lifted numbers as one condition: all its paths put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import z3

from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import LiftedBool, truth
from specs.prover.method.paths import Owed, Path, explore


@dataclass(frozen=True)
class Merged:
    """When a run answers True, and what it owes on the way."""

    true: z3.BoolRef
    owed: tuple[tuple[str, z3.BoolRef, str], ...]
    """By tag: what must hold wherever its path leads, and in words."""

    def owes(self, facts: tuple[z3.BoolRef, ...]) -> Iterator[Owed]:
        """The obligations, if the facts hold of the arguments."""
        for tag, goal, says in self.owed:
            yield Owed(tag, goal, says, facts, ())


def merged(run: Callable[[Path], bool | LiftedBool]) -> Merged:
    """All paths of the run; on each it answers a truth, which the path may still leave open."""
    denied, owed = [], []
    for path in explore(run):
        here = [*path.facts, *path.denied]
        if path.error is not None:
            says = f"the call does not end in {type(path.error).__name__}: {path.error}"
            owed.append(("impossible", z3.Not(conjunction(here)), says))
            continue
        denied.append(z3.Not(conjunction([*here, truth(path.result)])))
        for each in path.owed:
            known = (fact for stage in each.pool for fact in stage())
            owed.append((each.tag, z3.Implies(conjunction([*each.facts, *known]), each.goal), each.says))
    return Merged(z3.Not(conjunction(denied)), tuple(owed))
