"""``verified-buddy diagnose``: what it prints, exit statuses, and errors in a line."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.diagnose.failure_reports import FAILURES, MORE, REPORTS, ROOT, STATES, Expected, diagnose, expected

SIX = FAILURES / "13-6.8.0-rc3.txt"
STATUSES = {row.path: row.status for row in expected(MORE)}
KEYS = {
    *("node", "name", "free", "usable", "needed", "margin", "verdict", "would_pass_without", "blocks", "rule")
}


@pytest.mark.parametrize("path", STATUSES, ids=lambda path: path.stem)
def test_the_status_is_0_if_the_figures_explain_the_failure_and_else_1(path: Path) -> None:
    found = diagnose(str(path), "--json")
    told = json.loads(found.stdout)
    assert found.exit_code == STATUSES[path] == bool(told["undetermined"])
    assert found.stderr == ""


@pytest.mark.parametrize("name", ["09-5.0.10", "34-3.10.0-no-request"])
def test_what_is_not_determined_is_not_guessed(name: str) -> None:
    (path,) = [path for path in REPORTS if path.stem == name]
    assert diagnose(str(path)).exit_code == 1


def test_the_objects_have_the_keys_that_are_promised() -> None:
    found = diagnose(*map(str, (SIX, FAILURES / "16-trap-6.15-vmalloc.txt")), "--json")
    first, second = map(json.loads, found.stdout.splitlines())
    assert {"kernel", "request", "zones", "answer", "undetermined"} <= {*first}
    assert first["request"] == {
        "order": 4,
        "gfp": 0x40C00,
        "flags": "GFP_NOIO|__GFP_COMP",
        "migratetype": "unmovable",
    }
    for zone in first["zones"]:
        assert {*zone} >= KEYS
        assert zone["margin"] == zone["usable"] - zone["needed"]
    assert second["request"] is None
    assert {zone["verdict"] for zone in second["zones"]} == {"not-eligible"}
    assert "Not the page allocator" in second["answer"]


def test_a_log_is_read_from_a_pipe_and_unzipped(tmp_path: Path) -> None:
    text = SIX.read_bytes()
    zipped = tmp_path / "dmesg.gz"
    zipped.write_bytes(gzip.compress(text))
    shown = diagnose(str(SIX)).stdout.partition(" order 4")[2]
    assert shown
    assert diagnose("-", given=text).stdout.partition(" order 4")[2] == shown
    assert diagnose(str(zipped)).stdout.partition(" order 4")[2] == shown


def test_a_directory_stands_for_its_files() -> None:
    path = next(path for path in STATES if (path / "zoneinfo").exists())
    names = [str(path / name) for name in ("buddyinfo", "pagetypeinfo", "zoneinfo")]
    options = ("--order", "9", "--json", "--kernel", "6.1.192")
    whole, parts = (json.loads(diagnose(*given, *options).stdout) for given in ([str(path)], names))
    assert whole["zones"] == parts["zones"]
    assert len(whole["zones"]) == 2


def test_a_request_for_another_node_has_no_zone_here() -> None:
    path = next(path for path in STATES if (path / "zoneinfo").exists())
    told = json.loads(diagnose(str(path), "--node", "1", "--json").stdout)
    assert {zone["verdict"] for zone in told["zones"]} == {"not-eligible"}


def test_the_request_for_a_state_may_be_a_name_or_a_number() -> None:
    path = str(next(path for path in STATES if (path / "zoneinfo").exists()))
    options = ("--json", "--order", "2", "--gfp")
    told = [json.loads(diagnose(path, *options, flags).stdout) for flags in ("GFP_DMA,GFP_NOWAIT", "0x801")]
    assert told[0]["zones"] == told[1]["zones"]
    assert [zone["verdict"] for zone in told[0]["zones"] if zone["name"] == "DMA32"] == ["not-eligible"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: No such file or directory"),
        (["README.md"], "README.md: no report of a failed request is in it"),
        (["tests"], "tests: a directory without buddyinfo"),
        (["--gfp", "GFP_NOSUCH"], "--gfp GFP_NOSUCH: not the flags of any request"),
        (["--gfp", "0x5"], "not the flags of any request"),
        (["--kernel", "six"], "--kernel six: not a version"),
    ],
)
def test_bad_input_is_one_clear_line_and_2(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "verified_buddy", "diagnose", *arguments]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert said in found.stderr
    assert (
        len([line for line in found.stderr.splitlines() if "rror" in line or "verified-buddy:" in line]) == 1
    )


def test_of_several_files_those_that_can_be_judged_are() -> None:
    found = diagnose(str(SIX), "nowhere", "--json")
    assert found.exit_code == 2
    assert len(found.stdout.splitlines()) == 1
    assert found.stderr == "verified-buddy: nowhere: No such file or directory\n"


def rows() -> list[Expected]:
    return [*expected(FAILURES), *expected(MORE)]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.path.stem} {row.zone}")
def test_people_are_told_the_margin_of_each_zone(row: Expected) -> None:
    shown = diagnose(str(row.path)).stdout
    line = next(line for line in shown.splitlines() if line.startswith(f"{row.zone} "))
    assert row.verdict in line
    if row.margin is not None:
        assert f"{row.margin:+d}" in line
