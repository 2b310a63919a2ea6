"""The CrossHair gate can fail: it takes nothing but CONFIRMED, and no clause that nobody can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import cast

import pytest

from specs.crosshair_gate import GATES, THEOREMS
from specs.crosshair_gate.gate import Factory, gate, outcome
from specs.ledger.subject import Subject, broken, running
from specs.ledger.theorem import Theorem
from specs.twins import TWINS


def half(number: int) -> int:
    """Half of it.

    pre: number % 2 == 0
    post: 2 * __return__ == number
    """
    return number // 2


def half_of_any(number: int) -> int:
    """Half of it, of an odd one too.

    post: 2 * __return__ == number
    """
    return number // 2


def half_of_none(number: int) -> int:
    """No number is even and odd.

    pre: number % 2 == 0
    pre: number % 2 == 1
    post: 2 * __return__ == number
    """
    return number // 2


def half_if_it_dares(number: int) -> int:
    """Excused.

    post: 2 * __return__ == number
    raises: ValueError
    """
    if number % 2 != 0:
        raise ValueError("odd")
    return number // 2


def half_of_some(number: int) -> int:
    """Not excused.

    post: 2 * __return__ == number
    """
    if number % 2 != 0:
        raise ValueError("odd")
    return number // 2


def half_without_a_promise(number: int) -> int:
    """Half of it."""
    return number // 2


def half_at_length(number: int) -> int:
    """Never done.

    post: 2 * __return__ == number
    """
    while True:
        pass


def half_with_a_typo(number: int) -> int:
    """Not an expression.

    post: 2 * __return__ ==
    """
    return number // 2


def half_by_bits(number: int) -> int:
    """True, and beyond CrossHair.

    post: (number ^ 1) ^ 1 == number
    """
    return number // 2


def alone(function: Callable[[int], int]) -> Iterator[FunctionType]:
    yield cast("FunctionType", function)


def true_clause(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half)


def false_clause(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_of_any)


def exception(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_of_some)


def unsatisfiable(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_of_none)


def raises(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_if_it_dares)


def no_clause(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_without_a_promise)


def no_function(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return iter(())


def endless(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_at_length)


def typo(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_with_a_typo)


def bits(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    return alone(half_by_bits)


def broken_factory(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    raise LookupError("nothing to yield")


def test_a_true_clause_is_confirmed() -> None:
    result = gate(true_clause, running(), (0,))
    assert (result.result, result.obligations) == ("holds", 1)
    assert result.paths > 0


@pytest.mark.parametrize(
    ("factory", "verdict", "words"),
    [
        (false_clause, "refuted", "false when calling half_of_any"),
        (exception, "refuted", "ValueError"),
        (unsatisfiable, "vacuous", "Unable to meet precondition"),
        (raises, "unknown", "raises"),
        (no_clause, "vacuous", "no contract clause"),
        (no_function, "vacuous", "no contract clause"),
        (endless, "unknown", "over 3 s"),
        (bits, "unknown", ""),
        (typo, "unknown", "invalid syntax"),
        (broken_factory, "unknown", "nothing to yield"),
    ],
)
def test_nothing_but_confirmed_holds(factory: Factory, verdict: str, words: str) -> None:
    result = gate(factory, running(), (0,), seconds=3)
    assert (result.result, result.obligations) == (verdict, 0)
    assert words in result.story


def test_a_child_that_dies_after_a_confirmation_confirms_nothing() -> None:
    confirmed = {
        "event": "verdict",
        "question": "q",
        "probe": False,
        "result": "holds",
        "paths": 1,
        "story": "",
    }
    assert outcome([confirmed], 60, "killed").result == "unknown"
    assert outcome([confirmed, {"event": "end"}], 60, "").result == "holds"


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_every_row_rejects_a_twin(theorem: Theorem) -> None:
    result = theorem.check(broken(TWINS[theorem.rejects[0]]), theorem.twin_orders)
    assert result.result == "refuted"
    assert result.story


def test_the_gated_functions_have_clauses() -> None:
    for function, row in GATES.items():
        module, _, name = (
            function.removeprefix("verified_buddy.").removeprefix("specs.model.").rpartition(".")
        )
        assert "post: " in getattr(running().module(module), name).__doc__
        assert row in {theorem.name for theorem in THEOREMS}
