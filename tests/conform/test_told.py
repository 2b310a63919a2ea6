"""Laws of what is told: the divergence first, what the allocator said last, how far the search got."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.conform.allocators import PEERS, build, needs_cc, way_to
from verified_buddy.conform.conduct import conduct
from verified_buddy.conform.library_use import command
from verified_buddy.conform.search import Plan
from verified_buddy.conform.words import last_words
from verified_buddy.oracle.rules import Level

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, name: str = "conform", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "verified_buddy", name, *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=100, check=False)


TALKS = """
#include <stdio.h>
#define vb_alloc quiet_alloc
#include "%s"
#undef vb_alloc
int64_t vb_alloc(unsigned order)
{
	fprintf(stderr, "debug: a line for each call, which nobody reads\\n");
	printf("alloc %%u\\n", order);
	return quiet_alloc(order);
}
"""


@needs_cc
def test_who_prints_is_told_its_real_divergence_first(tmp_path: Path) -> None:
    library = build(tmp_path, "talks", "D28", text=TALKS % (PEERS / "lists.c"))
    found = run("--library", library, "--seconds", "5", "--json", cwd=tmp_path)
    told = json.loads(found.stdout)
    assert [finding["rule"] for finding in told["findings"]] == ["refusal"]
    assert told["printed"] == r"'alloc 3\n'" or told["printed"].startswith("'alloc")
    text = run("--library", library, "--seconds", "5", cwd=tmp_path).stdout
    assert "it wrote to standard output: 'alloc" in text


@needs_cc
def test_who_prints_and_does_no_other_wrong_is_told_that(tmp_path: Path) -> None:
    way = way_to(tmp_path, "talks", text=TALKS % (PEERS / "lists.c"))
    (finding,) = conduct(way, "talks", Plan(Level.COMPLETE, 1, 3)).findings
    assert finding.run.rule == "output"
    assert finding.run.says.startswith("wrote to standard output: 'alloc 0")
    assert len(finding.run.asked) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("loading\nno block\n", "loading no block"),
        ("x.c:3: f: Assertion `n > 0' failed.\n", "x.c:3: f: Assertion `n > 0' failed."),
        (
            "debug\nthread '<unnamed>' panicked at src/lib.rs:5:9:\nindex out of bounds\nnote: run with\n"
            "thread '<unnamed>' panicked at core/src/panicking.rs:1:1:\npanic in a function that\n",
            "thread '<unnamed>' panicked at src/lib.rs:5:9: index out of bounds",
        ),
        (
            "panic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\nmain.alloc(...)\n",
            "panic: runtime error: index out of range [5]",
        ),
        (
            "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n",
            "terminate called after throwing an instance of 'std::bad_alloc' what(): std::bad_alloc",
        ),
        (
            "thread 12 panic: reached unreachable code\nx.zig:3:1: 0x10 in f\n",
            "thread 12 panic: reached unreachable code",
        ),
        ('Traceback (most recent call last):\n  File "x"\nKeyError: 3\n', "KeyError: 3"),
        (
            "==7==ERROR: AddressSanitizer: heap-buffer-overflow\n  #0 0x1 in f\n",
            "==7==ERROR: AddressSanitizer: heap-buffer-overflow",
        ),
        ("\x1b[31mred\x00\n", r"\x1b[31mred\x00"),
        ("y" * 1000, "y" * 300),
    ],
)
def test_the_first_line_of_a_panic_is_what_it_said_last(text: str, told: str) -> None:
    assert last_words(text.encode()) == told


CRASHES = """
import json, sys
print("loaded", file=sys.stderr)
if sys.argv[1:] == ["early"]:
    sys.exit("cannot find my configuration")
calls = 0
for line in sys.stdin:
    calls += 1
    if json.loads(line)["op"] == "init":
        calls = 0
        print('{"rc":0}', flush=True)
    elif calls == 2 and sys.argv[1:] == ["hangs"]:
        print("waiting for the lock", file=sys.stderr, flush=True)
        import time
        time.sleep(100)
    elif calls == 2:
        raise IndexError("no such list")
    else:
        print('{"pfn":null}', flush=True)
