"""No path is empty: what the prover walks symbolically is exactly what real runs walk."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result, Theorem
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import solvers_for
from specs.prover.method.solve import Solvers
from specs.prover.method.trails import Trail, trail_of
from specs.prover.method.walks import walks
from specs.prover.models.core.operations import OPERATIONS, Variant, Walk
from specs.prover.models.core.situations import Situation, calls
from specs.prover.models.core.traced import trails


def expected_paths(operation: str, order: int, top: int) -> int:
    """How many paths the operation has for that order.

    rmqueue_smallest, take: found at one of the orders from ``order`` up, or nowhere.
    free_one_page: it merges 0, 1, .. or ``above`` times.
    add_range: the loop ends; or the cursor is aligned to some order, and a block of that or less fits.
    Zone.alloc: a page or none.  Zone.add_range: InvalidRange, Overlap, done.
    Zone.free: done, InvalidPfn, OutOfRange; WrongOrder, if there is another order (the branch is in the
    code for max_order 0 too, where nothing walks it); Misaligned, unless every page is aligned;
    MiddleOfBlock of each greater order; DoubleFree in a free block of each order.
    Zone.take: InvalidPfn, OutOfRange, True, False; Misaligned, unless every page is aligned.
    """
    above, can_misalign = top - order, order > 0
    return {
        "rmqueue_smallest": above + 2,
        "free_one_page": above + 1,
        "take": above + 2,
        "add_range": 1 + (top + 1) * (top + 2) // 2,
        "Zone.alloc": 2,
        "Zone.free": 3 + (top > 0) + can_misalign + above + (top + 1),
        "Zone.take": 4 + can_misalign,
        "Zone.add_range": 3,
    }[operation.split(",")[0]]


def unwalked_paths(operation: str, order: int, top: int) -> int:
    """How many paths of the operation no state walks.

    Zone.free: WrongOrder, if no block can have another order.
    add_range: from a cursor of each alignment, when not even one page would fit.
    """
    return {"Zone.free": int(order == top == 0), "add_range": top + 1}.get(operation, 0)


class Differs(Exception):
    """Why the row does not hold: the result and the story."""

    def __init__(self, result: Result, story: str) -> None:
        super().__init__(story)
        self.result, self.story = result, story


@dataclass
class Comparison:
    """Compares the paths of one operation's variant with its real runs, and counts both."""

    subject: Subject
    solvers: Solvers
    paths: int = 0
    runs: int = 0
    legal: set[Situation] = field(default_factory=set)
    unwalked: list[Walk] = field(default_factory=list)
    """The paths that the solvers show to be impossible."""

    def compare_all(self, tops: tuple[int, ...]) -> None:
        """Compare all operations for each of the max_orders."""
        for top in tops:
            for operation, (_, variants) in OPERATIONS.items():
                try:
                    found = walks(self.subject, operation, top)
                    for variant in variants(top):
                        mine = [walk for walk in found if walk.variant == variant]
                        self.compare(operation, variant, top, mine)
                except TooManyPaths as error:
                    raise Differs("refuted", f"{operation}, max_order {top}: {error}") from None

    def compare(self, operation: str, variant: Variant, top: int, found: list[Walk]) -> None:
        """Every path is walked or impossible, every run is a path, and there are as many as expected."""
        where = f"{operation}, order {variant.order}, max_order {top}"
        symbolic = {trail_of(walk): walk for walk in found}
        walked: set[Trail] = set()
        for situation, pages in calls(operation, variant, top):
            self._check(situation)
            self.runs += 1
            for trail in trails(self.subject, operation, variant, situation.zone(self.subject), pages):
                if trail not in symbolic:
                    raise Differs("refuted", f"{where}: {situation}, {pages} walks no path: {shown(trail)}")
                walked.add(trail)
        for trail, walk in symbolic.items():
            if trail not in walked:
                self._impossible(walk, f"{where}: {shown(trail)}")
        self.paths += len(walked)
        wanted = expected_paths(operation, variant.order, top)
        if len(walked) != wanted:
            raise Differs("refuted", f"{where}: {len(walked)} paths instead of {wanted}")

    def _check(self, situation: Situation) -> None:
        if situation not in self.legal:
            assert situation.legal(), situation
            self.legal.add(situation)

    def _impossible(self, walk: Walk, path: str) -> None:
        """The solvers show that no state walks the path."""
        never = walk.world.impossible("the path can be walked")
        verdict = self.solvers.decide(never).verdict
        if verdict == "unknown":
            raise Differs("unknown", f"{path}: no run walks it, and the solvers cannot tell why")
        if verdict == "refuted":
            raise Differs("vacuous", f"{path}: no run walks it, though its hypotheses do not exclude it")
        self.unwalked.append(walk)


def shown(trail: Trail) -> str:
    """The answers and the ending, in words."""
    answers = "".join("ny"[answer] for answer in trail.decisions)
    return f"answers {answers or 'none'}, then {trail.ending}"


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare all operations for each of the max_orders."""
    solvers = solvers_for(subject)
    comparison = Comparison(subject, solvers)
    result: Result = "holds" if tops else "vacuous"
    story = ""
    try:
        comparison.compare_all(tops)
    except Differs as difference:
        result, story = difference.result, difference.story
    return Outcome(result, comparison.paths, comparison.runs, solvers.names, story)


ROWS = (
    Theorem(
        "paths-walked",
        "The symbolic paths that some state can walk are exactly the trails of real runs from legal states, "
        "and there are as many as the closed formula says.",
        ("verified_buddy.buddy", "verified_buddy.zone.Zone"),
        "execution",
        check,
        ("never-merges", "refuses-the-top-order", "why-skips-the-parent", "any-order-is-free"),
        domain=Domain("any state that satisfies these", "below 2^52", tuple(range(11))),
        owes=said_by(Comparison.compare),
    ),
)
