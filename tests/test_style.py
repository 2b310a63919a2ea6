"""Rules of style that matter are tests: lint, types, import direction, no machine's paths."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path for part in ("verified_buddy", "specs", "tests") for path in (ROOT / part).rglob("*.py")
)
CORE = ("errors", "pfn", "free_area", "buddy", "spans", "zone")


def imported(path: Path) -> set[str]:
    """The top-level names of everything that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize(
    "command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join
)
def test_the_tool_has_nothing_to_say(command: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("name", CORE)
def test_the_core_imports_no_third_party(name: str) -> None:
    known = {*sys.stdlib_module_names, "verified_buddy"}
    assert imported(ROOT / "verified_buddy" / f"{name}.py") <= known


def test_the_oracle_needs_no_prover() -> None:
    allowed = {*sys.stdlib_module_names, "verified_buddy", "click", "msgspec", "rich"}
    for path in (ROOT / "verified_buddy").glob("*.py"):
        assert imported(path) <= allowed, path


def test_no_file_is_far_beyond_the_cap() -> None:
    long = [path.name for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    assert not long


def test_the_readme_commands_are_what_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert "-m specs" in commands[0]
    assert "-m pytest" in commands[1]
    assert "'^python3 -m venv .*pytest'" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
