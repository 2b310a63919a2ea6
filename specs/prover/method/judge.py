"""What z3 says, in a context of its own: an answer takes the longer, the more terms its context has.

All terms are built in z3's main context, where some hundred thousand of them live on; there a question takes
several times as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal

import z3

TIMEOUT_MS = 60_000
Said = Literal["sat", "unsat", "unknown"]


@cache
def room() -> z3.Context:
    """The context in which z3 answers."""
    return z3.Context()


def judged(facts: Iterable[z3.BoolRef]) -> tuple[Said, str]:
    """Whether the facts can hold together; and why that is unknown, if it is."""
    moved = z3.AstVector()
    for fact in facts:
        moved.push(fact)
    solver = z3.SolverFor("QF_BV", ctx=room())  # takes functions too, and starts faster than QF_UFBV
    solver.set(timeout=TIMEOUT_MS, ctrl_c=False)  # an interrupt is ours
    solver.add(*moved.translate(room()))
    said = solver.check()
    if said == z3.unsat:
        return "unsat", ""
    return ("sat", "") if said == z3.sat else ("unknown", solver.reason_unknown())
