"""Asks CrossHair in a subprocess, since it ignores its own time-outs in tight loops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.metadata import version
from types import FunctionType
from typing import Any

from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome

Factory = Callable[[Subject, tuple[int, ...]], Iterable[FunctionType]]
"""A module-level function that gives the functions whose clauses are to be confirmed."""


def gate(factory: Factory, subject: Subject, max_orders: tuple[int, ...], seconds: float = 60) -> Outcome:
    """Whether CrossHair confirms every clause over all paths, none of them vacuous.

    A question may take that many seconds on the wall clock.
    """
    request = {
        "factory": f"{factory.__module__}:{factory.__qualname__}",
        "twin": subject.twin and asdict(subject.twin),
        "max_orders": max_orders,
        "seconds": seconds,
    }
    child = subprocess.run(
        [sys.executable, "-m", "specs.crosshair_gate.child"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "0"},
    )
    return outcome([json.loads(line) for line in child.stdout.splitlines()], seconds, child.stderr)


def outcome(events: list[dict[str, Any]], seconds: float, errors: str) -> Outcome:
    """What the events of a child come to; a child that did not get to its end has not confirmed anything."""
    solvers = (f"crosshair {version('crosshair-tool')}",)
    verdicts = [event for event in events if event["event"] == "verdict"]
    confirmed = [verdict for verdict in verdicts if verdict["result"] == "holds" and not verdict["probe"]]
    paths = sum(verdict["paths"] for verdict in verdicts)
    for verdict in verdicts:
        if verdict["result"] != "holds":
            story = verdict["story"]
            if verdict["result"] != "refuted":
                story = f"{verdict['question']}: {story}"
            return Outcome(verdict["result"], paths, len(confirmed), solvers, story)
    if not events or events[-1]["event"] != "end":
        story = f"{events[-1]['question']}: no verdict" if events else "the child said nothing"
        last = "".join(errors.strip().splitlines()[-1:])
        reason = f"over {seconds:g} s" if "Timeout (" in errors else last
        return Outcome("unknown", paths, len(confirmed), solvers, f"{story}: {reason}")
    if not confirmed:
        return Outcome("vacuous", paths, 0, solvers, "no contract clause")
    return Outcome("holds", paths, len(confirmed), solvers)
