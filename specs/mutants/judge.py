"""Judging a mutant: which theorems reject it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from specs.ledger.subject import Subject, Twin, broken
from specs.ledger.theorem import Outcome, Theorem
from specs.run.decide import limited

SECONDS_A_ROW = 20
OF_PROOFS = ("hypotheses-satisfiable",)
"""Rows that judge the proofs more than the code: tried on what no other row rejects."""
WIDER = (0, 1, 3, 4)
"""The further max_orders at which a mutant that survived its rows is tried."""


@dataclass(frozen=True)
class Judged:
    """What the proofs say of one mutant."""

    name: str
    killed_by: tuple[str, ...]
    """The theorems that reject it, the first that was tried first; more than one only in a full run."""
    undecided: tuple[str, ...]
    """Rows that came to no verdict: no kill."""
    tried: int
    seconds: float
    story: str

    @property
    def killed(self) -> bool:
        """Whether any theorem rejects it."""
        return bool(self.killed_by)

    def as_json(self) -> dict[str, object]:
        """The stable keys of the kill matrix."""
        return asdict(self)


def judge(twin: Twin, rows: Sequence[Theorem], *, full: bool) -> Judged:
    """Try the rows in turn, until one rejects the mutant; or all of them."""
    started = time.perf_counter()
    killed_by: list[str] = []
    undecided: list[str] = []
    story, tried = "", 0
    subject = broken(twin)
    for wider in (False, True):
        for row in rows:
            if killed_by and not full:
                break
            if killed_by and row.name in OF_PROOFS:
                continue
            if wider and row.method not in ("z3", "execution"):
                continue  # these take long, and see no more
            tried += 1
            outcome = _decided(row, subject, WIDER if wider else row.twin_orders)
            if outcome.result == "refuted":
                story = story or _told(outcome)
                killed_by.append(row.name)
            elif outcome.result == "unknown":
                undecided.append(row.name)
        if killed_by:
            break
    return Judged(
        twin.name, tuple(killed_by), tuple(undecided), tried, round(time.perf_counter() - started, 2), story
    )


def _decided(row: Theorem, subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    return limited(lambda: row.check(subject, max_orders), SECONDS_A_ROW)


def _told(outcome: Outcome) -> str:
    """The story, or if it is long in coming the broken sentence."""
    tell = getattr(outcome, "tell", None)
    told = limited(lambda: Outcome("refuted", story=tell()), 10) if tell is not None else outcome
    return told.story if told.result == "refuted" and told.story else outcome.story
