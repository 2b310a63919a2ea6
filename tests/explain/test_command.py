"""``verified-buddy explain``: what it prints, exit statuses, and errors in a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verified_buddy.cli import main
from verified_buddy.diagnose.words import BECAUSE
from verified_buddy.explain.rules import RULES
from verified_buddy.explain.theorems import theorems
from verified_buddy.explain.things import things

ROOT = Path(__file__).parents[2]
NAMES = [each.name for each in things()]


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


def test_a_name_stands_for_one_thing() -> None:
    assert len({*NAMES}) == len(NAMES) == len(RULES) + len(BECAUSE) + len(theorems())


def test_every_name_is_explained_in_words_and_as_an_object() -> None:
    for each in things():
        found, told = explain(each.name), explain(each.name, "--json")
        assert (found.exit_code, found.stderr, told.exit_code) == (0, "", 0)
        assert found.stdout.startswith(f"{each.name} ({each.kind})\n  {each.says}\n")
        it = json.loads(told.stdout)
        assert (it["name"], it["kind"], it["says"]) == tuple(each)
        assert it.get("theorem", each.name) in theorems() or each.kind == "theorem"
        assert it.get("example") or it["helps"]


def test_without_a_name_all_are_listed() -> None:
    assert [line.split()[1] for line in explain().stdout.splitlines()] == NAMES
    assert [json.loads(line)["name"] for line in explain("--json").stdout.splitlines()] == NAMES


@pytest.mark.parametrize(
    ("name", "meant"),
    [("overlp", "did you mean overlap"), ("watermrk-exact", "watermark-exact"), ("steal", "steal-exact")],
)
def test_an_unknown_name_is_one_line_with_those_that_are_near(name: str, meant: str) -> None:
    found = explain(name)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith(f"verified-buddy: nothing is named {name}")
    assert meant in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["zzz", "", "a\nb\x1b[31m", "x" * 5000])
def test_whatever_is_asked_for_the_answer_is_one_line(name: str) -> None:
    found = explain(name)
    assert (found.exit_code, found.stdout) == (2, "")
    assert len(found.stderr.splitlines()) == 1
    assert "\x1b" not in found.stderr
    assert len(found.stderr) < 300


def test_it_needs_no_prover() -> None:
    asks = (
        "import sys; from click.testing import CliRunner; from verified_buddy.cli import main;"
        "CliRunner().invoke(main, ['explain', 'watermark-exact']);"
        "print([name for name in ('z3', 'crosshair', 'hypothesis', 'specs') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
