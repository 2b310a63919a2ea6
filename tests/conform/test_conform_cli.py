"""Laws of ``verified-buddy conform`` and ``vectors`` as commands, and of all ways in."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conform.allocators import HEADERS, build, needs_cc
from verified_buddy.conform.conduct import conduct
from verified_buddy.conform.factory import made
from verified_buddy.conform.library_use import command
from verified_buddy.conform.peer import CannotDriveError
from verified_buddy.conform.search import Plan
from verified_buddy.oracle.rules import Level

ROOT = Path(__file__).parents[2]
SERVED = f"{sys.executable} {ROOT / 'tests' / 'conform' / 'served_pool.py'}"


def run(
    *arguments: str | Path, name: str = "conform", cwd: Path = ROOT, **more: Any
) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "verified_buddy", name, *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=100, check=False, **more)


@needs_cc
def test_one_object_tells_all(tmp_path: Path) -> None:
    library = build(tmp_path, "lists", "R39")
    found = run("--library", library, "--json", "--seconds", "5", "--seed", "7", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (1, "")
    told = json.loads(found.stdout)
    assert (told["verdict"], told["seed"], told["level"]) == ("diverges", 7, "complete")
    (finding,) = told["findings"]
    assert (finding["rule"], finding["theorem"]) == ("refusal", "alloc-refusal")
    assert finding["operations"] == [{"op": "alloc", "order": 1, "pfn": None}]
    assert finding["geometry"] == {"start_pfn": 0, "nr_pages": 2, "max_order": 1}
    assert finding["picture"]
    assert [Path(file).name for file in finding["files"]] == ["refusal.jsonl", "refusal.c", "test_refusal.py"]
    assert all((tmp_path / file).exists() for file in finding["files"])


@needs_cc
def test_who_conforms_is_told_so_and_nothing_is_written(tmp_path: Path) -> None:
    library = build(tmp_path, "tree")
    found = run("--library", library, "--json", "--seconds", "2", "--pages", "100", cwd=tmp_path)
    told = json.loads(found.stdout)
    assert found.returncode == 0
    assert (told["verdict"], told["findings"], told["misuse"]) == ("conforms", [], [])
    assert told["geometries"] == [{"start_pfn": 0, "nr_pages": 100, "max_order": 6}]
    assert told["operations"] > 10_000
    assert [path.name for path in tmp_path.iterdir()] == [library.name]


@needs_cc
def test_the_same_seed_is_the_same_run(tmp_path: Path) -> None:
    library = build(tmp_path, "lists", "Z34")
    options = ("--library", library, "--json", "--seed", "3", "--pages", "50", "--max-order", "3")
    first, second = (json.loads(run(*options, cwd=tmp_path).stdout) for _ in range(2))
    assert first["operations"] == second["operations"]
    assert first["findings"] == second["findings"]


@needs_cc
def test_a_person_reads_rule_theorem_run_and_picture(tmp_path: Path) -> None:
    found = run("--library", build(tmp_path, "lists", "D22"), "--seed", "1", cwd=tmp_path)
    assert found.returncode == 1
    for part in ("(theorem contained)", "out_of_range.c", "before the last:", "diverges"):
        assert part in found.stdout


@needs_cc
def test_misuse_is_information_unless_strict(tmp_path: Path) -> None:
    options = ("--seconds", "1", "--json", "--level", "safety", "--pages", "16", "--library")
    right = run(*options, build(tmp_path, "tree"), "--strict", cwd=tmp_path)
    told = json.loads(right.stdout)
    assert (right.returncode, told["verdict"]) == (0, "conforms")
    assert len(told["misuse"]) == 11
    assert {each["behaviour"] for each in told["misuse"]} == {"refused"}
    trusting = build(tmp_path, "trusting", text=TRUSTING)
    assert run(*options, trusting, "--misuse", cwd=tmp_path).returncode == 0
    strict = run(*options, trusting, "--strict", cwd=tmp_path)
    told = json.loads(strict.stdout)
    assert (strict.returncode, told["verdict"]) == (1, "diverges")
    behaviours = {each["misuse"]: each["behaviour"] for each in told["misuse"]}
    assert behaviours["double free, at once"] == "hands out a page twice later"
    assert behaviours["wrong order, too small"] == "hands out a page twice later"
    assert behaviours["out of range, just past the end"] == "hands out a page that is not its own later"
    assert behaviours["out of range, far away"] == "aborts"
    assert behaviours["alloc of order 64"] == "refused"
    assert told["findings"][0]["rule"] == "invalid-free"


TRUSTING = r"""
#include <stdint.h>
#include <stdlib.h>
static uint64_t stack[9999], depth, first, count;
int vb_init(uint64_t start, uint64_t pages, unsigned top)
{
	first = start, count = pages, depth = 0;
	if (top != 4 || pages != 16)
		return -1;
	for (uint64_t page = 0; page < pages; page++)
		stack[depth++] = start + page;
	return 0;
}
uint64_t vb_orders(void)
{
	return 3;
}
int64_t vb_alloc(unsigned order)
{
	if (order == 0)
		return depth ? (int64_t)stack[--depth] : -1;
	if (order > 1 || depth < 2 || stack[depth - 1] != stack[depth - 2] + 1 || !(stack[depth - 1] & 1))
		return -1;
	depth -= 2;
	return (int64_t)stack[depth];
}
int vb_free(uint64_t pfn, unsigned order)
{
	if (pfn > first + count)
		abort();
	for (uint64_t page = 0; page < 1ull << order; page++)
		stack[depth++] = pfn + page;
	return 0;
}
"""


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--library", "missing.so"], "cannot open shared object file"),
        (["--library", __file__], "invalid ELF header"),
        (["--command", "/missing/program"], "the command does not start"),
        (["--command", "false"], "no answer to the first init: it ended with status 1"),
        (["--command", "echo hello"], "no answer to the first init: "),
        (["--python", "missing:pool"], "ModuleNotFoundError: No module named 'missing'"),
        (["--python", "nonsense"], "not module:factory"),
    ],
)
def test_what_cannot_be_driven_is_one_line(tmp_path: Path, arguments: list[str], why: str) -> None:
    found = run(*arguments, "--seconds", "1", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert why in found.stderr


BIG = ["--library", "a", "--pages", "1000000", "--max-order", "0"]


@pytest.mark.parametrize("arguments", [[], ["--library", "a", "--python", "b:c"], ["--level", "best"], BIG])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    found = run(*arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Traceback" not in found.stderr


def test_the_header_is_printed(tmp_path: Path) -> None:
    assert run("--header").stdout == (HEADERS / "verified_buddy.h").read_text()


def test_a_python_factory_is_driven(tmp_path: Path) -> None:
    found = run("--python", "tests.conform.zone_pool:pool", "--seconds", "5", "--level", "exact", "--json")
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["operations"] > 1000


def test_a_program_is_driven() -> None:
    report = conduct(command(SERVED), "served", Plan(Level.EXACT, 1, 9))
    assert report.conforms
    assert report.operations > 500


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "rule", "says"),
    [
        ("exits", "crash", "ended itself with status 3 during alloc 0"),
        ("hangs", "hang", "no answer within"),
        ("garbage", "reply", "answered 'segmentation fault"),
        ("huge", "out-of-range", "alloc of order 0 returned page 9223372036854775808"),
    ],
)
def test_whatever_a_program_does_is_a_verdict(fault: str, rule: str, says: str) -> None:
    report = conduct(command(f"{SERVED} {fault}"), "served", Plan(Level.COMPLETE, 1, 1, deadline=2))
    (finding,) = report.findings
    assert finding.run.rule == rule
    assert finding.run.says.startswith(says)


class Odd:
    """A pool that answers what is no answer."""

    def __init__(self, reply: object) -> None:
        self.reply = reply

    def alloc(self, order: int) -> object:
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def free(self, pfn: int, order: int) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("reply", "rule"),
    [("0", "reply"), (True, "reply"), (-7, "reply"), (KeyError(3), "crash"), (0, "out-of-range")],
)
def test_whatever_a_factory_makes_is_a_verdict(reply: object, rule: str) -> None:
    report = conduct(lambda: made(lambda *_: Odd(reply)), "odd", Plan(Level.SAFETY, 1, 1))
    assert report.findings[0].run.rule == rule


def test_a_factory_that_supports_nothing_cannot_be_driven() -> None:
    with pytest.raises(CannotDriveError, match="no geometry is supported"):
        conduct(lambda: made(lambda *_: None), "none", Plan(Level.SAFETY, 1, 5))


def test_vectors_are_written_where_one_says(tmp_path: Path) -> None:
    found = run(tmp_path / "new", name="vectors")
    assert (found.returncode, found.stderr) == (0, "")
    assert (tmp_path / "new" / "README.md").exists()
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file", name="vectors").returncode == 2


def test_an_interrupt_is_one_line_and_130(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "verified_buddy", "conform", "--python", "tests.conform.zone_pool:pool"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGINT)
        assert process.communicate() == (b"", b"verified-buddy: interrupted\n")
        assert process.returncode == 130


def test_progress_is_for_terminals_only(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    line = [
        sys.executable,
        "-m",
        "verified_buddy",
        "conform",
        "--python",
        "tests.conform.zone_pool:pool",
        "--json",
    ]
    found = subprocess.run(
        [*line, "--seconds", "5"], cwd=ROOT, stdout=subprocess.PIPE, stderr=follower, check=False
    )
    os.close(follower)
    shown = os.read(leader, 100_000)
    os.close(leader)
    assert b"operations" in shown
    assert json.loads(found.stdout)["verdict"] == "conforms"
