"""What is proved can be taken away and checked again: the same bytes, three solvers, no file untouched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import z3
from click.testing import CliRunner, Result

from specs.command import main
from specs.ledger.subject import running
from specs.prover.method.solve import Solvers
from specs.prover.method.walks import walks
from specs.prover.method.witness import Witnesses
from specs.prover.models import CORE
from specs.run.decide import theorem
from specs.smtlib.answers import check_files, listed
from specs.smtlib.collect import NAMES, Collector
from specs.smtlib.solvers import SOLVERS
from specs.smtlib.statement import Vacuous, statement

ROOT = Path(__file__).parents[2]
CHOSEN = ("--only", "free-exact", "--only", "policy-init", "--only", "paths-walked", "--max-order", "1")


def export(directory: Path, seed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specs", "export", str(directory), *CHOSEN, "--json", "--jobs", "2"]
    environment = {"PYTHONHASHSEED": seed, "PATH": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("export") / "once"
    said = export(directory, "1")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["files"] == len(list((directory / "obligations").iterdir()))
    return directory


@pytest.fixture
def copy(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "copy"))


def index(directory: Path) -> dict[str, Any]:
    found = json.loads((directory / "index.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def test_two_exports_are_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    export(tmp_path / "again", "2")
    assert contents(tmp_path / "again") == contents(exported)


def test_three_solvers_agree_on_every_file_with_the_goal_and_without(exported: Path) -> None:
    said = run("recheck", exported, "--json", "--jobs", "2")
    report = json.loads(said.stdout)
    assert said.exit_code == 0
    assert set(report["solvers"]) == {"z3", "bitwuzla", "cvc5"}
    assert report["files"] == report["unsat"] == report["sat_without_goal"] == len(index(exported)["files"])
    assert report["failures"] == []


def test_the_index_has_its_keys(exported: Path) -> None:
    found = index(exported)
    assert {"format", "version", "commit", "proved_by", "max_orders", "theorems", "files", "closed"} == set(
        found
    )
    for file in found["files"]:
        assert {"file", "sha256", "hypotheses", "impossible", "obligations", "claims"} == set(file)
        keys = {"theorem", "function", "order", "max_order", "to_tail", "path", "says"}
        assert all(set(claim) == keys for claim in file["claims"])
    counted = sum(file["obligations"] for file in found["files"]) + len(found["closed"])
    assert counted == sum(found["theorems"].values())


def test_what_rests_on_an_impossible_path_has_no_file_of_its_own(exported: Path) -> None:
    files = [file for file in index(exported)["files"] if file["impossible"]]
    assert {claim["path"] for file in files for claim in file["claims"]} == {
        "answers nnn, then ValueError",
        "answers nynn, then ValueError",
    }
    assert {claim["theorem"] for file in files for claim in file["claims"]} == {"policy-init", "paths-walked"}


def test_every_command_is_a_line_and_the_goal_is_the_last_assertion(exported: Path) -> None:
    for path in (exported / "obligations").iterdir():
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(";")]
        assert all(line.startswith("(") and line.endswith(")") for line in lines)
        assert lines[0] == "(set-info :smt-lib-version 2.6)"
        assert lines[1] == "(set-logic QF_UFBV)"
        assert lines[-3].endswith(":named goal))")
        assert lines[-2:] == ["(check-sat)", "(exit)"]


def test_the_loop_of_the_guide_names_no_file(exported: Path) -> None:
    guide = (exported / "README.md").read_text(encoding="utf-8")
    loop = next(line for line in guide.splitlines() if line.startswith("for f in"))
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    said = subprocess.run(
        ["sh", "-c", loop], cwd=exported, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_command_of_the_readme_names_no_file(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line for line in readme.splitlines() if "specs export" in line and "for f in" in line)
    own = command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    small = own.replace("export proofs", "export proofs --only pfn-parent --max-order 1")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        ["sh", "-c", small], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert said.stderr == ""
    assert said.stdout.splitlines()[1:] == []
    assert list((tmp_path / "proofs" / "obligations").iterdir())


def test_a_directory_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    said = run("export", tmp_path, *CHOSEN)
    assert said.exit_code == 2
    assert said.stderr == f"Error: {tmp_path} is not empty\n"
    assert contents(tmp_path) == {"notes": b"mine"}


def test_what_solvers_do_not_decide_is_not_exported(tmp_path: Path) -> None:
    said = run("export", tmp_path / "none", "--only", "zone-machine")
    assert said.exit_code == 2
    assert not (tmp_path / "none").exists()


def changed(directory: Path, old: bytes, new: bytes, *, indexed: bool) -> str:
    """Replace text in the first file that has it; the index may be changed along."""
    name, content = next((name, text) for name, text in sorted(contents(directory).items()) if old in text)
    (directory / name).write_bytes(content.replace(old, new))
    if indexed:
        digests = (sha256(content).hexdigest(), sha256(content.replace(old, new)).hexdigest())
        text = (directory / "index.json").read_text(encoding="utf-8").replace(*digests)
        (directory / "index.json").write_text(text, encoding="utf-8")
    return name


GOAL = b"(assert (! (not "


@pytest.mark.parametrize("new", [b"(assert (! (or true ", b"(assert (!", b"\xff\0\x01"])
def test_a_file_that_was_changed_is_named(copy: Path, new: bytes) -> None:
    name = changed(copy, GOAL, new, indexed=False)
    said = run("recheck", copy, "--solver", "bitwuzla", "--jobs", "2")
    assert said.exit_code == 1
    complaints = [line for line in said.stdout.splitlines() if line.startswith("obligations/")]
    assert len(complaints) == 1
    assert complaints[0].startswith(f"{name}: it is not the file that was exported")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b":named goal", b":named gaol", "0 of its assertions are named goal"),
        (b"(check-sat)\n(exit)", b"(assert false)\n(check-sat)\n(exit)", "says without goal: unsat"),
        (b"(check-sat)", b"(check-sat", "cannot be read"),
    ],
)
def test_solvers_name_a_file_whose_digest_was_changed_along(
    copy: Path, old: bytes, new: bytes, says: str
) -> None:
    name = changed(copy, old, new, indexed=True)
    report = check_files(copy, [(name, listed(copy)[name])], list(SOLVERS))
    ((only),) = report.failures
    assert only["file"] == name
    assert says in only["says"]
    assert "\n" not in only["says"]


def test_a_goal_that_does_not_follow_is_named(copy: Path) -> None:
    name = next(file["file"] for file in index(copy)["files"] if not file["impossible"])
    lines = (copy / name).read_text(encoding="utf-8").splitlines(keepends=True)
    goal = next(line for line in lines if line.rstrip().endswith(":named goal))"))
    changed(copy, goal.encode(), b"(assert (! true :named goal))\n", indexed=True)
    report = check_files(copy, [(name, listed(copy)[name])], list(SOLVERS))
    (only,) = report.failures
    assert only == {"file": name, "says": "; ".join(f"{solver} says: sat" for solver in SOLVERS)}


def test_missing_and_additional_files_are_named(copy: Path) -> None:
    gone = index(copy)["files"][0]["file"]
    (copy / gone).rename(copy / "obligations" / "new.smt2")
    said = run("recheck", copy, "--json", "--solver", "bitwuzla")
    assert said.exit_code == 1
    assert {failure["file"] for failure in json.loads(said.stdout)["failures"]} == {
        gone,
        "obligations/new.smt2",
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "verified-buddy-obligations", "files": [{}]}'])
def test_a_directory_without_an_index_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    said = run("recheck", tmp_path)
    assert said.exit_code == 2
    assert said.stderr == f"Error: {tmp_path / 'index.json'} is no index of exported obligations\n"


def test_hypotheses_that_contradict_each_other_are_no_statement() -> None:
    walk = next(walk for walk in walks(running(), CORE["take"], 1) if walk.path.result is True)
    page = z3.BitVec("p", 64)
    owed = walk.world.owed("made-up", page == 0, "made up")
    contradiction = [page == 1, page == 2]
    with pytest.raises(Vacuous):
        statement(walk, owed, contradiction, Witnesses())
    with pytest.raises(Vacuous):
        statement(None, owed, contradiction, Witnesses())


def test_a_proof_from_a_contradiction_is_vacuous() -> None:
    walk = next(walk for walk in walks(running(), CORE["take"], 1) if walk.path.result is True)
    page = z3.BitVec("p", 64)
    walk.world.extra += [page == 1, page == 2]
    try:
        owed = walk.world.owed("made-up", page == 3, "made up")
    finally:
        del walk.world.extra[-2:]
    assert Solvers().decide(owed).verdict == "vacuous"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_of_every_row_a_file_can_be_taken_away(name: str) -> None:
    """At the top order of a real zone; a row may owe nothing but what is literally true."""
    collector = Collector()
    collector.add(theorem(name), (1,) if name == "paths-walked" else (10,), most=1)
    assert collector.collected.files or collector.collected.closed
    for text in collector.collected.files:
        solver = z3.Solver()
        solver.from_string(text)
        assert solver.check() == z3.unsat
        without = z3.Solver()
        without.from_string("\n".join(line for line in text.splitlines() if ":named goal" not in line))
        assert without.check() == z3.sat


@pytest.mark.slow
def test_a_path_that_only_the_answers_of_its_calls_exclude_is_exported_as_impossible(tmp_path: Path) -> None:
    """A request that finds nothing after its steal: no decision of the path itself is why."""
    chosen = ("--only", "fallback-refusal", "--max-order", "3")
    said = run("export", tmp_path / "made", *chosen, "--json", "--jobs", "1")
    assert said.exit_code == 0, said.stderr
    assert json.loads(said.stdout)["impossible"] > 0
    said = run("recheck", tmp_path / "made", "--jobs", "2")
    assert said.exit_code == 0, said.stdout
