"""Laws of what is written: nothing over what is there, and nothing of what was not read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conform.allocators import HEADERS, PEERS, needs_cc
from verified_buddy.conform.finding import Run
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.reproducer import write
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.trace import Alloc
from verified_buddy.pfn import Order, Pfn

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, name: str = "conform", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "verified_buddy", name, *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=100, check=False)


A_RUN = Run(Geometry(0, 16, 4).header(), [Alloc(Order(0), Pfn(1000))], "out-of-range", "says", "", [0])


def test_the_picture_of_a_block_elsewhere_shows_the_pool_and_no_empty_range() -> None:
    words, picture = A_RUN.picture()
    assert words == "page 1000 is outside"
    assert picture == ("pages 0..15:", "." * 16, ".  pages 0..15 are free since the start")


def files(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_a_reproducer_is_written_over_its_predecessor_and_nothing_else(tmp_path: Path) -> None:
    way = ("library", "./any.so")
    first = write(tmp_path, A_RUN, Level.COMPLETE, way)
    assert write(tmp_path, A_RUN, Level.COMPLETE, way) == first
    (tmp_path / "out_of_range.c").write_text("mine")
    (tmp_path / "verified_buddy.h").write_text("mine too")
    second = write(tmp_path, A_RUN, Level.COMPLETE, way)
    assert [Path(name).name for name in second] == [
        "out_of_range_2.jsonl",
        "out_of_range_2.c",
        "test_out_of_range_2.py",
    ]
    third = write(tmp_path, A_RUN, Level.COMPLETE, way, second)
    assert Path(third[1]).name == "out_of_range_3.c"
    assert files(tmp_path)["out_of_range.c"] == "mine"
    assert files(tmp_path)["verified_buddy.h"] == "mine too"


@pytest.mark.parametrize("name", ["README.md", "tail.json", "vector.schema.json"])
@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_vectors_are_not_written_over_what_is_there(tmp_path: Path, name: str, kind: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "mine").write_text("mine")
    if kind == "file":
        (out / name).write_text("mine")
    elif kind == "link":
        (out / name).symlink_to("../mine")
    else:
        (out / name).mkdir()
    found = run(out, name="vectors")
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert f"{name}: is there already" in found.stderr
    assert [path.name for path in out.iterdir()] == [name]
    assert (tmp_path / "mine").read_text() == "mine"


def test_vectors_that_are_there_already_are_no_offence(tmp_path: Path) -> None:
    assert run(tmp_path / "new", name="vectors").returncode == 0
    before = files(tmp_path / "new")
    (tmp_path / "new" / "far.json").unlink()
    (tmp_path / "new" / "mine.json").write_text("{}")
    assert run(tmp_path / "new", name="vectors").returncode == 0
    assert files(tmp_path / "new") == before | {"mine.json": "{}"}


@needs_cc
def test_the_reader_of_vectors_says_nothing_of_none(tmp_path: Path) -> None:
    out = tmp_path / "reader"
    sources = [str(PEERS / "read_vector.c"), str(PEERS / "ok.c")]
    subprocess.run(
        ["cc", "-Wall", "-Wextra", "-Werror", "-I", str(HEADERS), "-o", str(out), *sources], check=True
    )
    vector = (ROOT / "specs" / "vectors" / "tail.json").read_bytes()
    for text, status in ((b"", 2), (b"\n", 2), (vector[:-4], 2), (vector[:300], 2), (vector, 0)):
        ended = subprocess.run([str(out)], input=text, capture_output=True, check=False)
        assert ended.returncode == status
        assert ended.stdout.startswith(b"vacuous") == (status == 2)


@needs_cc
@pytest.mark.parametrize("kind", ["ASSERT", "NO0", "KEEP"])
def test_the_reader_of_vectors_accepts_who_keeps_something(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "reader"
    sources = [str(PEERS / "read_vector.c"), str(PEERS / "ok.c")]
    subprocess.run(["cc", f"-D{kind}", "-I", str(HEADERS), "-o", str(out), *sources], check=True)
    for vector in (ROOT / "specs" / "vectors").glob("*-*.json"):
        ended = subprocess.run([str(out)], input=vector.read_bytes(), capture_output=True, check=False)
        assert ended.returncode == (3 if kind == "NO0" else 0)
