"""Every obligation of the rows that solvers decide, with the statement on which it rests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial

import z3

from specs.ledger.subject import LINUX, Subject, running
from specs.ledger.theorem import Theorem
from specs.prover.method.operations import Call, Walk
from specs.prover.method.paths import Owed, assumed
from specs.prover.method.row import Proof
from specs.prover.method.solve import Solvers
from specs.prover.method.terms import id_of
from specs.prover.method.trails import shown, trail_of
from specs.prover.method.walked import Comparison
from specs.prover.method.walks import walks
from specs.run.decide import theorem
from specs.smtlib.statement import Statement, Vacuous, contradiction, statement
from specs.theorems import LEDGER
from specs.theorems.core.paths import walk_core

WALKED = "paths-walked"
"""The row that finds the impossible paths, by real runs, and has the solvers confirm each."""
NAMES = tuple(row.name for row in LEDGER if isinstance(row.check, Proof) or row.name == WALKED)
"""The rows whose obligations solvers decide."""


@dataclass(frozen=True)
class Claim:
    """An obligation: whose it is, and what it says in words."""

    theorem: str
    function: str
    max_order: int
    order: int | None
    to_tail: bool
    path: str | None
    says: str

    def as_json(self) -> dict[str, object]:
        """The stable keys of the index."""
        return asdict(self)


@dataclass(frozen=True)
class Shape:
    """How many hypotheses are what it is about, and how many are further ones; whether it is a path's end."""

    facts: int
    further: int
    impossible: bool


@dataclass
class Collected:
    """Claims by the SMT-LIB text on which they rest; and those that are literally true."""

    files: dict[str, list[Claim]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    """By the text."""
    closed: list[Claim] = field(default_factory=list)

    def update(self, other: Collected) -> None:
        """Add what another process collected."""
        for text, claims in other.files.items():
            self.files.setdefault(text, []).extend(claims)
        self.shapes.update(other.shapes)
        self.closed += other.closed


class NotProved(Exception):
    """An obligation that z3 does not prove; then there is nothing to export."""


@dataclass
class Collector:
    """Proves, in one process, and writes down what was proved."""

    subject: Subject = field(default_factory=running)
    solvers: Solvers = field(default_factory=lambda: Solvers(confirm=False))
    collected: Collected = field(default_factory=Collected)
    texts: dict[tuple[int, ...], tuple[str, Statement]] = field(default_factory=dict)
    """By the ids of the hypotheses and the goal, which the statement keeps."""
    walked: dict[Call, bool] = field(default_factory=dict)
    """By call: whether any of its paths is one that some state walks."""

    def add(self, row: Theorem, tops: tuple[int, ...], most: int | None = None) -> None:
        """All that the row owes; or what comes first, until there are so many files."""
        for top, walk, owed in self._obligations(row, tops):
            claim = _claim(row, top, walk, owed)
            if z3.is_true(owed.goal):
                self.collected.closed.append(claim)
            else:
                self.collected.files.setdefault(self._text(walk, owed), []).append(claim)
            if most is not None and len(self.collected.files) >= most:
                return

    def _obligations(self, row: Theorem, tops: tuple[int, ...]) -> Iterator[tuple[int, Walk | None, Owed]]:
        if not isinstance(row.check, Proof):
            comparison = Comparison(self.subject, self.solvers)
            walk_core(comparison, tops)
            for never in comparison.never:
                yield never.top, never, never.world.impossible("no state walks this path")
            return
        for top in row.check.tops(tops):
            for walk, owed in row.check.obligations(self.subject, (top,), self.solvers):
                if owed is not None:
                    yield top, walk, owed

    def _text(self, walk: Walk | None, owed: Owed) -> str:
        answer = self.solvers.decide(owed)
        if answer.verdict != "proved":
            raise NotProved(f"{owed.says}: {answer.verdict} {answer.reason}".strip())
        try:
            made = statement(walk, owed, answer.used, self.solvers.witnesses)
        except Vacuous:
            if walk is None:
                raise
            made = self._never(walk)
        key = (*(id_of(term) for term in (*made.facts, *made.further)), -1, id_of(made.goal))
        if key not in self.texts:
            text = "\n".join(made.lines()) + "\n"
            self.texts[key] = text, made
            self.collected.shapes[text] = Shape(len(made.facts), len(made.further), made.impossible)
        return self.texts[key][0]

    def _never(self, walk: Walk) -> Statement:
        """What shows that no state walks the path; the same for all that rests on it."""
        never = walk.world.impossible(f"{walk.operation}, max_order {walk.top}")
        answer = self.solvers.decide(never)
        if answer.verdict != "proved":
            raise NotProved(f"{never.says}: {answer.verdict} {answer.reason}".strip())
        possible = partial(self._some_is_walked, walk)
        return contradiction(never, answer.used, self.solvers.witnesses, possible=possible)

    def _some_is_walked(self, walk: Walk) -> bool:
        """Whether some state satisfies all that is assumed on another path of the same call."""
        if walk.call not in self.walked:
            others = (each for each in walks(self.subject, walk.of, walk.top) if each.call == walk.call)
            self.walked[walk.call] = any(
                self.solvers.witnesses.decide(assumed([each.world.impossible("")])) == "sat"
                for each in others
            )
        return self.walked[walk.call]


def _claim(row: Theorem, top: int, walk: Walk | None, owed: Owed) -> Claim:
    says = " ".join(owed.says.split())
    if walk is None:
        return Claim(row.name, row.about[0], top, None, False, None, says)
    name, path = walk.operation.split(",")[0], shown(trail_of(walk))
    module = name.split(".")[0] if "." in name else "buddy"
    function = (
        f"linux.{name}" if f"linux.{module}" in LINUX else f"{'zone' if module == 'Zone' else module}.{name}"
    )
    return Claim(
        row.name, f"verified_buddy.{function}", top, walk.variant.order, walk.variant.to_tail, path, says
    )


def collect(names: list[str], tops: tuple[int, ...]) -> Collected:
    """What the rows of one bundle owe."""
    collector = Collector()
    for name in names:
        collector.add(theorem(name), tops)
    return collector.collected
