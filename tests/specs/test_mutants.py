"""The mutants: always the same ones, each a change of what runs, and the proofs notice them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from specs.ledger.forks import forked
from specs.ledger.subject import Twin, source_of
from specs.mutants.command import print_matrix
from specs.mutants.equivalents import EQUIVALENT
from specs.mutants.judge import Judged, judge
from specs.mutants.matrix import Matrix, named
from specs.mutants.survey import PROOFS
from specs.mutants.systematic import MODULES, WORDED, Mutant, mutants
from specs.run.decide import theorem
from specs.run.methods import by_method, strongest
from specs.run.readme import MATRIX, score
from specs.theorems import LEDGER
from specs.twins import TWINS

ROOT = Path(__file__).parents[2]
SAMPLE = 24


def specs(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specs", "mutants", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def matrix() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MATRIX.read_text(encoding="utf-8"))
    return found


def test_there_are_hundreds_and_no_two_are_alike() -> None:
    found = mutants()
    assert len(found) >= 400
    assert len({mutant.name for mutant in (*found, *named())}) == len(found) + len(named())
    assert len({mutant.twin.patched(source_of(mutant.twin.module)) for mutant in found}) == len(found)


@pytest.mark.parametrize("module", MODULES)
def test_every_mutant_is_another_program(module: str) -> None:
    text = source_of(module)
    original = ast.dump(ast.parse(text))
    for mutant in mutants():
        if mutant.twin.module == module:
            assert ast.dump(ast.parse(mutant.twin.patched(text))) != original, mutant.name


def test_every_function_of_the_core_has_mutants() -> None:
    for module in MODULES:
        changed = {mutant.function for mutant in mutants()}
        for node in ast.walk(ast.parse(source_of(module))):
            if isinstance(node, ast.FunctionDef) and node.name not in WORDED:
                assert any(name.startswith(f"{module}.") and name.endswith(node.name) for name in changed)


def test_docstrings_annotations_and_wording_are_left_alone() -> None:
    for mutant in mutants():
        line = source_of(mutant.twin.module).splitlines()[mutant.line - 1]
        assert '"""' not in line
        assert "post:" not in line


def test_a_twin_is_judged_by_the_rows_that_reach_what_it_changes() -> None:
    functions = {mutant.twin.name: mutant.function for mutant in named()}
    assert functions["merge-at-the-top"] == "buddy.free_one_page"
    assert functions["alloc-forgets"] == "zone.Zone.alloc"
    assert functions["no-order-32"] == "pfn.ORDERS"


def test_each_equivalent_is_a_mutant_and_has_a_reason() -> None:
    assert set(EQUIVALENT) <= {mutant.name for mutant in mutants()}
    assert all(len(reason) > 20 for reason in EQUIVALENT.values())


def test_a_mutant_is_killed_by_the_first_row_that_rejects_it_and_with_a_story() -> None:
    rows = tuple(theorem(name) for name in ("pfn-bridge", "free-exact", "maximal-merging"))
    judged = judge(TWINS["merge-keeps-the-block"], rows, full=False)
    assert judged.killed_by == ("free-exact",)
    assert judged.tried == 2
    assert "free_one_page" in judged.story
    everything = judge(TWINS["merge-stops-early"], rows, full=True)
    assert everything.killed_by == ("maximal-merging",)
    assert everything.tried == 3


def test_what_is_no_bug_survives() -> None:
    harmless = Twin("the same", "buddy", "while low < high:", "while high > low:")
    judged = judge(harmless, (theorem("alloc-exact"), theorem("policy-alloc")), full=False)
    assert not judged.killed
    assert not judged.undecided


def test_a_survivor_and_a_killed_equivalent_are_told() -> None:
    name = next(iter(EQUIVALENT))
    twin = Twin("made up", "buddy", "", "")
    matrix = Matrix([Mutant(twin, "buddy.take", "ours", 1)])
    matrix.judged = {
        "made up": Judged("made up", (), (), 1, 0.0, ""),
        name: Judged(name, ("alloc-exact",), (), 1, 0.0, ""),
    }
    assert matrix.survivors == ["made up"]
    assert matrix.misjudged == [name]


