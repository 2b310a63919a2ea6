"""Whatever a trace says, the replay ends with a verdict or with one reason why there is none."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from io import BytesIO
from random import Random

import pytest

from tests.kmem.kernel_trace import DATA, text_of
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.recording import Given, judge
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zoneinfo import Limits

NUMBER = re.compile(rb"(?<==)(0x)?[0-9a-f]+|(?<=\[)\d+(?=\])")
LINES = 4000


@cache
def lines_of(name: str) -> tuple[bytes, ...]:
    """A part of a recording in which there is some of everything."""
    lines = text_of(name).splitlines(keepends=True)
    end = 111_000 if name == "small" else len(lines)
    return tuple(lines[end - LINES : end])


def changed(line: bytes, random: Random) -> bytes:
    """The line with another figure in one place."""
    found = list(NUMBER.finditer(line))
    if not found:
        return line
    one = random.choice(found)
    figure = random.choice([b"0", b"1", b"9", b"10", b"0x1000", b"0xfffffffffffff", b"4", b"0x200", b"0x3ff"])
    return line[: one.start()] + figure + line[one.end() :]


def garbled(lines: list[bytes], random: Random) -> bytes:
    """A few places in which lines are missing, doubled, moved or not what they were."""
    for _ in range(random.choice([1, 3, 30])):
        index = random.randrange(len(lines))
        match random.randrange(5):
            case 0:
                del lines[index]
            case 1:
                lines.insert(index, lines[index])
            case 2:
                lines.insert(random.randrange(len(lines)), lines.pop(index))
            case _:
                lines[index] = changed(lines[index], random)
    return b"".join(lines)


@pytest.mark.parametrize("name", ["small", "full2", "zones3", "k612"])
@pytest.mark.parametrize("seed", range(25))
def test_a_replay_of_anything_ends(name: str, seed: int) -> None:
    start = read_snapshot(BytesIO((DATA / f"{name}.fl.start.gz").read_bytes()))
    random = Random(f"{name} {seed}")
    text = garbled(list(lines_of(name)), random)
    limits = {(0, 1): {0: Limits(422, 7)}} if seed % 2 else {}
    with suppress(Unusable):
        assert judge(BytesIO(text), name, Given(start, start, limits)).findings.operation > 0
