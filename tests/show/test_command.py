"""``verified-buddy show``: sixty columns, JSON beside text, files whole or not at all, errors in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verified_buddy.cli import main

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/linux-6.1"
START, END = DATA / "small.fl.start.gz", DATA / "small.fl.end.gz"
PEER = ROOT / "tests/data/peers/shihongzhi.G1.geo.1.jsonl.gz"
PART = DATA / "full2-line466881.trace.txt.gz"
LISTS = DATA / "full2-line466881.fl.start.gz"
SHOWN: list[list[str | Path]] = [
    [START],
    [DATA / "req4compact.fl.end.gz"],
    [PEER, "--event", "32"],
    [PART],
    [PART, "--snapshot", LISTS],
    ["--memory", "64 GiB, 4 nodes"],
    ["--memory", DATA / "small.dmesg"],
    [START, "--diff", END],
    [PART, "--snapshot", LISTS, "--diff", LISTS],
]


def show(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["show", *map(str, arguments)])


@pytest.mark.parametrize(
    "arguments", SHOWN, ids=lambda arguments: " ".join(Path(each).name for each in arguments)
)
def test_nothing_is_wider_than_sixty_columns_and_json_says_it_too(arguments: list[str | Path]) -> None:
    found = show(*arguments)
    assert (found.exit_code, found.stderr) == (0, "")
    assert max(map(len, found.stdout.splitlines())) <= 60
    assert found.stdout.isascii()
    told = json.loads(show(*arguments, "--json").stdout)
    assert [zone["name"] for zone in told["zones"]]
    assert all(len(zone["map"]["cells"]) <= 256 for zone in told["zones"])


def test_pages_and_rows_look_nearer() -> None:
    told = json.loads(show(PEER, "--event", "32", "--pages", "0:0x40", "--json").stdout)
    (zone,) = told["zones"]
    assert (zone["end"], zone["map"]["cell_pages"], zone["pages"]["free"]) == (64, 1, 17)
    assert len(json.loads(show(PEER, "--rows", "1", "--json").stdout)["zones"][0]["map"]["cells"]) <= 16


def test_colour_is_for_terminals_alone() -> None:
    coloured = CliRunner().invoke(main, ["show", str(START)], color=True)
    assert "\x1b" not in coloured.stdout


@pytest.mark.parametrize("option", ["--svg", "--html"])
def test_a_file_is_replaced_whole_or_left_as_it_is(option: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("before", encoding="utf-8")
    assert show(tmp_path / "nowhere", option, out).exit_code == 2
    assert out.read_text(encoding="utf-8") == "before"
    assert show(PEER, option, out).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<")
    assert [*tmp_path.iterdir()] == [out]


@pytest.mark.parametrize("option", ["--svg", "--html"])
def test_what_cannot_be_written_is_one_line(option: str, tmp_path: Path) -> None:
    found = show(PEER, option, tmp_path / "nowhere" / "out")
    assert found.exit_code == 2
    assert found.stderr == f"verified-buddy: {tmp_path}/nowhere/out: No such file or directory\n"


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    found = show(PEER, "--html", "/dev/full")
    assert (found.exit_code, found.stderr) == (2, "verified-buddy: /dev/full: No space left on device\n")


WRONG: dict[str, list[str | Path]] = {
    "give a FILE, or --memory MACHINE": [],
    "--event is about a trace": ["--memory", "1 GiB", "--event", "3"],
    "--svg goes without it": [PEER, "--html", "a", "--svg", "b"],
    "--zoneinfo goes with --snapshot": [PEER, "--zoneinfo", "a"],
    "not two numbers": [PEER, "--pages", "1-2"],
    "the smaller one": [PEER, "--pages", "2:1"],
    "it has 2,026 events, and not 9,999": [PEER, "--event", "9999"],
    "it has events 1 to 2,026": [PEER, "--html", "a", "--events", "5:9999"],
    "a snapshot is one moment": [START, "--html", "a"],
    "no zone Normal: there are DMA, DMA32": [START, "--zone", "Normal"],
    "no page of 1:1 is in a zone": [START, "--pages", "1:1"],
    "its zones are not those of": [START, "--diff", DATA / "req1.fl.start.gz"],
    "--snapshot is about a kernel's trace": [PEER, "--snapshot", START],
    "`check` judges them": [DATA / "calls/calls-6.1.192.jsonl.gz"],
}


@pytest.mark.parametrize("says", WRONG)
def test_what_makes_no_sense_is_said_in_words(says: str) -> None:
    found = show(*WRONG[says])
    assert found.exit_code == 2
    assert says in found.stderr
    assert found.stdout == ""


def test_a_trace_that_breaks_off_is_shown_and_said_to_be_a_part(tmp_path: Path) -> None:
    part, page = tmp_path / "part", tmp_path / "page.html"
    text = b'{"format":"buddy-trace","version":1,"start_pfn":0,"nr_pages":64,"max_order":5}\n'
    part.write_bytes(text + b'{"op":"alloc","order":2,"pfn":0}\n{"op":"al')
    found = show(part, "--html", page)
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1)
    assert f"{part}: line 3: it breaks off" in found.stderr
    assert "it breaks off" in page.read_text(encoding="utf-8")
    told: Any = json.loads(show(part, "--json").stdout)
    assert (told["events"], told["zones"][0]["pages"]) == (1, {"free": 60, "live": 4})
