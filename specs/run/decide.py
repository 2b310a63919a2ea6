"""A row of the ledger, decided on the running code, and on each twin that it must reject."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import FrameType

from specs.ledger.refutation import lost_in_silence
from specs.ledger.subject import DoesNotApply, broken, running
from specs.ledger.theorem import HOLDS, Outcome, Theorem
from specs.prover.method.row import solvers_for
from specs.theorems import LEDGER
from specs.theorems.trust import trust_of
from specs.twins import TWINS

ALL_ORDERS = tuple(range(11))
SECONDS_A_ROW = 900
SECONDS_A_STORY = 30
AGAIN = 5
"""Seconds from one signal to the next: a callback may lose what the first raises."""


@dataclass(frozen=True)
class Verdict:
    """One line of the ledger: what a run established of a theorem."""

    name: str
    says: str
    about: tuple[str, ...]
    method: str
    verdict: str
    paths: int
    obligations: int
    solvers: tuple[str, ...]
    rejects: tuple[str, ...]
    seconds: float
    assumptions: tuple[str, ...]
    story: str = ""
    seconds_by_solver: dict[str, float] = field(default_factory=dict)
    """What the solvers took for the running code; rows that share obligations pay for them but once."""
    cached: bool = False
    """Whether an earlier run decided the row, of the very same code."""
    recalled: int = 0
    """How many proofs an earlier run found."""
    supposes: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    """What of the trusted base the row rests on."""

    @property
    def holds(self) -> bool:
        """Whether the theorem was established, by its method."""
        return self.verdict in HOLDS.values()

    def as_json(self) -> dict[str, object]:
        """The stable keys of the ledger."""
        return asdict(self)


def theorem(name: str) -> Theorem:
    """The row of that name."""
    return next(row for row in LEDGER if row.name == name)


def check(name: str, max_orders: tuple[int, ...] = ALL_ORDERS) -> Verdict:
    """Decide one row: the running code must satisfy it, and each of its twins must not."""
    row, started = theorem(name), time.perf_counter()
    before, recalled = dict(solvers_for(running()).seconds), _recalled()
    outcome = limited(lambda: row.check(running(), max_orders))
    after = solvers_for(running()).seconds
    rejected: list[str] = []
    verdict, story = outcome.result, told(outcome)
    if outcome.result == "holds":
        for twin in row.rejects:
            wrong = limited(lambda twin=twin: _not_rejected(row, twin))  # type: ignore[misc]  # bound at once
            if wrong.result != "refuted":
                verdict, story = (
                    "vacuous",
                    f"the twin {twin!r} is not rejected ({wrong.result}) {wrong.story}",
                )
                break
            rejected.append(twin)
        if not row.rejects:
            verdict, story = "vacuous", "no broken twin is known that this theorem rejects"
    return Verdict(
        row.name,
        row.says,
        row.about,
        row.method,
        HOLDS[row.method] if verdict == "holds" else verdict,
        outcome.paths,
        outcome.obligations,
        outcome.solvers,
        tuple(rejected),
        round(time.perf_counter() - started, 2),
        row.assumptions,
        story.strip(),
        {name: round(took - before[name], 2) for name, took in after.items() if took > before[name]},
        recalled=_recalled() - recalled,
        supposes=row.supposes,
        trust=trust_of(row),
    )


def _recalled() -> int:
    remembered = solvers_for(running()).remembered
    return 0 if remembered is None else remembered.found


def _not_rejected(row: Theorem, twin: str) -> Outcome:
    try:
        return row.check(broken(TWINS[twin]), row.twin_orders)
    except DoesNotApply as error:
        return Outcome("unknown", story=str(error))


def told(outcome: Outcome) -> str:
    """The story at length; or in one line, if there is no other or it is too long in coming."""
    if outcome.tell is None:
        return outcome.story
    tell = outcome.tell
    story = limited(lambda: Outcome("refuted", story=tell()), SECONDS_A_STORY)
    return story.story if story.result == "refuted" else outcome.story


class _TooLong(BaseException):
    """A row took longer than any row may."""


def limited(decide: Callable[[], Outcome], seconds: int = SECONDS_A_ROW) -> Outcome:
    """The outcome; too much time, or an error of the check itself, is none that holds."""
    late = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal late
        late = True
        raise _TooLong

    too_long = Outcome("unknown", story=f"not decided in {seconds} seconds")
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        with lost_in_silence(_TooLong):
            outcome = decide()
        return too_long if late else outcome  # a foreign call may have made an error of its own of it
    except _TooLong:
        return too_long
    except Exception as error:  # whatever goes wrong, the row does not hold, and the run goes on
        story = f"the check failed: {type(error).__name__}: {error}"
        return too_long if late else Outcome("unknown", story=story)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def cores() -> int:
    """How many processes may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
