"""What the proofs assume is never nothing: some state satisfies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result, Theorem
from specs.prover.method.operations import Operation
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import Proof, solvers_for
from specs.prover.method.satisfied import Contradiction, Search
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.core.paths import expected

WHOLE_PATHS = range(4)
"""The max_orders at which all that a path's obligations may use is taken together."""

Expected = Callable[[Operation, int], tuple[int, int]]
"""Of an operation, for a top order: the paths that some state walks, and those that none does."""


def proofs() -> list[Proof]:
    """Every row of method z3."""
    from specs.theorems import LEDGER  # the ledger has this row too

    return [row.check for row in LEDGER if isinstance(row.check, Proof)]


def find_states(
    search: Search,
    operations: Mapping[str, Operation],
    tops: tuple[int, ...],
    expected: Expected,
    lemmas: tuple[int, ...] = (),
) -> Outcome:
    """Find a state behind everything that is assumed on the paths and by the lemmas, or a contradiction."""
    result: Result = "holds" if tops else "vacuous"
    story = ""
    try:
        for top in lemmas:
            search.lemmas(top)
        for top in tops:
            for operation in operations.values():
                search.operation(operation, top, expected(operation, top))
    except TooManyPaths as error:
        result, story = "refuted", str(error)
    except Contradiction as found:
        result, story = found.result, found.story
    return Outcome(result, search.paths, search.sets, search.solvers.names, story)


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Find a state behind everything that is assumed, or a contradiction."""
    search = Search(subject, solvers_for(subject), proofs())
    whole = tuple(top for top in tops if top in WHOLE_PATHS) or tops[:1]
    return find_states(search, OPERATIONS, whole, expected, lemmas=tops)


ROWS = (
    Theorem(
        "hypotheses-satisfiable",
        "Some state satisfies at once all that the obligations of a path may assume (max_order 0..3), and "
        "all that each lemma may assume; the only paths without one are those that are proved impossible, "
        "and must be.  What a proof uses, its own row finds a state for, or is vacuous.",
        ("verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "execution",
        check,
        ("covers-nothing-asked", "free-trusts", "merge-ignores-the-order"),
    ),
)
