"""What a row says for itself is whole, and is so: lines, sizes, sentences, what it rests on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from specs.command import main
from specs.exhaustive.small_zones import layouts
from specs.explain.facts import explained
from specs.explain.owed import in_general
from specs.explain.words import explanation
from specs.ledger.subject import running
from specs.ledger.theorem import Theorem
from specs.prover.method.row import Proof
from specs.run.decide import theorem
from specs.smtlib.collect import Collector
from specs.theorems import LEDGER
from specs.theorems.core.runs import Execution

ROOT = Path(__file__).parents[2]
PROVED = [row for row in LEDGER if isinstance(row.check, Proof)]
OF_PATHS = [row for row in LEDGER if isinstance(row.check, Proof | Execution) and row.check.operations]
each_row = pytest.mark.parametrize("row", LEDGER, ids=lambda row: row.name)
each_proof = pytest.mark.parametrize("row", PROVED, ids=lambda row: row.name)
each_of_paths = pytest.mark.parametrize("row", OF_PATHS, ids=lambda row: row.name)
KEYS = """name says about method verdict_if_it_holds assumptions rejects proof
domain assumes supposes trust decide export starts_from obligations code stated decided_by twins"""


@cache
def told(name: str) -> dict[str, Any]:
    return explained(theorem(name))


def line_at(place: str) -> str:
    path, _, number = place.partition(":")
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


@each_row
def test_every_row_explains_itself(row: Theorem) -> None:
    it = told(row.name)
    assert set(it) == set(KEYS.split())
    empty = {key for key, value in it.items() if not value} - {"assumptions", "assumes", "supposes", "export"}
    assert not empty
    assert all((it["starts_from"]["states"], it["obligations"]["says"], it["domain"]["pages"]))
    assert it["domain"]["max_orders"] or it["domain"]["sizes"]
    assert (it["domain"]["programs"] is not None) == (row.method == "hypothesis" or row.name == "typed-runs")
    assert json.loads(json.dumps(it)) == it


@each_row
def test_what_is_printed_is_all_that_json_has(row: Theorem) -> None:
    it, text = told(row.name), explanation(row)
    sentences = [row.says, it["starts_from"]["states"], *it["obligations"]["says"], *it["domain"]["sizes"]]
    sentences += [f"{each['name']}: {each['says']}" for each in it["starts_from"]["invariants"]]
    sentences += [place["at"] for place in (*it["code"], *it["decided_by"])] + [it["stated"]]
    sentences += [*it["supposes"], *it["trust"], *it["assumptions"], *it["rejects"], it["decide"]]
    assert all(sentence in text for sentence in sentences)
    assert it["export"] is None or it["export"] in text


@each_row
def test_the_lines_of_the_code_are_those_of_its_definitions(row: Theorem) -> None:
    places = told(row.name)["code"]
    assert [place["name"] for place in places] == list(row.about)
    for place in places:
        path, _, number = place["at"].partition(":")
        module, parts = path.removesuffix(".py").replace("/", "."), place["name"]
        inside = parts.removeprefix(module).split(".")[1:]
        assert parts.startswith(module)
        if not inside:
            assert number == "1"
            continue
        line = line_at(place["at"])
        assert re.match(rf"\s*(def|class) {inside[-1]}\b", line)
        above = (ROOT / path).read_text(encoding="utf-8").splitlines()[: int(number)]
        owners = [re.match(r"class (\w+)", each) for each in above if not each.startswith((" ", "@"))]
        named = [found.group(1) for found in owners if found]
        assert len(inside) == 1 + line.startswith(" ")
        assert len(inside) == 1 or named[-1] == inside[0]


@each_row
def test_the_lines_of_the_proof_are_those_of_its_functions_and_of_its_statement(row: Theorem) -> None:
    it = told(row.name)
    for place in it["decided_by"]:
        assert re.match(rf"\s*(def|class) {place['name']}\b", line_at(place["at"]))
    path, _, number = it["stated"].partition(":")
    stated = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1 :][:2]
    assert path == it["proof"]
    assert re.search(r"(Theorem|\w*_row)\($", stated[0])
    assert f'"{row.name}"' in stated[1]


@each_proof
def test_obligations_are_read_small_and_are_those_of_the_real_sizes(row: Theorem) -> None:
    assert isinstance(row.check, Proof)
    said = told(row.name)["obligations"]["says"]
    large = row.check.tops((10,))
    assert large == (10,)
    assert set(said) == {in_general(owed.says) for owed in row.check.owes(running(), large)}
    assert len(set(said)) == len(said)
    assert not [says for says in said if re.search(r"\b(orders?|list|type) \d", says)]


@pytest.mark.parametrize("name", ["pfn-parent", "free-exact", "take-refusal", "offline-exact"])
def test_what_is_exported_is_what_is_explained(name: str) -> None:
    collector, it = Collector(), told(name)
    collector.add(theorem(name), tuple(it["obligations"]["max_orders"]))
    claims = [
        *collector.collected.closed,
        *(one for many in collector.collected.files.values() for one in many),
    ]
    assert {in_general(claim.says) for claim in claims} == set(it["obligations"]["says"])
    assert it["export"] == f"python -m specs export proofs --only {name}"


def test_the_command_exports_the_row_and_no_other(tmp_path: Path) -> None:
    command = told("pfn-parent")["export"].split()
    assert command[:2] == ["python", "-m"]
    said = subprocess.run(
        [sys.executable, *command[1:], "--max-order", "1"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    index = json.loads((tmp_path / "proofs" / "index.json").read_text(encoding="utf-8"))
    assert set(index["theorems"]) == {"pfn-parent"}


@each_row
def test_only_what_solvers_decide_is_exported(row: Theorem) -> None:
    solved = row.method == "z3" or row.name == "paths-walked"
    assert (told(row.name)["export"] is not None) == solved
    assert not solved or "z3" in " ".join(told(row.name)["trust"])


@each_proof
def test_a_proof_is_for_every_top_order_or_for_that_of_a_real_zone(row: Theorem) -> None:
    of = told(row.name)["domain"]
    if row.domain is not None:
        assert of["pages"] in ("none", "below 2^52") or "numbers of pages" in of["pages"]
        return
    layers = any(name.startswith("verified_buddy.linux.") for name in row.about)
    assert of["max_orders"] == ([10] if layers else list(range(11)))
    assert of["pages"] == "below 2^52"


@each_of_paths
def test_a_row_about_calls_of_a_zone_starts_between_two_and_any_other_anywhere(row: Theorem) -> None:
    names = {each["name"] for each in told(row.name)["starts_from"]["invariants"]}
    assert isinstance(row.check, Proof | Execution)
    calls = any(name.startswith("Zone.") for name in row.check.names)
    at_rest = {"nothing_held", "one_type", "no_per_cpu"}
    assert names == {"labels", "rep", "coalesced", "contained", "uniform"} | (at_rest if calls else set())


def test_what_is_no_state_satisfies_no_invariant() -> None:
    for name in ("pfn-bridge", "pageblock-clauses", "definitions-confirmed", "arguments-confirmed"):
        starts = told(name)["starts_from"]
        assert starts == {"states": "nothing but arguments", "invariants": []}


def numbers(text: str) -> set[int]:
    found = re.findall(r"(\d+)(?:\.\.(\d+))?", text)
    return {number for low, high in found for number in range(int(low), int(high or low) + 1)}


def test_the_sizes_of_the_small_zones_are_those_that_are_walked() -> None:
    of = told("zone-small-states")["domain"]
    assert of["max_orders"] == [0, 1, 2, 3]
    for max_order, says in zip(of["max_orders"], of["sizes"], strict=True):
        top, _, rest = says.partition(": ")
        one, two = rest.split(" in one range, ")
        walked: dict[int, set[int]] = {1: set(), 2: set()}
        for ranges in layouts(max_order):
            walked[len(ranges)].add(sum(end - start for start, end in ranges))
        assert top == f"max_order {max_order}"
        assert (numbers(one), numbers(two.removesuffix(" in two"))) == (walked[1], walked[2])


def test_no_fewer_programs_run_than_are_told() -> None:
    row = theorem("free-area-machine")
    assert row.check(running(), (2,)).paths >= told(row.name)["domain"]["programs"]
    assert told("typed-runs")["domain"]["programs"] == 2 * 7


@pytest.mark.parametrize("name", ["take-refusal", "totality", "tiny-zone-confirmed", "typed-runs"])
def test_the_command_line_says_the_same(name: str) -> None:
    said = CliRunner().invoke(main, ["--explain", name, "--json"])
    assert said.exit_code == 0
    assert json.loads(said.stdout) == told(name)
    assert CliRunner().invoke(main, ["--explain", name]).stdout == f"{explanation(theorem(name))}\n"


def test_the_list_has_what_needs_no_look_at_paths() -> None:
    listed = json.loads(CliRunner().invoke(main, ["--list", "--json"]).stdout)
    assert [each["name"] for each in listed] == [row.name for row in LEDGER]
    for each in listed:
        assert each.items() <= told(each["name"]).items()
        assert {"domain", "assumes", "trust", "export", *KEYS.splitlines()[0].split()} <= set(each)


def test_an_unknown_name_is_one_line() -> None:
    said = CliRunner().invoke(main, ["--explain", "no-such-theorem"])
    assert said.exit_code == 2
    assert said.stderr.endswith("no theorem is named 'no-such-theorem'; --list shows them all\n")
