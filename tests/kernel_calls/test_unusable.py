"""Files that are no kernel-calls, or make no sense: refused with the line and the reason, not judged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.kernel_calls.files import Lines, judged, programs, text_of
from verified_buddy.kernel_calls.calls import is_kernel_calls
from verified_buddy.oracle.source import Unusable

FIRST = programs()[0]


def header(**fields: Any) -> Lines:
    """The first program with another header."""
    return [FIRST[0] | fields, *FIRST[1:]]


def zone(**fields: Any) -> Lines:
    """The first program with another zone."""
    return header(zones=[FIRST[0]["zones"][0] | fields])


def call(**fields: Any) -> Lines:
    """The first program with another first call, a field of None is left out."""
    line = {name: value for name, value in (FIRST[1] | fields).items() if value is not Ellipsis}
    return [FIRST[0], line, *FIRST[2:]]


def only(op: str, **fields: Any) -> Lines:
    """A program of one call."""
    return [FIRST[0], {"op": op, "zone": 0, "state": 0, "nr_free_pages": [0]} | fields, FIRST[-1]]


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (header(version=2), 1, "version is not 1"),
        (header(format="kernel-call"), 1, "format is not kernel-calls"),
        (header(kernel="6.12.113"), 1, "kernel is not 6.1"),
        (header(first_page=1), 1, "not made of pageblocks"),
        (header(pages=1000), 1, "not made of pageblocks"),
        (header(pages=1 << 30), 1, "`pages`"),
        (header(cpus=0), 1, "`cpus`"),
        (header(cpus=100000), 1, "`cpus`"),
        (header(zones=[]), 1, "`zones`"),
        (header(zones=FIRST[0]["zones"] * 2), 1, "zones are empty, overlap, or leave the machine"),
        (header(first_page=(1 << 52) - 512), 1, "do not end at or below 2**52"),
        (header(pages_in_no_zone_belong_to=1), 1, "names no zone"),
        (zone(start=6144), 1, "zones are empty"),
        (zone(end=6145), 1, "leave the machine"),
        (zone(batch=0), 1, "`zones[0].batch`"),
        (zone(ranges=[[4096, 4095]]), 1, "no such machine: [4096, 4095) is not a range"),
        (zone(ranges=[[4096, 4200], [4100, 4300]]), 1, "no such machine: [4100, 4300) overlaps"),
        (zone(ranges=[[4000, 4200]]), 1, "no such machine: page 4000 is not a page of this zone"),
        (call(op="rmqueue"), 2, "rmqueue"),
        (call(cpu=...), 2, "`cpu`"),
        (call(state=-1), 2, "`state`"),
        (call(order=11), 2, "`order`"),
        (call(zone=1), 2, "there is no zone 1"),
        (call(cpu=1), 2, "no such call can be made: 1 is not a CPU in 0..0"),
        (call(migratetype=3), 2, "3 is not a migratetype of requests"),
        (only("free", pfn=4096, order=0, cpu=0, pcp_locked=True, reclaim_active=False), 2, "free already"),
        (only("free", pfn=0, order=0, cpu=0, pcp_locked=True, reclaim_active=False), 2, "not a page of this"),
        (only("now_movable", pfn=4096, order=0), 2, "page 4096 is free already"),
        (only("split_page", pfn=4097, order=1), 2, "not aligned"),
        (
            only("putback_isolated_page", pfn=4096, order=0),
            2,
            "at page 4096 was isolated",
        ),
        (only("put_page_back_buddy", pfn=4096), 2, "page 4096 was not taken off"),
        (only("unset_migratetype_isolate", pfn=4096, migratetype=4), 2, "`migratetype`"),
        ([*FIRST[:4], FIRST[0], *FIRST[4:]], 5, "a program begins before the state at the end"),
        (FIRST[1:], 1, "a call or an end stands in no program"),
        ([FIRST[-1]], 1, "a call or an end stands in no program"),
        ([*FIRST, FIRST[1]], len(FIRST) + 1, "a call or an end stands in no program"),
        (FIRST[:-1], len(FIRST) - 1, "program 1 breaks off: the state at its end is missing"),
        ([FIRST[0]], 1, "program 1 breaks off"),
        ([*FIRST[:-1], {"end": [{}]}], len(FIRST), "free_lists"),
        ([FIRST[0], {"end": 3}], 2, "Expected `array`"),
    ],
)
def test_a_bad_line_is_named_with_the_reason(lines: Lines, line: int, reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        judged(lines)
    assert caught.value.line == line
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def end_of_boot() -> Any:
    """The whole state of the first program's machine before any call."""
    lists: list[list[list[int]]] = [[[] for _ in range(5)] for _ in range(11)]
    lists[10][1] = [4096, 5120]
    cpu = {"count": 0, "free_factor": 0, "lists": [[] for _ in range(14)]}
    zone = {"free_lists": lists, "per_cpu": [cpu], "managed": 2048, "pageblocks": [1, 1, 1, 1]}
    return [zone | {"nr_isolate_pageblock": 0, "nr_reserved_highatomic": 0}]


@pytest.mark.parametrize("text", [b"", b"\n\n", text_of([FIRST[0], {"end": end_of_boot()}] * 2)])
def test_where_there_is_no_call_nothing_agrees(text: bytes) -> None:
    with pytest.raises(Unusable, match="vacuous: there is not one call to judge"):
        judged(text)


def test_a_byte_order_mark_and_empty_lines_are_no_lines_of_a_program() -> None:
    text = b"\xef\xbb\xbf" + text_of(FIRST).replace(b"\n", b"\n\n")
    assert is_kernel_calls(text)
    assert judged(text).conforms


@pytest.mark.parametrize(
    ("start", "is_one"),
    [
        (b'{"format": "kernel-calls", "version": 1', True),
        (b'\n {"version":1,"format":"kernel-calls"}', True),
        (b'{"format":"buddy-trace","version":1}\n{"format":"kernel-calls"}', False),
        (b'{"op":"alloc"', False),
        (b"", False),
        (b"# tracer: nop", False),
    ],
)
def test_a_file_is_known_by_its_first_line(start: bytes, is_one: bool) -> None:
    assert is_kernel_calls(start) is is_one


def dropped(text: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randrange(1, 200) :]


def doubled(text: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + text[max(0, at - chance.randrange(200)) :]


def another_byte(text: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :]


def another_number(text: bytes, chance: random.Random) -> bytes:
    found = chance.choice(list(re.finditer(rb"\d+", text)))
    number = chance.choice([0, 1, 2, 9, 10, 11, 511, 4095, 4096, 6143, 6144, 2**32, 2**52, 2**64, 10**30])
    return text[: found.start()] + str(number).encode() + text[found.end() :]


def swapped(text: bytes, chance: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


@pytest.mark.parametrize("damage", [dropped, doubled, another_byte, another_number, swapped])
def test_whatever_is_damaged_there_is_a_verdict_or_one_reason(
    damage: Callable[[bytes, random.Random], bytes],
) -> None:
    chance = random.Random(f"kernel-calls {damage.__name__}")
    whole = text_of([*FIRST[:25], FIRST[-1]])
    for _ in range(150):
        assert re.fullmatch(r"\d+ of [1-9]\d* agree|line \d+: .*|vacuous: .*", outcome(damage(whole, chance)))


def outcome(text: bytes) -> str:
    """The verdict, or the reason why there is none."""
    try:
        verdict = judged(text)
    except Unusable as error:
        return str(error)
    return f"{verdict.agreed} of {verdict.operations} agree"
