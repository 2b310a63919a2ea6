"""What the proofs assume is never nothing: some state satisfies it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import z3

from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result, Theorem
from specs.prover.method.paths import Owed, TooManyPaths
from specs.prover.method.row import Proof, impossible, solvers_for
from specs.prover.method.solve import Solvers
from specs.prover.method.trails import trail_of
from specs.prover.method.walks import walks
from specs.prover.models.core.operations import OPERATIONS, Walk
from specs.theorems.core.paths import shown, unwalked_paths

WHOLE_PATHS = range(4)
"""The max_orders at which all that a path's obligations may use is taken together."""


def proofs() -> list[Proof]:
    """Every row of method z3."""
    from specs.theorems import LEDGER  # the ledger has this row too

    return [row.check for row in LEDGER if isinstance(row.check, Proof)]


def assumed(all_owed: Iterable[Owed]) -> list[z3.BoolRef]:
    """Everything that any of the obligations may use, each once."""
    found = {}
    for owed in all_owed:
        for fact in (*owed.facts, *(fact for stage in owed.pool for fact in stage())):
            found[fact.get_id()] = fact
    return list(found.values())


def on_path(all_proofs: Sequence[Proof], subject: Subject, walk: Walk) -> list[z3.BoolRef]:
    """All that is assumed anywhere on the path; and, at its end, if it is to be shown impossible."""
    posts = (proof.of_path(subject, walk) for proof in all_proofs if walk.operation in proof.operations)
    return assumed([*(owed for found in posts for owed in found), walk.world.impossible("")])


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
    proofs: list[Proof] = field(default_factory=proofs)
    paths: int = 0
    sets: int = 0

    def lemmas(self, top: int) -> None:
        """For every obligation that belongs to no path, some state satisfies all that it may assume."""
        for proof in self.proofs:
            meant = proof.lemmas is not None and top in proof.tops((top,))
            for owed in () if proof.lemmas is None or not meant else proof.lemmas(self.subject, top):
                if not self._hold_together(assumed([owed]), owed.says):
                    raise Contradiction(
                        "refuted", f"max_order {top}: nothing satisfies what this assumes: {owed.says}"
                    )

    def operation(self, name: str, top: int) -> None:
        """On every path some state satisfies all that is assumed there, or the path has to be impossible."""
        for variant in OPERATIONS[name][1](top):
            where = f"{name}, order {variant.order}, max_order {top}"
            never = []
            for walk in (walk for walk in walks(self.subject, name, top) if walk.variant == variant):
                self.paths += 1
                path = f"{where}: {shown(trail_of(walk))}"
                if self._hold_together(on_path(self.proofs, self.subject, walk), path):
                    continue
                if not impossible(self.solvers, walk):
                    raise Contradiction(
                        "unknown", f"{path}: the hypotheses contradict each other, not the path"
                    )
                never.append(path)
            wanted = unwalked_paths(name, variant.order, top)
            if len(never) != wanted:
                story = f"{where}: {len(never)} instead of {wanted} paths that no state walks"
                raise Contradiction("refuted", "; ".join([story, *never]))

    def _hold_together(self, hypotheses: list[z3.BoolRef], of: str) -> bool:
        self.sets += 1
        found = self.solvers.witnesses.decide(hypotheses)
        if found == "unknown":
            raise Contradiction("unknown", f"{of}: no model of what is assumed is found")
        return found == "sat"


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Find a state behind everything that is assumed, or a contradiction."""
    search = Search(subject, solvers_for(subject))
    result: Result = "holds" if tops else "vacuous"
    story = ""
    try:
        for top in tops:
            search.lemmas(top)
        for top in [top for top in tops if top in WHOLE_PATHS] or tops[:1]:
            for name in OPERATIONS:
                search.operation(name, top)
    except TooManyPaths as error:
        result, story = "refuted", str(error)
    except Contradiction as found:
        result, story = found.result, found.story
    return Outcome(result, search.paths, search.sets, search.solvers.names, story)


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
        domain=Domain(
            starts="any state that satisfies these",
            pages="below 2^52",
            max_orders=tuple(range(11)),
            sizes=(f"all of a path at once: max_order {WHOLE_PATHS[0]}..{WHOLE_PATHS[-1]}",),
        ),
        owes=said_by(Search.lemmas, Search.operation),
    ),
)
