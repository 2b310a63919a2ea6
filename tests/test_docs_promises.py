"""The keys and statuses of docs/promises.md are those that the commands print and end with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from specs.run.readme import MATRIX
from tests.conform.allocators import build, needs_cc
from tests.documents import ROOT, text_of
from tests.oracle.page_map import alloc, free, header, spell

DATA = "tests/data/linux-6.1"
SPELLINGS = "tests/data/spellings"
PEER = "tests/data/peers/shihongzhi.G1.geo.1.jsonl.gz"
DIVERGES = spell(header(), [alloc(0, 3), alloc(0, 3), free(3, 0), free(3, 0), free(3, 0)])
ROW = re.compile(r"^\| `(\w+)` \| ([a-z ]+) \|", re.MULTILINE)
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "flag": (bool,),
    "list": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def promised() -> dict[str, dict[str, str]]:
    """By heading: the keys, and the type of each."""
    _, *sections = re.split(r"^### (.*)\n", text_of("docs/promises.md"), flags=re.MULTILINE)
    return {name: dict(ROW.findall(text)) for name, text in zip(sections[::2], sections[1::2], strict=True)}


PROMISED = promised()


@cache
def printed(*arguments: str) -> Any:
    """What the module prints as JSON, to standard output; its status may be any."""
    command = [sys.executable, "-m", *arguments, "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, input=DIVERGES, check=False)
    assert said.stdout, said.stderr.decode()
    return json.loads(said.stdout)


@cache
def whole() -> Any:
    files = [f"{DATA}/small.{name}" for name in ("trace.txt.gz", "fl.start.gz", "fl.end.gz", "zoneinfo")]
    trace, start, end, zoneinfo = files
    options = ("--snapshot", start, "--expect", end, "--zoneinfo", zoneinfo)
    return printed("verified_buddy", "check", trace, *options)


@cache
def noted() -> Any:
    """Without probes, and held against lists of another moment: much is noted, and lists are undetermined."""
    trace, start = f"{DATA}/k612.trace.txt.gz", f"{DATA}/k612.fl.start.gz"
    return printed("verified_buddy", "check", trace, "--snapshot", start, "--expect", start)


@cache
def asked() -> Any:
    """With the probes on requests, and what these read of the machine."""
    trace, start, state = (
        f"{DATA}/req4compact.{name}" for name in ("trace.txt.gz", "fl.start.gz", "zs.start")
    )
    return printed("verified_buddy", "check", trace, "--snapshot", start, "--zonestate", state)


def checked() -> Any:
    return printed("verified_buddy", "check", "-", "--keep-going")


def diagnosed() -> list[Any]:
    names = ("04-3.10.53-arm", "06-4.9.0-x86_32", "16-trap-6.15-vmalloc", "more/35-4.9.56-csky-cma")
    reports = [printed("verified_buddy", "diagnose", f"tests/data/failures/{name}.txt") for name in names]
    return [*reports, printed("verified_buddy", "diagnose", f"{DATA}/proc/small-after")]


def shown_at_32() -> Any:
    return printed("verified_buddy", "show", PEER, "--event", "32")


def of_a_kernel() -> Any:
    one = ("--function", "can_steal_fallback", "--max-order", "3")
    return printed("specs", "kernel", "tests/data/kernel-toy", *one)


def decided() -> Any:
    return printed("specs", "--only", "pfn-parent", "--max-order", "1")


def mutants() -> Any:
    """As the command printed them, which takes minutes; a test says that they are those of this code."""
    return json.loads(MATRIX.read_text(encoding="utf-8"))


SHOWN: dict[str, Callable[[], list[Any]]] = {
    "check": lambda: [checked()],
    "check: a divergence": lambda: [checked()["first"], *checked()["all"]],
    "check: a kernel's trace": lambda: [
        printed("verified_buddy", "check", f"{DATA}/perf-script.txt.gz"),
        printed("verified_buddy", "check", f"{SPELLINGS}/a60_migratetype_5.txt"),
        whole(),
    ],
    "check: trouble": lambda: [
        printed("verified_buddy", "check", "nowhere"),
        printed("verified_buddy", "check", "README.md"),
        printed("verified_buddy", "check", f"{SPELLINGS}/a23_tracecmd_R.txt"),
    ],
    "check: calls of the kernel's functions": lambda: [
        printed("verified_buddy", "check", f"{DATA}/calls/calls-6.1.192.jsonl.gz")
    ],
    "check: a note": lambda: noted()["noted"],
    "check: a kernel's trace with its free lists": lambda: [whole(), noted()],
    "check: requests": lambda: [asked()],
    "check: limits": lambda: [*whole()["limits"], *noted()["limits"], *asked()["limits"]],
    "check: final": lambda: [whole()["final"]],
    "check: pageblocks": lambda: [whole()["pageblocks"]],
    "check: undetermined": lambda: noted()["undetermined"],
    "simulate": lambda: [printed("verified_buddy", "simulate", "--requests", "500")],
    "diagnose": lambda: [*diagnosed()],
    "diagnose: a request": lambda: [it["request"] for it in diagnosed() if it["request"] is not None],
    "diagnose: a zone": lambda: [zone for it in diagnosed() for zone in it["zones"]],
    "diagnose: blocks": lambda: [
        zone["blocks"] for it in diagnosed() for zone in it["zones"] if zone["blocks"] is not None
    ],
    "explain": lambda: [
        printed("verified_buddy", "explain", name) for name in ("overlap", "alloc-exact", "boost")
    ],
    "show": lambda: [printed("verified_buddy", "show", f"{DATA}/small.fl.start.gz"), shown_at_32()],
    "show: a zone": lambda: [*shown_at_32()["zones"]],
    "show: a difference": lambda: [
        printed("verified_buddy", "show", *("--diff", f"{DATA}/small.fl.end.gz"), f"{DATA}/small.fl.start.gz")
    ],
    "specs": lambda: [decided()],
    "specs: a theorem": lambda: decided()["theorems"],
    "specs: about a theorem": lambda: [
        printed("specs", "--explain", "alloc-refusal"),
        *printed("specs", "--list"),
    ],
    "specs kernel": lambda: [of_a_kernel()],
    "specs kernel: a function": lambda: of_a_kernel()["functions"],
    "specs kernel: a theorem": lambda: of_a_kernel()["theorems"],
    "specs mutants": lambda: [mutants()],
    "specs mutants: a mutant": lambda: mutants()["matrix"],
}
"""By heading: objects that a command printed."""


def holds(section: str, found: Any) -> None:
    """Every promised key is there, and of its type."""
    keys = PROMISED[section]
    assert keys
    assert set(keys) <= set(found)
    for key, types in keys.items():
        allowed = tuple(each for name in types.split(" or ") for each in TYPES[name])
        assert isinstance(found[key], allowed), (key, found[key])
        assert not isinstance(found[key], bool) or "flag" in types, key


@pytest.mark.parametrize("section", SHOWN)
def test_what_is_promised_is_printed(section: str) -> None:
    objects = SHOWN[section]()
    assert objects
    for found in objects:
        holds(section, found)


@needs_cc
def test_what_is_promised_of_conform_is_printed(tmp_path: Path) -> None:
    library = str(build(tmp_path, "lists", "R39"))
    options = ("--seconds", "3", "--seed", "7", "--misuse", "--reproducers", str(tmp_path))
    told = printed("verified_buddy", "conform", "--library", library, *options)
    holds("conform", told)
    for key, section in (("findings", "a finding"), ("geometries", "a geometry"), ("misuse", "a misuse")):
        assert told[key]
        for found in told[key]:
            holds(f"conform: {section}", found)
    holds("conform: a geometry", told["findings"][0]["geometry"])


def test_what_is_promised_of_an_export_and_its_recheck_is_printed(tmp_path: Path) -> None:
    directory = str(tmp_path / "proofs")
    options = ("--only", "pfn-parent", "--max-order", "1", "--jobs", "1")
    holds("specs export", printed("specs", "export", directory, *options))
    holds("specs recheck", printed("specs", "recheck", directory, "--jobs", "1"))


def test_what_is_promised_of_a_page_is_printed(tmp_path: Path) -> None:
    for trace in (PEER, f"{DATA}/perf-script.txt.gz"):
        holds("show: a page", printed("verified_buddy", "show", trace, "--html", str(tmp_path / "page.html")))


def test_every_promise_is_held_against_what_is_printed() -> None:
    elsewhere = {name for name in PROMISED if name.startswith("conform")}
    elsewhere |= {"specs export", "specs recheck", "show: a page"}
    assert set(PROMISED) == set(SHOWN) | elsewhere


STATUSES = {
    ("verified_buddy", "check", f"{DATA}/perf-script.txt.gz"): 0,
    ("verified_buddy", "check", "-"): 1,
    ("verified_buddy", "check", "-", "nowhere"): 2,
    ("verified_buddy", "check"): 2,
    ("verified_buddy", "conform"): 2,
    ("verified_buddy", "conform", "--library", "nowhere.so"): 2,
    ("verified_buddy", "show", PEER): 0,
    ("verified_buddy", "show"): 2,
    ("verified_buddy", "show", "nowhere"): 2,
    ("verified_buddy", "vectors"): 2,
    ("verified_buddy", "diagnose", "tests/data/failures/13-6.8.0-rc3.txt"): 0,
    ("verified_buddy", "diagnose", "tests/data/failures/09-5.0.10.txt"): 1,
    ("verified_buddy", "diagnose", "README.md"): 2,
    ("verified_buddy", "explain", "overlap"): 0,
    ("verified_buddy", "explain", "no-such-rule"): 2,
    ("verified_buddy", "vectors", "README.md"): 2,
    ("specs", "--list"): 0,
    ("specs", "kernel", "README.md"): 2,
    ("specs", "--only", "pfn-parent", "--max-order", "1"): 0,
    ("specs", "--only", "pfn-parent", "--method", "crosshair"): 1,
    ("specs", "--only", "no-such-row"): 2,
    ("specs", "mutants", "--only", "no such mutant"): 2,
    ("specs", "export", "tests"): 2,
    ("specs", "recheck", "tests"): 2,
    ("specs", "report", "out.html", "--from", "nowhere"): 2,
}


@pytest.mark.parametrize("arguments", STATUSES, ids=" ".join)
def test_the_exit_status_is_the_promised_one(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, input=DIVERGES, check=False)
    assert said.returncode == STATUSES[arguments]
    assert b"Traceback" not in said.stderr


def test_every_command_stands_in_the_table_of_statuses() -> None:
    table = text_of("docs/promises.md").partition("## Exit statuses")[2].partition("\n## ")[0]
    for module, command in (("verified_buddy", "verified-buddy"), ("specs", "python -m specs")):
        said = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, check=True
        )
        names = re.findall(r"^  (\w+)  ", said.stdout.decode().partition("Commands:")[2], re.MULTILINE)
        assert names
        assert all(f"| `{command} {name}` |" in table for name in names)
