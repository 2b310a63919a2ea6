"""No path of the Linux zone is empty: what the prover walks symbolically is exactly what real runs walk."""

from __future__ import annotations

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from specs.prover.method.walked import Comparison
from specs.prover.models.pcp.operations import OPERATIONS as PCP
from specs.prover.models.pcp.paths import expected
from specs.prover.models.zone.operations import OPERATIONS as ZONE
from specs.prover.models.zone.paths import SMALL
from specs.theorems.core.paths import outcome_of, walk_all


def of_zone(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare the operations of a zone with migratetypes."""
    small = (SMALL,) if tops else ()
    return outcome_of(subject, lambda comparison: walk_all(comparison, ZONE, small, expected), tops)


def of_lists(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare the operations of per-CPU lists."""
    small = (SMALL,) if tops else ()
    return outcome_of(subject, lambda comparison: walk_all(comparison, PCP, small, expected), tops)


SAYS = (
    "instruction by instruction those of real runs, from random states and from states that the solver "
    "makes; the others are proved impossible, and there are as many of either as there should be "
    "(max_order 3)."
)

STATES = Domain(
    "states of few blocks, made by the solver, and others at random",
    "below 2^52",
    (SMALL,),
    ("pageblocks of order 2 in place of 9",),
)

ROWS = (
    Theorem(
        "zone-paths-walked",
        f"With migratetypes, the symbolic paths that some state can walk are {SAYS}",
        ("verified_buddy.linux.mobility", "verified_buddy.linux.fallback", "verified_buddy.linux.isolation"),
        "execution",
        of_zone,
        ("typed-never-merges", "fallback-never-happens"),
        domain=STATES,
        owes=said_by(Comparison.compare),
        twin_orders=(3,),
    ),
    Theorem(
        "pcp-paths-walked",
        f"Of the per-CPU lists, the symbolic paths that some state can walk are {SAYS}",
        ("verified_buddy.linux.pcp",),
        "execution",
        of_lists,
        ("next-misses-the-last", "pcp-alloc-never-refills"),
        domain=STATES,
        owes=said_by(Comparison.compare),
        twin_orders=(3,),
    ),
)
