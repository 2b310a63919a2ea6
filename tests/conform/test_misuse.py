"""Laws of misuse: what does harm has the right rule, and a run that shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.conform.allocators import build, needs_cc
from verified_buddy.conform.conduct import Report, conduct
from verified_buddy.conform.factory import made
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.search import Plan
from verified_buddy.oracle.rules import Level

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, name: str = "conform", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "verified_buddy", name, *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=100, check=False)


class Loose:
    """A right pool of pages that believes every free, and what it is asked."""

    def __init__(self, start: int, pages: int, accepts: bool) -> None:
        self.free_pages: list[int] = [*range(start + pages - 1, start - 1, -1)]
        self.accepts = accepts
        self.orders = [0, 1]

    def alloc(self, order: int) -> int | None:
        if order > 1:
            return 4 if order > 3 else None
        for pfn in self.free_pages[::-1]:
            block = [pfn, pfn + 1][: 1 << order]
            if pfn & order == 0 and all(page in self.free_pages for page in block):
                for page in block:
                    self.free_pages.remove(page)
                return pfn
        return None

    def free(self, pfn: int, order: int) -> int:
        if pfn > 1 << 30:
            raise KeyError(pfn)
        self.free_pages[:0] = [pfn, pfn + 1][: 1 << order]
        return 0 if self.accepts else -3


def strictly(accepts: bool) -> Report:
    plan = Plan(Level.SAFETY, 1, 2, [Geometry(0, 8, 2)], vectors=False, misuse=True, strict=True)
    return conduct(lambda: made(lambda start, pages, top: Loose(start, pages, accepts)), "loose", plan)


def test_what_misuse_does_has_the_right_rule_and_a_run() -> None:
    found = {finding.run.misuse: finding.run for finding in strictly(True).findings}
    twice = found["double free, at once"]
    assert (twice.rule, twice.theorem) == ("invalid-free", "free-rejects")
    assert [*map(str, twice.lines())][-2:] == ["free 0 0", "free 0 0"]
    assert "hands out a page twice later" in twice.says
    handed = found["alloc of order 64"]
    assert (handed.rule, handed.lines()) == ("out-of-range", ["alloc 64 -> 4"])
    assert "invalid-free" not in {handed.rule}


def test_a_misuse_that_is_refused_and_done_all_the_same_shows_later() -> None:
    found = {finding.run.misuse: finding.run for finding in strictly(False).findings if finding.run.misuse}
    twice = found["double free, at once"]
    assert twice.rule in ("overlap", "free-refused")
    assert len(twice.asked) >= 3


@needs_cc
def test_a_test_of_misuse_fails_while_it_does_harm(tmp_path: Path) -> None:
    library = build(tmp_path, "lists", "D22")
    found = run(
        "--library", library, "--strict", "--seconds", "1", "--level", "safety", "--json", cwd=tmp_path
    )
    finding = next(each for each in json.loads(found.stdout)["findings"] if each["rule"] == "invalid-free")
    test = next(file for file in finding["files"] if file.endswith(".py"))
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", test],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert said.returncode == 1
    assert "invalid-free (theorem free-rejects)" in said.stdout