"""


def crashing(directory: Path, *arguments: str) -> str:
    (directory / "crashes.py").write_text(CRASHES)
    return " ".join([sys.executable, str(directory / "crashes.py"), *arguments])


def test_the_standard_error_of_a_program_is_told(tmp_path: Path) -> None:
    (finding,) = conduct(command(crashing(tmp_path)), "x", Plan(Level.SAFETY, 1, 3)).findings
    assert finding.run.says == "ended itself with status 1 (IndexError: no such list) during alloc 0"
    found = run("--command", crashing(tmp_path, "early"), "--seconds", "2")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.endswith("it ended with status 1 (loaded cannot find my configuration)\n")


@pytest.mark.slow
def test_what_a_program_said_before_it_hung_is_told(tmp_path: Path) -> None:
    (finding,) = conduct(
        command(crashing(tmp_path, "hangs")), "x", Plan(Level.SAFETY, 1, 0.1, deadline=0.5)
    ).findings
    assert finding.run.says.startswith("no answer within")
    assert "waiting for the lock) during alloc 0" in finding.run.says


def test_what_cannot_be_driven_is_an_object_with_an_error(tmp_path: Path) -> None:
    found = run("--library", "missing.so", "--json", "--junit", tmp_path / "out.xml", cwd=tmp_path)
    told = json.loads(found.stdout)
    assert (found.returncode, told["verdict"]) == (2, None)
    assert "cannot open shared object file" in told["error"]
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert suite.get("errors") == "1"


def test_time_that_was_up_is_no_verdict(tmp_path: Path) -> None:
    line = ("--python", "tests.conform.zone_pool:pool", "--seconds", "0")
    found = run(*line, "--json", "--junit", tmp_path / "out.xml")
    told = json.loads(found.stdout)
    assert (found.returncode, told["verdict"], told["findings"]) == (2, "vacuous", [])
    assert told["reason"].startswith("time was up before the scenarios were done")
    assert found.stderr.count("\n") == 1
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert suite[0][0].tag == "error"
    said = run(*line)
    assert said.returncode == 2
    assert "vacuous" in said.stdout


@needs_cc
def test_how_far_it_got_stands_in_the_report_and_in_junit(tmp_path: Path) -> None:
    line = ("--library", build(tmp_path, "lists"), "--pages", "64", "--seconds", "2")
    found = run(*line, "--json", "--junit", "out.xml", cwd=tmp_path)
    told = json.loads(found.stdout)
    phases = {phase["phase"]: (phase["done"], phase["of"]) for phase in told["phases"]}
    assert (found.returncode, phases["scenarios"]) == (0, (10, 10))
    assert (
        told["tried"]
        == told["supported"]
        == told["geometries"]
        == [{"start_pfn": 0, "nr_pages": 64, "max_order": 6}]
    )
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert suite.get("failures") == "0"
    assert [case.get("name") for case in suite][:2] == ["conforms at level complete", "phase: scenarios"]
    assert "searched: scenarios 10 of 10" in run(*line, cwd=tmp_path).stdout


@needs_cc
def test_junit_names_the_rule_and_holds_the_run(tmp_path: Path) -> None:
    found = run("--library", build(tmp_path, "lists", "Z31"), "--junit", "out.xml", cwd=tmp_path)
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    (why,) = suite[0]
    assert (found.returncode, why.tag) == (1, "failure")
    assert why.get("message", "").startswith("overlap (theorem no-overlap)")
    assert "alloc 0 -> 0\nalloc 0 -> 0\n" in (why.text or "")
    nowhere = run("--library", "any.so", "--junit", tmp_path / "missing" / "out.xml")
    assert (nowhere.returncode, nowhere.stdout) == (2, "")


def test_help_tells_the_protocols() -> None:
    said = run("--help").stdout
    for word in ("MemoryError", '{"op":"alloc","order":3}', "vacuous", "geometries", "--junit"):
        assert word in said
