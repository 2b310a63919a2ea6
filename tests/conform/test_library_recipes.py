"""The recipes of ``docs/conform.md`` are compiled as they stand there, where the compiler is, and conform."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.conform.allocators import HEADERS, PEERS
from verified_buddy.conform.conduct import Report, conduct
from verified_buddy.conform.library_use import command, library
from verified_buddy.conform.search import Plan
from verified_buddy.oracle.rules import Level

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conform.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^`(\S+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
C = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", "libmine.so"]
BUILDS = {
    "bytes.c": [*C, "bytes.c", "mine.c"],
    "offset.c": [*C, "offset.c", "mine.c"],
    "inside.c": [*C, "inside.c", "mine.c"],
    "adaptor.cpp": ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-o", "libmine.so", "adaptor.cpp"],
    "lib.rs": ["rustc", "--edition", "2021", "-O", "--crate-type", "cdylib", "-o", "libmine.so", "lib.rs"],
    "adaptor.go": ["go", "build", "-buildmode=c-shared", "-o", "libmine.so", "adaptor.go", "mine.go"],
    "adaptor.zig": ["zig", "build-lib", "-dynamic", "-O", "ReleaseSafe", "--name", "mine", "adaptor.zig"],
}


def prepared(directory: Path, recipe: str) -> Path:
    """The recipe beside what it calls yours."""
    for path in (*PEERS.glob("mine.*"), HEADERS / "verified_buddy.h"):
        shutil.copy(path, directory)
    (directory / recipe).write_text(RECIPES[recipe])
    return directory


def built(directory: Path, recipe: str, *more: str) -> Path:
    """The library; the test is skipped where the compiler is not."""
    line = BUILDS[recipe]
    if shutil.which(line[0]) is None:
        pytest.skip(f"no compiler ({line[0]}) here")
    prepared(directory, recipe)
    caches = {"GOCACHE": str(directory / "go"), "ZIG_GLOBAL_CACHE_DIR": str(directory / "zig")}
    ended = subprocess.run(
        [*line, *more], cwd=directory, capture_output=True, text=True, check=False, env=os.environ | caches
    )
    assert ended.returncode == 0, ended.stderr
    return directory / "libmine.so"


def report_of(path: Path, seconds: float = 4) -> Report:
    return conduct(library(str(path)), "mine", Plan(Level.COMPLETE, 1, seconds))


def test_the_page_has_every_recipe_and_how_it_is_built() -> None:
    assert {*RECIPES} == {*BUILDS, "pools.py", "conform.yml"}
    for recipe, line in BUILDS.items():
        if not recipe.endswith(".c"):
            assert " ".join(line) in PAGE


SLOW = ("adaptor.go", "adaptor.zig")
"""Compilers that build their standard library first."""


@pytest.mark.parametrize(
    "recipe", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in BUILDS]
)
def test_a_recipe_compiles_and_what_it_adapts_conforms(tmp_path: Path, recipe: str) -> None:
    report = report_of(built(tmp_path, recipe))
    assert [finding.run.told() for finding in report.findings] == []
    assert report.verdict == "conforms"
    assert len(report.geometries) >= 12


@pytest.mark.parametrize("recipe", ["bytes.c", "offset.c", "inside.c"])
def test_what_is_wrong_is_found_through_a_recipe(tmp_path: Path, recipe: str) -> None:
    report = report_of(built(tmp_path, recipe, "-DWRONG"))
    assert report.findings[0].run.rule in ("overlap", "free-refused")


def test_a_panic_in_rust_is_told_with_its_message(tmp_path: Path) -> None:
    if shutil.which("rustc") is None:
        pytest.skip("no compiler (rustc) here")
    prepared(tmp_path, "lib.rs")
    text = (tmp_path / "mine.rs").read_text()
    (tmp_path / "mine.rs").write_text(text.replace("        None\n", '        panic!("nothing left");\n'))
    subprocess.run(BUILDS["lib.rs"], cwd=tmp_path, capture_output=True, check=True)
    run = report_of(tmp_path / "libmine.so").findings[0].run
    assert run.rule == "crash"
    assert "panicked at mine.rs" in run.says
    assert "nothing left" in run.says


MINE = """
class Buddy:
    def __init__(self, first: int, pages: int, top: int) -> None:
        if pages > 5000:
            raise ValueError("too many pages")
        self.first, self.used, self.top = first, bytearray(pages), top

    def allocate(self, order: int) -> int:
        size = 1 << order
        for page in range(-(-self.first // size) * size, self.first + len(self.used) - size + 1, size):
            at = page - self.first
            if not any(self.used[at : at + size]):
                self.used[at : at + size] = bytes([order + 1]) * size
                return page
        raise MemoryError

    def release(self, page: int, order: int) -> None:
        at = page - self.first
        if not 0 <= at < len(self.used) or self.used[at] != order + 1:
            raise ValueError("no such block")
        self.used[at : at + (1 << order)] = bytes(1 << order)
"""


def test_the_python_recipe_conforms(tmp_path: Path) -> None:
    prepared(tmp_path, "pools.py")
    (tmp_path / "mine.py").write_text(MINE)
    line = [sys.executable, "-m", "verified_buddy", "conform", "--python", "pools:Pool", "--json"]
    paths = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    found = subprocess.run(
        [*line, "--seconds", "9"], cwd=tmp_path, env=os.environ | paths, capture_output=True, check=False
    )
    told = json.loads(found.stdout)
    assert (found.returncode, told["verdict"]) == (0, "conforms")
    assert [pool["max_order"] for pool in told["geometries"]] == [*range(13)]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler (cc) here")
def test_a_program_behind_a_pipe_needs_no_library_for_json(tmp_path: Path) -> None:
    sources = [str(PEERS / "serve.c"), str(PEERS / "lists.c")]
    line = [
        "cc",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I",
        str(HEADERS),
        "-o",
        str(tmp_path / "serve"),
        *sources,
    ]
    subprocess.run(line, check=True)
    report = conduct(command(str(tmp_path / "serve")), "serve", Plan(Level.COMPLETE, 1, 6))
    assert report.verdict == "conforms"


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler (cc) here")
@pytest.mark.parametrize("wrong", [False, True])
def test_the_job_for_continuous_integration_runs_as_it_stands(tmp_path: Path, wrong: bool) -> None:
    prepared(tmp_path, "bytes.c")
    (tmp_path / "bytes.c").rename(tmp_path / "adaptor.c")
    if wrong:
        source = (tmp_path / "mine.c").read_text()
        (tmp_path / "mine.c").write_text("#define WRONG\n" + source)
    steps = re.findall(r"run: \|\n((?: {10}.*\n)+)", RECIPES["conform.yml"])
    assert len(steps) == 2
    script = "set -e\n" + "".join(steps).replace("pip install", "true pip install").replace("120", "4")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "verified-buddy").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m verified_buddy "$@"\n')
    (tools / "verified-buddy").chmod(0o755)
    paths = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=os.environ | paths,
        capture_output=True,
        text=True,
        check=False,
    )
    (suite,) = ElementTree.parse(tmp_path / "conform.xml").getroot()
    assert ended.returncode == (1 if wrong else 0), ended.stdout + ended.stderr
    assert (suite[0][0:1] != []) == wrong
    assert (tmp_path / "findings").exists() == wrong
