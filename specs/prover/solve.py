"""Deciding obligations: z3 finds the proof, a second solver confirms it from SMT-LIB text."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Literal

import bitwuzla
import z3

TIMEOUT_MS = 60_000
Verdict = Literal["proved", "refuted", "unknown"]


Stage = Callable[[], Sequence[z3.BoolRef]]
Pool = Sequence[Stage]
"""Further hypotheses, in stages: the next is built when those before do not suffice."""


@dataclass(frozen=True)
class Answer:
    """What the solvers say of one obligation."""

    verdict: Verdict
    used: tuple[z3.BoolRef, ...] = ()
    """The facts of the pool that the proof needed."""
    model: z3.ModelRef | None = None
    reason: str = ""


@dataclass
class Solvers:
    """Both solvers, what they have proved already, and how long they took."""

    confirm: bool = True
    seconds: dict[str, float] = field(default_factory=lambda: {"z3": 0.0, "bitwuzla": 0.0})
    proved: dict[tuple[int, frozenset[int]], list[Answer]] = field(default_factory=dict)
    alive: list[object] = field(default_factory=list)
    asked: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The solvers that must agree, with their versions."""
        both = ("z3-solver", "bitwuzla") if self.confirm else ("z3-solver",)
        return tuple(f"{name} {version(name)}" for name in both)

    def decide(self, facts: Sequence[z3.BoolRef], pool: Pool, goal: z3.BoolRef) -> Answer:
        """Whether the goal follows from the facts and any of the pool's."""
        key = (goal.get_id(), frozenset(fact.get_id() for fact in facts))
        available: set[int] | None = None
        for answer in self.proved.get(key, ()):
            if answer.used and available is None:
                available = {fact.get_id() for stage in pool for fact in stage()}
            if all(fact.get_id() in (available or ()) for fact in answer.used):
                return answer
        answer = self._find(facts, pool, goal)
        if answer.verdict == "proved":
            if self.confirm:
                answer = self._confirm(facts, answer, goal)
            self.alive.append((facts, goal))
            self.proved.setdefault(key, []).append(answer)
        return answer

    def feasible(self, facts: Sequence[z3.BoolRef], pool: Pool) -> bool | None:
        """Whether facts and pool hold together; None if the solver cannot tell."""
        verdict = self._find(facts, pool, z3.BoolVal(False)).verdict
        return {"proved": False, "refuted": True, "unknown": None}[verdict]

    def _find(self, facts: Sequence[z3.BoolRef], pool: Pool, goal: z3.BoolRef) -> Answer:
        """Add the facts of the pool that a supposed counterexample violates, until none is left."""
        started = time.perf_counter()
        self.asked += 1
        waiting: list[z3.BoolRef] = []
        stages = list(pool)
        used = list(stages.pop(0)()) if stages else []
        rounds = 0
        try:
            while True:
                solver = fresh_solver(*facts, *used, z3.Not(goal))  # an incremental one is far slower
                if (said := solver.check()) != z3.sat:
                    break
                model = solver.model()
                rounds += 1
                violated = _violated(waiting, model)
                if violated and rounds > 1:
                    violated = waiting
                while not violated and stages:
                    waiting, rounds = [*waiting, *stages.pop(0)()], 0
                    if any(goal.get_id() == fact.get_id() for fact in waiting):
                        return Answer("proved", (goal,))
                    violated = _violated(waiting, model)
                if not violated:
                    return Answer("refuted", tuple(used), model)
                used += violated
                gone = {fact.get_id() for fact in violated}
                waiting = [fact for fact in waiting if fact.get_id() not in gone]
            if said == z3.unsat:
                return Answer("proved", tuple(used))
            return Answer("unknown", reason=f"z3: {solver.reason_unknown()}")
        finally:
            self.seconds["z3"] += time.perf_counter() - started

    def _confirm(self, facts: Sequence[z3.BoolRef], answer: Answer, goal: z3.BoolRef) -> Answer:
        started = time.perf_counter()
        said = second_opinion(smtlib((*facts, *answer.used), goal))
        self.seconds["bitwuzla"] += time.perf_counter() - started
        if said == "unsat":
            return answer
        return Answer("unknown", reason=f"z3 says unsat, bitwuzla says {said}")


def fresh_solver(*facts: z3.BoolRef) -> z3.Solver:
    """A z3 solver with a time limit, for one question."""
    solver = z3.SolverFor("QF_UFBV")
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*facts)
    return solver


def _violated(facts: Sequence[z3.BoolRef], model: z3.ModelRef) -> list[z3.BoolRef]:
    return [fact for fact in facts if not z3.is_true(model.eval(fact, model_completion=True))]


def smtlib(hypotheses: Sequence[z3.BoolRef], goal: z3.BoolRef) -> str:
    """The obligation as SMT-LIB text: it holds exactly if this is unsatisfiable."""
    solver = z3.Solver()
    solver.add(*hypotheses, z3.Not(goal))
    return f"(set-logic QF_UFBV)\n{solver.to_smt2()}"


def second_opinion(text: str) -> str:
    """What bitwuzla says of SMT-LIB text: sat, unsat or unknown."""
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, TIMEOUT_MS)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(text.replace("(check-sat)", ""), True, False)
    return str(parser.bitwuzla().check_sat())
