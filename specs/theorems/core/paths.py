"""No path is empty: what the prover walks symbolically is exactly what real runs walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result, Theorem
from specs.prover.method.operations import Call, Operation
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import solvers_for
from specs.prover.method.satisfied import Expected
from specs.prover.method.scene import Scene
from specs.prover.method.walked import Comparison, Differs
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.core.paths import expected
from specs.prover.models.core.scenes import scene_in
from specs.prover.models.core.situations import calls

DRAWS, MORE = 4, 300
"""Scenes at random, for each call; and while a path is missing."""
MOST_DRAWN = 4
"""The largest top order at which scenes of the core are drawn; larger ones have too many pages."""


def walk_all(
    comparison: Comparison,
    operations: Mapping[str, Operation],
    tops: tuple[int, ...],
    expected: Expected,
    scenes: Callable[[Call], Iterable[Scene]] = lambda call: (),
) -> None:
    """Each path is walked or impossible, and there are as many of either as expected."""
    for top in tops:
        for name, operation in operations.items():
            counts = [
                comparison.compare(
                    Call(operation, variant, top),
                    scenes(Call(operation, variant, top)),
                    DRAWS if top <= MOST_DRAWN else 0,
                    MORE,
                )
                for variant in operation.variants(top)
            ]
            found = sum(walked for walked, _ in counts), sum(never for _, never in counts)
            if found != expected(operation, top):
                says = f"{name}, max_order {top}: {found} paths that are and are not walked"
                raise Differs("refuted", f"{says}, not {expected(operation, top)}")


def outcome_of(subject: Subject, walk: Callable[[Comparison], None], tops: tuple[int, ...]) -> Outcome:
    """What came of the comparison."""
    solvers = solvers_for(subject)
    comparison = Comparison(subject, solvers)
    result: Result = "holds" if tops else "vacuous"
    story = ""
    try:
        walk(comparison)
    except TooManyPaths as error:
        result, story = "refuted", str(error)
    except Differs as difference:
        result, story = difference.result, difference.story
    return Outcome(result, comparison.paths, comparison.runs, solvers.names, story)


def of_situations(call: Call) -> Iterable[Scene]:
    """The situations in which the core's operations walk every path that they have."""
    return (scene_in(call, *each) for each in calls(call.of.name, call.variant, call.top))


def walk_core(comparison: Comparison, tops: tuple[int, ...]) -> None:
    """All operations of the core."""
    walk_all(comparison, OPERATIONS, tops, expected, of_situations)


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare all operations for each of the max_orders."""
    return outcome_of(subject, lambda comparison: walk_core(comparison, tops), tops)


ROWS = (
    Theorem(
        "paths-walked",
        "The symbolic paths that some state can walk are exactly those of real runs from legal states, "
        "instruction by instruction, and there are as many as the closed formula says.",
        ("verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "execution",
        check,
        ("never-merges", "refuses-the-top-order", "why-skips-the-parent", "any-order-is-free"),
        domain=Domain("any state that satisfies these", "below 2^52", tuple(range(11))),
        owes=said_by(Comparison.compare),
    ),
)
