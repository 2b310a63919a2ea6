"""The ledger, as a table: complete, unambiguous, able to fail, and the same in the README."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from specs.crosshair_gate.gates import gates
from specs.ledger.subject import CORE, PACKAGE, UNDER_PROOF
from specs.ledger.theorem import HOLDS, Outcome, Theorem
from specs.run.decide import check
from specs.run.readme import readme_table, where
from specs.theorems import LEDGER, TRUSTED
from specs.twins import TWINS
from verified_buddy.oracle.rules import THEOREMS

ROOT = Path(__file__).parents[2]
NAMES = [row.name for row in LEDGER]


def public_functions(modules: tuple[str, ...] = CORE) -> Iterator[str]:
    """Every function, method and property of the modules that has a name for others, and does something."""
    for name in modules:
        module = importlib.import_module(f"{PACKAGE}.{name}")
        for thing in vars(module).values():
            if getattr(thing, "__module__", None) != module.__name__ or getattr(
                thing, "__name__", "_"
            ).startswith("_"):
                continue
            if inspect.isfunction(thing):
                yield f"{module.__name__}.{thing.__name__}"
            elif inspect.isclass(thing) and not is_protocol(thing):
                for member, value in vars(thing).items():
                    if not member.startswith("_") and (
                        inspect.isfunction(value) or isinstance(value, property)
                    ):
                        yield f"{module.__name__}.{thing.__name__}.{member}"


def is_protocol(thing: type) -> bool:
    """Whether it only says what others do."""
    return Protocol in thing.__bases__


def specs(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specs", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_at_least_twenty_rows_are_proved() -> None:
    assert sum(row.method == "z3" for row in LEDGER) >= 20


@pytest.mark.parametrize("function", list(public_functions(UNDER_PROOF)))
def test_every_public_function_stands_in_a_row(function: str) -> None:
    assert any(function in row.about for row in LEDGER)


def test_what_a_row_is_about_exists() -> None:
    for row in LEDGER:
        for name in row.about:
            parts = name.split(".")
            thing = importlib.import_module(".".join(parts[:2]))
            for part in parts[2:]:
                thing = getattr(thing, part)


def test_every_row_names_twins_that_exist() -> None:
    for row in LEDGER:
        assert row.rejects
        assert set(row.rejects) <= set(TWINS)


def test_every_twin_is_rejected_by_some_row() -> None:
    assert {twin for row in LEDGER for twin in row.rejects} == set(TWINS)


def test_every_rule_of_the_oracle_has_a_row() -> None:
    assert set(THEOREMS.values()) <= set(NAMES)


def test_every_contract_clause_has_a_gate() -> None:
    assert gates()
    assert set(gates().values()) <= set(NAMES)


def test_every_assumption_is_a_row() -> None:
    for row in LEDGER:
        assert set(row.assumptions) <= set(NAMES)
        assert all(assumption.rows and assumption.why for assumption in row.assumes)


def test_no_row_rests_on_itself() -> None:
    rests_on = {row.name: set(row.assumptions) for row in LEDGER}
    while rests_on:
        settled = {name for name, others in rests_on.items() if not others}
        assert settled, f"in a circle: {sorted(rests_on)}"
        rests_on = {name: others - settled for name, others in rests_on.items() if name not in settled}


def test_a_row_whose_sentence_stands_in_for_a_function_is_about_it() -> None:
    about = {row.name: {name.rpartition(".")[2] for name in row.about} for row in LEDGER}
    for row in LEDGER:
        for assumption in row.assumes:
            assert not assumption.function or all(
                assumption.function in about[name] for name in assumption.rows
            )


def test_what_a_row_supposes_is_a_sentence_and_no_row() -> None:
    for row in LEDGER:
        assert all(" " in sentence and sentence not in NAMES for sentence in row.supposes)


def test_a_sentence_is_one_sentence() -> None:
    for row in LEDGER:
        assert row.says.endswith(".")
        assert row.says[0].isupper() or row.says.split()[0] in row.says.lower()


def test_the_readme_shows_the_ledger_as_it_is() -> None:
    assert readme_table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_index_of_the_specification_names_rows_and_tests_that_exist() -> None:
    index = (ROOT / "specs" / "README.md").read_text(encoding="utf-8").partition("## Index")[2]
    for line in index.splitlines()[4:]:
        _, _, _, theorems, tests, _ = line.split("|")
        assert {name.strip(" `") for name in theorems.split(",")} <= set(NAMES)
        assert all((ROOT / "tests" / name.strip(" `")).is_file() for name in tests.split(","))


def test_the_proof_of_every_row_is_found() -> None:
    assert all((ROOT / where(row)).is_file() for row in LEDGER)


@pytest.mark.parametrize("name", ["pfn-involution", "alloc-refusal"])
def test_a_row_is_decided_alone(name: str) -> None:
    verdict = check(name, (2,))
    assert verdict.holds
    assert verdict.rejects
    assert verdict.obligations > 0


def row(outcome: Outcome, *rejects: str) -> Theorem:
    return Theorem("made-up", "Made up.", (), "z3", lambda subject, orders: outcome, rejects)


@pytest.mark.parametrize("result", ["refuted", "unknown", "vacuous"])
def test_nothing_but_holds_holds(result: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = row(Outcome(result, story="as it is"), "buddy-adds")  # type: ignore[arg-type]  # all three are results
    monkeypatch.setattr("specs.run.decide.theorem", lambda name: made_up)
    verdict = check("made-up", (2,))
    assert not verdict.holds
    assert verdict.verdict == result


@pytest.mark.parametrize("rejects", [(), ("buddy-adds",)])
def test_a_row_that_cannot_fail_does_not_hold(
    rejects: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specs.run.decide.theorem", lambda name: row(Outcome("holds"), *rejects))
    assert check("made-up", (2,)).verdict == "vacuous"


def test_a_check_that_raises_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Outcome:
        raise RecursionError("too deep")

    made_up = Theorem("made-up", "Made up.", (), "z3", fails, ("buddy-adds",))
    monkeypatch.setattr("specs.run.decide.theorem", lambda name: made_up)
    assert check("made-up", (2,)).verdict == "unknown"


def test_an_unknown_name_is_a_usage_error() -> None:
    said = specs("--only", "no-such-theorem")
    assert said.returncode == 2
    assert "no theorem is named 'no-such-theorem'" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_selection_without_rows_holds_nothing() -> None:
    assert specs("--only", "pfn-involution", "--method", "crosshair").returncode == 1


def test_json_has_its_keys() -> None:
    said = specs("--only", "pfn-involution", "--max-order", "3", "--json")
    report = json.loads(said.stdout)
    assert said.returncode == 0
    assert {"held", "seconds", "commit", "python", "solvers", "trusted", "theorems"} <= set(report)
    assert report["held"] is True
    assert report["trusted"] == list(TRUSTED)
    (only,) = report["theorems"]
    keys = "name says about method verdict paths obligations solvers rejects seconds assumptions"
    assert {*keys.split(), "supposes", "trust"} <= set(only)
    assert 0 < len(only["trust"]) < len(TRUSTED)
    assert only["verdict"] == HOLDS["z3"]
    assert len(only["solvers"]) == 2


def test_list_and_explain_decide_nothing() -> None:
    listed, explained = specs("--list"), specs("--explain", "canonical-form")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == NAMES
    assert "specs/theorems/core/free_area.py" in explained.stdout
    assert not explained.stderr


def test_a_run_ends_with_the_whole_trusted_base() -> None:
    said = specs("--only", "pfn-involution", "--max-order", "1").stdout
    assert all(f"  - {sentence}\n" in said for sentence in TRUSTED)
