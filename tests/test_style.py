"""Rules of style that matter are tests: lint, types, names, which way imports run, how long a file is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from specs.ledger.subject import ROOMS
from specs.twins import PARTS
from tests.house import (
    CORE,
    FACE,
    FLOORS,
    NAMED_AFTER,
    PROVER,
    ROOT,
    SOURCES,
    TREES,
    Import,
    circles,
    imports,
    inner,
    listed_in_vain,
    misnamed,
    module_at,
    upward,
)

OURS = {*sys.stdlib_module_names, "verified_buddy"}
DEPENDENCIES = {"click", "msgspec", "rich"}
OPTIONAL = {
    "verified_buddy.conform.examples": "hypothesis",  # pip install '.[conform]'
    "verified_buddy.conform.fixtures": "pytest",  # a plugin for it
    "verified_buddy.conform.machine": "hypothesis",  # pip install '.[conform]'
}
WRITTEN = (".c", ".css", ".h", ".j2", ".py")
LONG = {
    "tests/data/kernel-toy/mm/page_alloc.c": "a kernel has these functions in one file, too",
    "tests/peers/lists.c": "one allocator, with each bug of a long list where it would stand",
}
IN_PROVER = tuple(each for each in inner() if all(name.startswith("specs.prover.") for name in each))


@pytest.mark.parametrize(
    "command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join
)
def test_the_tool_has_nothing_to_say(command: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_core_imports_no_third_party() -> None:
    foreign = [str(each) for each in imports() if each.importer in CORE and top(each.imported) not in OURS]
    assert not foreign


def test_the_oracle_needs_no_prover() -> None:
    allowed = OURS | DEPENDENCIES
    foreign = [
        str(each)
        for each in imports()
        if top(each.importer) == "verified_buddy"
        if top(each.imported) not in allowed | {OPTIONAL.get(each.importer)}
    ]
    assert not foreign


def test_imports_run_downward() -> None:
    assert not upward(tuple(each for each in inner() if each not in IN_PROVER), FLOORS)


def test_the_provers_method_knows_no_layer() -> None:
    assert not upward(IN_PROVER, PROVER)


def test_no_imports_go_in_a_circle() -> None:
    assert not circles(inner())


def test_an_upward_arrow_and_a_circle_would_be_told() -> None:
    up = Import("verified_buddy.zone", "verified_buddy.linux.pcp")
    beside = Import("verified_buddy.replay.final", "verified_buddy.conform.peer")
    down = Import("verified_buddy.linux.pcp", "verified_buddy.zone")
    assert upward((up, beside, down), FLOORS) == [
        "verified_buddy.zone imports verified_buddy.linux.pcp, which is above it",
        "verified_buddy.replay.final imports verified_buddy.conform.peer, which is beside it",
    ]
    assert circles((up, beside)) == []
    assert circles((up, beside, down)) == [
        "verified_buddy.zone <- verified_buddy.linux.pcp <- verified_buddy.zone"
    ]


def test_nothing_inside_the_package_imports_its_face() -> None:
    inside = [each for each in inner() if top(each.importer) == FACE and each.imported == FACE]
    assert not list(map(str, inside))


@pytest.mark.parametrize("folder", sorted(NAMED_AFTER))
def test_one_thing_has_one_name_in_all_trees(folder: str) -> None:
    assert not misnamed(folder)


def test_the_list_of_what_cuts_across_is_short_and_true() -> None:
    assert not listed_in_vain()


def test_every_folder_of_rows_twins_and_tests_is_in_the_plan() -> None:
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for path in SOURCES
        if path.relative_to(ROOT).parts[:2] in (("specs", "theorems"), ("specs", "twins"))
        or path.relative_to(ROOT).parts[0] == "tests"
    }
    assert folders - {"tests/bench"} == {*NAMED_AFTER}


def test_a_twin_stands_under_the_name_of_the_module_that_it_breaks() -> None:
    for part in PARTS:
        name = part.__name__.rpartition(".")[2]
        for twin in part.TWINS:
            parts = twin.module.split(".")
            parts = parts[1:] if parts[0] in ROOMS else parts
            breaks = "pfn" if parts == ["definitions"] else parts[0]
            assert name == breaks or name.startswith(f"{breaks}_"), f"{twin.name} breaks {twin.module}"


def test_a_package_says_in_one_sentence_what_is_in_it() -> None:
    for path in SOURCES:
        if path.name == "__init__.py":
            said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            first, _, rest = said.partition("\n\n")
            assert re.fullmatch(r"[^\n]+\.", first), path
            assert not re.search(r"[.?!] ", first), path
            assert not rest or module_at(path) == FACE, path


def test_no_file_is_far_beyond_the_cap() -> None:
    long = [
        path.relative_to(ROOT).as_posix()
        for tree in TREES
        for path in sorted((ROOT / tree).rglob("*"))
        if path.suffix in WRITTEN and len(path.read_text(encoding="utf-8").splitlines()) > 300
    ]
    assert long == list(LONG)


def test_the_readme_commands_are_what_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert "-m specs" in commands[0]
    assert "-m pytest" in commands[1]
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "'^python3 -m venv .*pytest'" in ci
    assert "\n.venv/bin/python -m pytest -m slow -n auto --dist worksteal\n" in ci


def test_the_verification_run_is_part_of_every_test_run() -> None:
    run = (ROOT / "tests" / "specs" / "test_verification.py").read_text(encoding="utf-8")
    assert "slow" not in run


def top(module: str) -> str:
    """The package that a module is part of."""
    return module.partition(".")[0]
