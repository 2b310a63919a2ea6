"""Which theorem runs which function of the core, and how long it takes: the order in which to try them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import CodeType, FrameType

from specs.ledger.forks import forked
from specs.ledger.subject import CORE, PACKAGE, ROOMS, running
from specs.ledger.theorem import Theorem
from specs.theorems import LEDGER

LAYERS = tuple(f"{PACKAGE}.{room}." for room in ROOMS)
PROOFS = tuple(
    row
    for row in LEDGER
    if row.method != "hypothesis" and not any(name.startswith(LAYERS) for name in row.about)
)
"""The rows that are tried here: of the core, and all but those that only test."""

PATIENCE = 500_000
"""After so many calls of known functions, a row will run no new one."""
LONG_SECONDS, PROCESS_SECONDS = 10.0, 5.0
"""What is taken for the time of a row that was not run to its end, and of one that needs another process."""


class DoesNotHold(Exception):
    """A row does not hold of the running code, so that its verdict on a mutant would say nothing."""


@dataclass(frozen=True)
class Reach:
    """What one row runs."""

    row: Theorem
    functions: frozenset[str]
    seconds: float

    def touches(self, function: str) -> bool:
        """Whether the row runs the function; a constant of a module is everybody's."""
        return function in self.functions or "." not in function or function.split(".")[1].isupper()


def survey(jobs: int, done: Callable[[], object] = lambda: None) -> tuple[Reach, ...]:
    """Decide every row on the running code, at its twins' max_orders; cheapest first."""
    reaches: list[Reach] = []
    for result in forked([partial(_watched, row) for row in PROOFS], jobs, 300):
        row = PROOFS[result.task]
        if result.done is None or not result.done[0]:
            raise DoesNotHold(f"{row.name} does not hold of the running code")
        _, functions, seconds = result.done
        reaches.append(Reach(row, frozenset(functions) | _about(row), seconds))
        done()
    return tuple(sorted(reaches, key=_cost))


def _cost(reach: Reach) -> tuple[int, int, int]:
    """Coarse, so that the order is the same on every machine: by time, then by how much the row runs."""
    long = 0 if reach.seconds < 4 else 1 if reach.seconds < 20 else 2
    return long, len(reach.functions), PROOFS.index(reach.row)


def _about(row: Theorem) -> set[str]:
    """The core's functions that the row names; what runs in another process is known by these."""
    return {name.removeprefix("verified_buddy.") for name in row.about}


class _Enough(BaseException):
    """The row has run nothing new for long."""


def _watched(row: Theorem) -> tuple[bool, set[str], float]:
    """Whether the row holds, as far as it was run; the functions of the core that ran; how long it took."""
    if row.method == "crosshair":
        return True, set(), PROCESS_SECONDS
    subject = running()
    names = {subject.module(name).__file__: name for name in CORE}
    ran: set[CodeType] = set()
    calls = 0

    def called(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        if event == "call":
            calls = calls + 1 if frame.f_code in ran else 0
            ran.add(frame.f_code)
            if calls == PATIENCE:
                sys.setprofile(None)
                if row.method == "exhaustive":  # no solver is at work, which would swallow this
                    raise _Enough

    started = time.perf_counter()
    sys.setprofile(called)
    try:
        holds = row.check(subject, row.twin_orders).result == "holds"
        seconds = time.perf_counter() - started
    except _Enough:
        holds, seconds = True, LONG_SECONDS
    finally:
        sys.setprofile(None)
    functions = {f"{names[code.co_filename]}.{_own(code)}" for code in ran if code.co_filename in names}
    return holds, functions, seconds


def _own(code: CodeType) -> str:
    """The function's name; what is defined inside it is part of it."""
    return code.co_qualname.split(".<locals>")[0]


def prove_first() -> None:
    """Prove the running code here, where every child that is forked finds the proofs."""
    for row in PROOFS:
        if row.method == "z3":
            row.check(running(), row.twin_orders)


def reaching(reaches: Sequence[Reach], function: str) -> tuple[Theorem, ...]:
    """The rows to try on a mutant of the function, cheapest first."""
    return tuple(reach.row for reach in reaches if reach.touches(function))
