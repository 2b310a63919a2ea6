"""Damaged input is one clear line and the status 2, or is shown as far as it goes; never a traceback."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verified_buddy.cli import main

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
SMALL = [
    *sorted((DATA / "peers").glob("*.jsonl.gz")),
    *sorted((DATA / "linux-6.1").glob("*.fl.*.gz")),
    *sorted((DATA / "linux-6.1").glob("*-line*.trace.txt.gz")),
    *(
        DATA / "linux-6.1" / name
        for name in ("perf-script.txt.gz", "trace-cmd-report.txt.gz", "overrun.trace.txt.gz")
    ),
    DATA / "linux-6.1" / "req2numa-markers.trace.txt.gz",
]
OTHERS = [path for path in sorted(DATA.rglob("*")) if path.is_file() and path not in SMALL]
LARGE = 200_000
"""Bytes of a file that takes seconds."""


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """The file, cut off, or with some bytes changed, of it or of what is packed in it."""
    text = gzip.decompress(whole) if whole.startswith(b"\x1f\x8b") else whole
    how = chance.randrange(5)
    if how == 0:
        return whole[: chance.randrange(len(whole))]
    if how == 1:
        return text[: chance.randrange(len(text))]
    changed = bytearray(whole if how == 2 else text)
    for _ in range(1 + chance.randrange(3)):
        place = chance.randrange(len(changed))
        changed[place] ^= 1 << chance.randrange(8)
    if how == 3:
        start = chance.randrange(len(changed))
        del changed[start : start + chance.randrange(200)]
    return bytes(changed)


def beginning(path: Path) -> bytes:
    """The file, or if it is long the first lines of it, packed as it is."""
    whole = path.read_bytes()
    text = gzip.decompress(whole)
    head = text if len(text) < LARGE else text[: text.index(b"\n", LARGE) + 1]
    return whole if head == text else gzip.compress(head, mtime=0)


def shown(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["show", *map(str, arguments)])


def is_clear(found: Result, name: str) -> None:
    assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)
    assert found.exit_code in (0, 2)
    if found.exit_code:
        (line,) = found.stderr.splitlines()
        assert line.startswith("verified-buddy: ")
        assert name in line
        assert len(line) < 400
    else:
        assert found.stderr == ""


def copies(path: Path, directory: Path, many: int) -> None:
    """Show so many damaged copies of the file."""
    chance, whole = random.Random(path.name), beginning(path)
    for number in range(many):
        copy = directory / f"copy{number}"
        copy.write_bytes(damaged(whole, chance))
        page = directory / "page.html"
        found = shown(copy, "--html", page) if number % 3 == 0 else shown(copy)
        is_clear(found, copy.name)
        assert page.exists() == found.stdout.startswith(str(page))
        page.unlink(missing_ok=True)
        copy.unlink()
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name)
def test_a_damaged_copy_is_one_clear_line_or_is_shown(path: Path, tmp_path: Path) -> None:
    copies(path, tmp_path, 5)


@pytest.mark.slow
@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name)
def test_a_hundred_damaged_copies_are_one_clear_line_each_or_are_shown(path: Path, tmp_path: Path) -> None:
    copies(path, tmp_path, 100)


def test_what_is_no_trace_is_one_clear_line(tmp_path: Path) -> None:
    for path in OTHERS:
        if path.stat().st_size < LARGE:
            is_clear(shown(path, "--html", tmp_path / "page.html"), path.name)


@pytest.mark.parametrize("option", ["--snapshot", "--zoneinfo"])
def test_a_damaged_file_beside_a_trace_is_named(option: str, tmp_path: Path) -> None:
    chance, trace = random.Random(option), DATA / "linux-6.1" / "full2-line466881.trace.txt.gz"
    files = {"--snapshot": trace.with_name("full2-line466881.fl.start.gz")}
    files["--zoneinfo"] = trace.with_name("full2-line466881.zoneinfo")
    whole = files[option].read_bytes()
    files[option] = tmp_path / "beside"
    for _ in range(5):
        files[option].write_bytes(damaged(whole, chance))
        is_clear(shown(trace, *(part for pair in files.items() for part in pair)), "beside")
