"""What the proofs assume is never nothing: some state satisfies it."""

from __future__ import annotations

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from specs.prover.method.row import Proof, solvers_for
from specs.prover.method.satisfied import Search, find_states
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.core.paths import expected
from specs.theorems import core, linux

WHOLE_PATHS = range(4)
"""The max_orders at which all that a path's obligations may use is taken together."""


def proofs() -> list[Proof]:
    """Every row of method z3."""
    return [row.check for row in (*core.PROVED, *linux.PROVED) if isinstance(row.check, Proof)]


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Find a state behind everything that is assumed, or a contradiction."""
    search = Search(subject, solvers_for(subject), proofs())
    whole = tuple(top for top in tops if top in WHOLE_PATHS) or tops[:1]
    return find_states(search, OPERATIONS, whole, expected)


ROWS = (
    Theorem(
        "hypotheses-satisfiable",
        "Some state satisfies at once all that the obligations of a path may assume (max_order 0..3); the "
        "only paths without one are those that are proved impossible, and must be.  For what a proof uses, "
        "and for all that a lemma may assume, its own row finds a state, or is vacuous.",
        ("verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "execution",
        check,
        ("free-trusts", "merge-ignores-the-order"),
        domain=Domain(
            starts="any state that satisfies these",
            pages="below 2^52",
            max_orders=tuple(WHOLE_PATHS),
        ),
        owes=said_by(Search.operation),
    ),
)
