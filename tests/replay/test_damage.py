"""A recording with one thing changed is not taken for a right one: the layers notice, near the place."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from tests.kmem.kernel_trace import recording, text_of
from verified_buddy.replay.findings import Violation

Lines = list[bytes]
Places = dict[bytes, list[int]]
Damage = Callable[[Lines, Random, Places], int]
"""Changes the lines in one place, and returns the index of the first line that is not as it was."""

NAME = re.compile(rb": (\w+): ")
WITHIN = 3000


@cache
def original(name: str) -> tuple[tuple[bytes, ...], Places]:
    """The lines of a recording, and which of them tell of which event."""
    lines = tuple(text_of(name).splitlines(keepends=True))
    at: Places = {}
    begun = False
    for index, line in enumerate(lines):
        if b"KT snap end begin" in line:
            break
        found = NAME.search(line)
        if found is not None and begun:
            at.setdefault(found[1], []).append(index)
        begun |= b"KT snap start end" in line
    return lines, at


def value(line: bytes, key: str) -> bytes:
    found = re.search(rb" %b=(\S+)" % key.encode(), line)
    assert found is not None
    return found[1]


def drop_a_take(lines: Lines, random: Random, at: Places) -> int:
    index = random.choice(at[b"mm_page_alloc_zone_locked"])
    del lines[index]
    return index


def drop_a_drain(lines: Lines, random: Random, at: Places) -> int:
    index = random.choice(at[b"fop_pcp"])
    del lines[index : index + 2]
    return index


def double_a_drain(lines: Lines, random: Random, at: Places) -> int:
    index = random.choice(at[b"fop_pcp"])
    lines[index + 2 : index + 2] = lines[index : index + 2]
    return index + 2


def exchange_two_takes(lines: Lines, random: Random, at: Places) -> int:
    takes = at[b"mm_page_alloc_zone_locked"]

    def same_list(one: int, two: int) -> bool:
        keys = ("order", "migratetype")
        return all(value(lines[one], key) == value(lines[two], key) for key in keys)

    while True:
        first = random.choice(takes)
        later = [index for index in takes if first < index < first + WITHIN and same_list(first, index)]
        if later:
            break
    second = later[0]
    one, two = (value(lines[index], "pfn") for index in (first, second))
    lines[first] = lines[first].replace(b"pfn=" + one, b"pfn=" + two)
    lines[second] = lines[second].replace(b"pfn=" + two, b"pfn=" + one)
    return first


def drop_an_allocation(lines: Lines, random: Random, at: Places) -> int:
    index = random.choice(at[b"mm_page_alloc"])
    del lines[index]
    return index


def change_an_order(lines: Lines, random: Random, at: Places) -> int:
    events = ("mm_page_alloc", "mm_page_free", "mm_page_alloc_zone_locked", "fop_pcp", "mm_page_pcpu_drain")
    index = random.choice(at[random.choice(events).encode()])
    old = int(value(lines[index], "order"))
    new = random.choice([order for order in range(4) if order != old])
    lines[index] = lines[index].replace(b" order=%d" % old, b" order=%d" % new)
    return index


KINDS = (
    drop_a_take,
    drop_a_drain,
    double_a_drain,
    exchange_two_takes,
    drop_an_allocation,
    change_an_order,
)


def damaged(name: str, kind: Damage, seed: int) -> tuple[int, list[Violation]]:
    """The line with the damage, from 1 on, and what was found wrong."""
    kept, at = original(name)
    lines = list(kept)
    index = kind(lines, Random(seed), at)
    return index + 1, recording(name, b"".join(lines)).findings.violations


def noticed(name: str, kind: Damage, seed: int) -> int | None:
    """How many lines after the damage the zone layer or the per-CPU layer notices it."""
    line, found = damaged(name, kind, seed)
    return next((each.line - line for each in found if each.layer in {"zone", "per-CPU"}), None)


@pytest.mark.parametrize("name", ["req3memcg", "full2", "req6offline"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_damage_is_noticed_where_requests_sleep_cpus_meet_and_limits_change(name: str, kind: Damage) -> None:
    line, found = damaged(name, kind, 2)
    assert [each for each in found if each.line >= line - WITHIN]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_damage_is_noticed_and_does_not_cascade(kind: Damage, seed: int) -> None:
    line, found = damaged("nocomp1", kind, seed)
    near = [each for each in found if each.layer in {"zone", "per-CPU"} and each.line >= line - WITHIN]
    assert 0 < len(near) <= 8
