"""What a row rests on, and no more: its part of the trusted base, the rows that stand in for functions."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import pytest

from specs.ledger.subject import running
from specs.ledger.theorem import Theorem
from specs.prover.method.operations import Operation
from specs.prover.method.paths import Cut
from specs.prover.method.row import ALWAYS, Proof
from specs.prover.method.walks import walks
from specs.run.decide import theorem
from specs.theorems import LEDGER, TRUSTED
from specs.theorems.core.runs import Execution
from specs.theorems.trust import trust_of
from tests.specs.replaced_calls import Observed, observed

OF_PATHS = [row for row in LEDGER if isinstance(row.check, Proof | Execution) and row.check.operations]
each_row = pytest.mark.parametrize("row", LEDGER, ids=lambda row: row.name)
each_of_paths = pytest.mark.parametrize("row", OF_PATHS, ids=lambda row: row.name)


def small_tops(row: Theorem) -> tuple[int, ...]:
    return row.check.tops(row.twin_orders) if isinstance(row.check, Proof) else row.twin_orders


@cache
def watched(operation: Operation, top: int) -> Observed:
    return observed(operation, top)


def test_every_sentence_of_the_trusted_base_is_some_rows_and_not_every_rows() -> None:
    of_rows = {row.name: trust_of(row) for row in LEDGER}
    for sentence in TRUSTED:
        count = sum(sentence in trust for trust in of_rows.values())
        assert count > 0
        assert count < len(LEDGER) or sentence.startswith("CPython executes")
    for trust in of_rows.values():
        assert trust == tuple(sentence for sentence in TRUSTED if sentence in trust)


WORDS_OF_PROOFS = (
    "lifted",
    "symbolic",
    "z3",
    "solver reads",
    "stub",
    "induction",
    "loop rule",
    "path oracle",
)


@each_row
def test_a_row_rests_on_nothing_of_another_method(row: Theorem) -> None:
    trust = " ".join(trust_of(row))
    if row.method in ("crosshair", "exhaustive", "hypothesis"):
        assert not [word for word in WORDS_OF_PROOFS if word in trust]
    assert ("CrossHair" in trust) == (row.method == "crosshair")
    assert ("examples" in trust) == (row.method == "hypothesis" or row.name in ("typed-runs", "large-orders"))
    assert ("compared with real runs" in trust) == (
        ("z3 builds" in trust) and not row.name.endswith("paths-walked")
    )
    assert row.method != "z3" or all(word in trust for word in ("lifted", "path oracle", "z3 builds"))


@each_of_paths
def test_the_loop_rule_is_of_the_rows_in_which_an_iteration_is_cut_off(row: Theorem) -> None:
    assert isinstance(row.check, Proof | Execution)
    cut = any(
        isinstance(walk.path.error, Cut)
        for top in small_tops(row)
        for operation in row.check.operations
        for walk in walks(running(), operation, top)
    )
    assert any("loop rule" in sentence for sentence in trust_of(row)) == cut


@each_of_paths
def test_a_row_names_every_contract_that_stands_in_for_a_function(row: Theorem) -> None:
    stands_in = False
    for operation in row.check.operations:  # type: ignore[attr-defined]  # they have some
        for top in small_tops(row):
            for module, call in needed(row, watched(operation, top)):
                stands_in |= is_named(row, module, call)
    says = any("stub" in sentence for sentence in trust_of(row))
    assert says == any(assumption.function for assumption in row.assumes)
    assert says or not stands_in


def needed(row: Theorem, seen: Observed) -> set[tuple[str, str]]:
    """The calls that the prover answered, and after which the row has something to show."""
    found = set()
    for walk in seen.walks:
        for module, call, owed in seen.answered.get(id(walk.path), ()):
            shows_more = not isinstance(walk.path.error, Cut)
            if isinstance(row.check, Proof):
                tags = (*row.check.tags, *ALWAYS)
                later = any(each.tag in tags for each in walk.path.owed[owed:])
                shows_more = later or (shows_more and row.check.posts is not None)
            if shows_more:
                found.add((module, call))
    return found


def is_named(row: Theorem, module: str, call: str) -> bool:
    """Whether it is a function of the code by its contract, and not a part of the state; the row names it."""
    *owner, name = call.split(".")
    if owner and owner != ["buddy"]:
        assert owner[-1] != "spans" or "spans-conform" in row.assumptions
        return False
    holder = sys.modules[f"verified_buddy.{owner[0]}" if owner else module]
    real: Any = getattr(holder, name, None)
    full = f"{real.__module__}.{real.__qualname__}" if real else ""
    by_row = [each for each in row.assumes if each.function == name]
    for assumption in by_row:
        assert any(full in theorem(each).about for each in assumption.rows), (row.name, call)
    assert by_row or any(name in sentence for sentence in row.supposes), (row.name, call)
    return bool(by_row)
