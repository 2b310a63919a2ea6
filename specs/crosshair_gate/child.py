"""Judges contract clauses with CrossHair, in a process that its parent may lose.

Reads one request as JSON from standard input and writes one JSON line an event: ``begin`` before a
question, ``verdict`` after it, ``end`` when all were asked.  The first bad verdict ends the work.
A question that exceeds its wall-clock time ends the process, whatever the code is doing.
"""

from __future__ import annotations

import ast
import faulthandler
import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, Literal, get_args

from crosshair.core import ConditionCheckable, SymbolicFactory, register_type
from crosshair.core_and_libs import analyze_function, run_checkables
from crosshair.options import AnalysisKind, AnalysisOptionSet
from crosshair.statespace import AnalysisMessage, MessageType
from crosshair.tracers import ResumedTracing

from specs.crosshair_gate.narrow import Start
from specs.ledger.subject import Subject, Twin, broken, running
from specs.ledger.theorem import Result

RAISES = re.compile(r"^\s*:?raises\b[^\n]*:", re.MULTILINE)
RETURNED = re.compile(r"\(which returns (.*)\)$", re.DOTALL)
FALSE = (MessageType.POST_FAIL, MessageType.EXEC_ERR, MessageType.POST_ERR)


@dataclass(frozen=True)
class Verdict:
    """What one question came to; ``paths`` are those that CrossHair explored for it."""

    result: Result
    paths: int
    story: str = ""


def one_of(factory: SymbolicFactory, *values: object) -> object:
    """A value of a ``Literal`` type: one path for each."""
    for value in values[:-1]:
        if factory.space.smt_fork(desc=f"literal {value}"):
            return value
    return values[-1]


def start_of(factory: SymbolicFactory, order: object) -> object:
    """A value of a ``Start`` type: an unbounded number times the size."""
    (exponent,) = get_args(order)
    with ResumedTracing():
        return factory(int) * 2**exponent


def checkables(function: FunctionType, seconds: float, paths: Counter[str]) -> list[ConditionCheckable]:
    """The conditions of the function alone: the clauses of what it calls are conditions elsewhere."""
    options = AnalysisOptionSet(
        analysis_kind=(AnalysisKind.PEP316,),
        per_condition_timeout=seconds,
        per_path_timeout=seconds / 3,
        max_uninteresting_iterations=0,
        stats=paths,
    )
    found = []
    for checkable in analyze_function(function, options):
        assert isinstance(checkable, ConditionCheckable), run_checkables([checkable])[0].message
        found.append(replace(checkable, options=replace(checkable.options, analysis_kind=())))
    return found


def probe_of(checkable: ConditionCheckable) -> ConditionCheckable:
    """The same question with the clause ``post: False``, which must come back refuted."""
    (clause,) = checkable.conditions.post
    never = replace(clause, evaluate=lambda _: False, expr_source="False")
    return replace(checkable, conditions=replace(checkable.conditions, post=[never]))


def story_of(message: AnalysisMessage) -> str:
    """The counterexample: what the function returned if that is a story itself."""
    returned = RETURNED.search(message.message)
    if returned is not None and returned[1][:1] in ("'", '"'):
        return str(ast.literal_eval(returned[1]))
    return f"{message.message}: {message.condition_src}"


def clause_verdict(checkable: ConditionCheckable, paths: Counter[str]) -> Verdict:
    """CONFIRMED holds; nothing else does."""
    before = paths["num_paths"]
    messages = run_checkables([checkable])
    explored = paths["num_paths"] - before
    states = [message.state for message in messages]
    if states == [MessageType.CONFIRMED]:
        return Verdict("holds", explored)
    for message in messages:
        if message.state is MessageType.PRE_UNSAT:
            return Verdict("vacuous", explored, message.message)
        if message.state in FALSE and "NotDeterministic" not in message.message:
            return Verdict("refuted", explored, story_of(message))
    return Verdict("unknown", explored, ", ".join(message.message for message in messages))


def probe_verdict(checkable: ConditionCheckable) -> Verdict:
    """Holds if some path satisfies the preconditions and reaches the end of the function."""
    states = [message.state for message in run_checkables([probe_of(checkable)])]
    if states == [MessageType.POST_FAIL]:
        return Verdict("holds", 0)
    return Verdict("vacuous", 0, "CrossHair reaches no end of the function")


def shown(name: str, kind: object) -> str:
    """A parameter and its type, without the modules that types are in."""
    text = kind.__name__ if isinstance(kind, type) else str(kind)
    return f"{name}: {re.sub(r'[a-z_.]+[.](?=[A-Z])', '', text)}"


def judge(function: FunctionType, seconds: float) -> Iterator[tuple[str, Verdict | None]]:
    """Each question about the function, before and after it is answered; one probe serves all clauses."""
    types = ", ".join(
        f"{name}: {kind}" for name, kind in function.__annotations__.items() if name != "return"
    )
    name = f"{function.__qualname__}({types})".replace("typing.", "")
    if RAISES.search(function.__doc__ or ""):
        yield name, Verdict("unknown", 0, "a raises: clause would excuse any such exception")
        return
    paths: Counter[str] = Counter()
    questions = checkables(function, seconds, paths)
    if not questions:
        yield name, Verdict("vacuous", 0, "no contract clause")
    for checkable in questions:
        clause = f"{name}, post: {checkable.conditions.post[0].expr_source}"
        yield clause, None
        yield clause, clause_verdict(checkable, paths)
    for checkable in questions[:1]:
        yield f"{name}, probe", None
        yield f"{name}, probe", probe_verdict(checkable)


def _subject(twin: Mapping[str, Any] | None) -> Subject:
    """The subject of the request, carried here by its twin."""
    subject = running()  # CrossHair looks for the modules of broken functions among those that run
    return subject if twin is None else broken(Twin(**twin))


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    report, sys.stdout = sys.stdout, sys.stderr
    seconds = request["seconds"]

    def say(**event: object) -> None:
        print(json.dumps(event), file=report, flush=True)

    register_type(Literal, one_of)  # type: ignore[arg-type] # any annotation that is an origin will do
    register_type(Start, start_of)
    faulthandler.dump_traceback_later(seconds, exit=True)
    module, _, factory = request["factory"].partition(":")
    functions = getattr(importlib.import_module(module), factory)
    for function in functions(_subject(request["twin"]), tuple(request["max_orders"])):
        for question, verdict in judge(function, seconds):
            if verdict is None:
                faulthandler.dump_traceback_later(seconds, exit=True)
                say(event="begin", question=question)
            else:
                probe = question.endswith(", probe")
                say(event="verdict", question=question, probe=probe, **vars(verdict))
                if verdict.result != "holds":
                    return
    say(event="end")


if __name__ == "__main__":
    main()