def test_a_child_that_dies_or_hangs_has_no_result() -> None:
    def dies() -> int:
        raise SystemExit(3)

    def hangs() -> int:
        while True:
            pass

    results = {result.task: result.done for result in forked([dies, hangs, lambda: 7], 2, 0.5)}
    assert results == {0: None, 1: None, 2: 7}


@pytest.mark.slow
def test_a_sample_of_the_mutants_is_killed_without_a_test() -> None:
    said = specs("--sample", str(SAMPLE), "--json")
    report = json.loads(said.stdout)
    assert said.returncode == 0
    assert report["survivors"] == []
    assert 0 < report["mutants"] <= SAMPLE
    assert report["killed"] + report["equivalent"] == report["mutants"]
    assert sum(report["killed_by_method"].values()) == report["killed"]
    assert not said.stderr


def test_an_unknown_name_is_one_line() -> None:
    said = specs("--only", "no such mutant")
    assert said.returncode == 2
    assert "no mutant's name has that text" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_committed_matrix_is_of_this_code(matrix: dict[str, Any]) -> None:
    names = [mutant.name for mutant in (*named(), *mutants())]
    assert [row["name"] for row in matrix["matrix"]] == names
    assert set(matrix["theorems"]) == {row.name for row in PROOFS}
    assert matrix["full"]


def test_nothing_survives(matrix: dict[str, Any]) -> None:
    assert matrix["survivors"] == []
    assert matrix["misjudged"] == []
    assert matrix["killed"] + matrix["equivalent"] == matrix["mutants"]


def test_the_readme_has_the_score(matrix: dict[str, Any]) -> None:
    assert score() in (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(len(line) <= 110 for line in score().splitlines())


def test_each_kill_of_the_matrix_counts_under_the_strongest_of_its_methods(matrix: dict[str, Any]) -> None:
    methods = {row.name: row.method for row in LEDGER}
    left = [{methods[name] for name in row["killed_by"]} for row in matrix["matrix"] if row["killed_by"]]
    for method, count in matrix["killed_by_method"].items():
        assert count == sum(method in killers for killers in left)
        left = [killers for killers in left if method not in killers]
    assert not left
    assert list(matrix["killed_by_method"]) == ["z3", "crosshair", "exhaustive", "execution"]
    assert sum(matrix["killed_by_method"].values()) == matrix["killed"]


def test_the_score_has_a_count_for_each_method(matrix: dict[str, Any]) -> None:
    counts = matrix["killed_by_method"]
    said = " ".join(score().split())
    assert f"**{matrix['killed']} of {matrix['mutants'] - matrix['equivalent']}**" in said
    assert f"{counts['z3']} by Z3 for every memory size" in said
    assert f"{counts['crosshair']} by CrossHair" in said
    assert f"{counts['exhaustive']} in every small state" in said
    assert f"{counts['execution']} by execution" in said
    assert "proof alone" not in said


@pytest.mark.parametrize(
    ("killed_by", "method"),
    [
        (("zone-small-states", "conservation", "alloc-exact", "tiny-zone-confirmed"), "z3"),
        (("zone-small-states", "tiny-zone-confirmed"), "crosshair"),
        (("large-orders", "fresh-zone"), "exhaustive"),
        (("large-orders",), "execution"),
        (("a-row-that-is-gone",), None),
        ((), None),
    ],
)
def test_what_several_methods_reject_counts_under_the_strongest(
    killed_by: tuple[str, ...], method: str | None
) -> None:
    assert strongest(killed_by) == method
    assert [name for name, count in by_method([killed_by]).items() if count] == [method] * (
        method is not None
    )


@pytest.mark.parametrize(
    ("full", "ends"),
    [(False, "method of the first theorem that rejects it."), (True, "strongest method that rejects it.")],
)
def test_a_run_says_how_many_each_method_rejected(
    full: bool, ends: str, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = Matrix([])
    for name, killed_by in (("one", ("alloc-exact",)), ("two", ("zone-small-states",)), ("three", ())):
        matrix.judged[name] = Judged(name, killed_by, (), 1, 0.0, "")
    print_matrix(matrix, full, 1.5)
    said = capsys.readouterr().out
    assert "3 mutants in 1.5 s: 2 rejected, 0 equivalent, 1 survive." in said
    assert "Rejected 1 by Z3 for every memory size, 0 by CrossHair over all paths, 1 in every small" in said
    assert said.endswith(f"{ends}\n")
