"""A request of which one figure is changed, or one line is missing, is told, at that line and by its rule."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.kmem.kernel_trace import recording, text_of
from verified_buddy.replay.findings import Violation

PART = 4200
"""So many lines of req1: requests of known flags, the slow path, kswapd, reclaim, compaction."""

# Probe and field; which occurrence; what it becomes; the rule that is broken.
FIGURES = [
    ("wmf", "free", 9, "99999", "wrong-counter"),
    ("wmf", "mark", 9, "1", "wrong-mark"),
    ("wmf", "boost", 9, "7", "wrong-mark"),
    ("wmf", "resv", 9, "512", "wrong-mark"),
    ("wm_ret", "ret", 9, "1", "wrong-mark"),
    ("wm", "free", 3, "99999", "wrong-mark"),
    ("gpff", "flags", 9, "0x1", "wrong-flags"),
    ("gpff", "hz", 9, "1", "wrong-flags"),
    ("gpff", "mt", 9, "2", "wrong-flags"),
    ("gpff", "spread", 9, "1", "wrong-flags"),
    ("gpff", "gfp", 9, "0x1", "wrong-flags"),
    ("tryz", "zone", 9, "0xffff88800f9a7600", "wrong-zone"),
    ("slow", "order", 0, "9", "wrong-step"),
    ("wkswapd", "order", 0, "9", "wrong-step"),
    ("wkswapd", "hz", 0, "1", "wrong-step"),
    ("dcomp", "prio", 0, "1", "wrong-step"),
    ("dcomp", "flags", 0, "0x40", "wrong-step"),
    ("drecl", "order", 0, "9", "wrong-step"),
    ("unres", "force", 0, "1", "wrong-step"),
    ("unres_ret", "ret", 0, "1", "wrong-step"),
    ("pbal_ret", "ret", 0, "1", "wrong-wake"),
    ("kmemch", "order", 20, "3", "wrong-charge"),
    ("kmemch_ret", "ret", 20, "-12", "wrong-charge"),
    ("pcharge", "usage", 3, "99999", "wrong-charge"),
]
MISSING = ["gpff", "wmf", "tryz", "slow", "wkswapd", "dcomp", "drecl", "drainall", "unres", "nrfree"]


def name_of(probe: str) -> str:
    return "req3memcg" if probe in {"kmemch", "kmemch_ret", "pcharge"} else "req1"


@cache
def lines_of(name: str) -> tuple[bytes, ...]:
    """A part of req1; of req3memcg, the whole."""
    return tuple(text_of(name).splitlines(keepends=True)[: PART if name == "req1" else None])


def places(probe: str) -> list[int]:
    begun = next(index for index, line in enumerate(lines_of(name_of(probe))) if b"KT snap start end" in line)
    named = f" {probe}: ".encode()
    return [index for index, line in enumerate(lines_of(name_of(probe))) if named in line and index > begun]


def found_in(probe: str, lines: list[bytes]) -> list[Violation]:
    judged = recording(name_of(probe), b"".join(lines), zonestate=True)
    return judged.findings.listed.get("request", [])


@pytest.mark.parametrize("probe", ["wmf", "kmemch"])
def test_nothing_is_wrong_with_what_is_damaged_here(probe: str) -> None:
    assert not found_in(probe, list(lines_of(name_of(probe))))


@pytest.mark.parametrize(("probe", "field", "which", "value", "rule"), FIGURES)
def test_a_figure_that_is_changed_is_told(probe: str, field: str, which: int, value: str, rule: str) -> None:
    lines, at = list(lines_of(name_of(probe))), places(probe)[which]
    changed = re.sub(
        rb" %b=\S+" % field.encode(), f" {field}={value}".encode(), lines[at].rstrip(b"\n"), count=1
    )
    lines[at] = changed + b"\n"
    assert lines[at] != lines_of(name_of(probe))[at]
    found = found_in(probe, lines)
    assert rule in {each.rule for each in found}
    assert abs(found[0].line - (at + 1)) <= 40


@pytest.mark.parametrize("probe", MISSING)
def test_a_line_that_is_missing_is_told(probe: str) -> None:
    lines, at = list(lines_of(name_of(probe))), places(probe)[0]
    del lines[at]
    found = found_in(probe, lines)
    assert found
    assert found[0].line >= at - 40
