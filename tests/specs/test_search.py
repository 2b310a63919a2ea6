"""Both solvers, each by itself: states that are found are states, and neither proves alone."""

from __future__ import annotations

import pytest
import z3

from specs.prover.method import solve
from specs.prover.method.judge import judged
from specs.prover.method.paths import Owed
from specs.prover.method.search import Sought, seek
from specs.prover.method.solve import Solvers

X, Y = z3.BitVecs("x y", 64)
OF = z3.Function("of", z3.BitVecSort(64), z3.BitVecSort(10))
APART = [z3.ULT(X, Y), OF(X) == 3, OF(Y) == 5, OF(Y + 1) == 3, z3.Bool("b")]
NONE = [z3.ULT(X, Y), z3.ULT(Y, X)]


def test_a_state_that_is_found_makes_every_fact_true() -> None:
    model = seek(APART).model
    assert model is not None
    assert all(z3.is_true(model.eval(fact, model_completion=True)) for fact in APART)


def test_each_solver_tells_what_cannot_hold_from_what_can() -> None:
    assert (seek(NONE).said, seek(NONE).model) == ("unsat", None)
    assert (seek(APART).said, seek([]).said) == ("sat", "sat")
    assert (judged(NONE)[0], judged(APART)[0]) == ("unsat", "sat")


def of(goal: z3.BoolRef) -> str:
    return Solvers().decide(Owed("a claim", goal, "a claim", (z3.ULT(X, Y),), ())).verdict


def test_nothing_is_proved_that_one_solver_does_not_prove(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (of(X != Y), of(X == 0)) == ("proved", "refuted")
    with monkeypatch.context() as patch:
        patch.setattr(solve, "judged", lambda facts: ("sat", ""))
        assert of(X != Y) == "unknown"
    monkeypatch.setattr(solve, "seek", lambda facts: Sought("unknown"))
    assert of(X != Y) == "unknown"


def test_a_counterexample_that_is_none_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = seek([X == 9, Y == 1]).model
    monkeypatch.setattr(solve, "seek", lambda facts: Sought("sat", model))
    assert of(X == 0) == "unknown"
