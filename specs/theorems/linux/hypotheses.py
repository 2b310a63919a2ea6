"""No path of the Linux zone is empty: some state satisfies all that is assumed there."""

from __future__ import annotations

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from specs.prover.method.row import solvers_for
from specs.prover.method.satisfied import Search, find_states
from specs.prover.models import LINUX
from specs.prover.models.pcp.paths import expected
from specs.prover.models.zone.paths import SMALL
from specs.theorems.core.hypotheses import proofs

SMALL_ZONES = Domain(
    "any state that satisfies these", "below 2^52", (SMALL,), ("pageblocks of order 2 in place of 9",)
)


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare the paths of all operations with what is known of them."""
    search = Search(subject, solvers_for(subject), proofs())
    return find_states(search, LINUX, (SMALL,) if tops else (), expected)


ROWS = (
    Theorem(
        "layer-hypotheses",
        "On every path of the layers some state satisfies at once all that its obligations may assume, or "
        "the path is proved impossible; there are as many of either as there should be (max_order 3).",
        ("verified_buddy.linux.mobility", "verified_buddy.linux.fallback", "verified_buddy.linux.pcp"),
        "execution",
        check,
        ("typed-never-merges", "fallback-never-happens"),
        domain=SMALL_ZONES,
        owes=said_by(Search.operation),
        twin_orders=(3,),
    ),
)
