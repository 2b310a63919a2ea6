"""A hundred damaged copies of every file: no traceback, a status of 0 to 2, and of a 2 one line why."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.diagnose.failure_reports import DATA, REPORTS, STATES, diagnose

FILES = [
    *REPORTS,
    *(path for state in STATES for path in state.iterdir() if path.name.endswith("info")),
    *(DATA / "linux-6.1").glob("*.zoneinfo"),
]
Damage = Callable[[bytes, random.Random], bytes]


def truncated(text: bytes, rng: random.Random) -> bytes:
    return text[: rng.randrange(len(text))]


def flipped(text: bytes, rng: random.Random) -> bytes:
    found = bytearray(text)
    for _ in range(rng.choice([1, 5, 50])):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def without_lines(text: bytes, rng: random.Random) -> bytes:
    part = rng.choice([0.1, 0.5])
    return b"".join(line for line in text.splitlines(keepends=True) if rng.random() > part)


def enlarged(text: bytes, rng: random.Random) -> bytes:
    more = rng.choice([b"9", b"9" * 12, b"9" * 30, b"9" * 6000])
    return re.sub(rb"\d+", lambda found: found[0] + more if rng.random() < 0.05 else found[0], text)


def shuffled(text: bytes, rng: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


DAMAGES: tuple[Damage, ...] = (truncated, flipped, without_lines, enlarged, shuffled)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_damaged_copy_is_judged_as_far_as_it_goes_or_refused_in_a_line(path: Path, tmp_path: Path) -> None:
    text, rng = path.read_bytes(), random.Random(path.name)
    copy = tmp_path / "copy"
    for number in range(100):
        copy.write_bytes(DAMAGES[number % len(DAMAGES)](text, rng))
        found = diagnose(str(copy), *(["--json"] if number % 2 else []), "--order", str(number % 11))
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        assert found.exit_code in (0, 1, 2)
        assert len(found.stderr.splitlines()) == (found.exit_code == 2)
        if found.exit_code < 2:
            assert found.stdout
