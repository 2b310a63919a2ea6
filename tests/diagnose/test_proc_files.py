"""The three files of /proc: what they say of recorded machines is what is taken in, in whatever order."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.diagnose.failure_reports import PROC, STATES, diagnose
from verified_buddy.diagnose.proc_files import ProcFiles
from verified_buddy.diagnose.report import Report

WHOLE = [path for path in STATES if (path / "zoneinfo").exists()]


def read(directory: Path, *names: str) -> Report | None:
    files = ProcFiles("state")
    for name in names:
        for line in (directory / name).read_text(encoding="utf-8").splitlines():
            files.add(line)
    return files.state()


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_the_order_of_the_files_does_not_matter(path: Path) -> None:
    states = [read(path, *names) for names in itertools.permutations(PROC)]
    first = states[0]
    assert first is not None
    for each in states:
        assert each is not None
        assert each.zones == first.zones
        assert each.lost == []


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_buddyinfo_is_the_sum_over_the_types_of_pagetypeinfo(path: Path) -> None:
    typed, untyped = read(path, "pagetypeinfo"), read(path, "buddyinfo")
    assert typed is not None
    assert untyped is not None
    for key, zone in untyped.zones.items():
        lists = typed.zones[key].lists
        assert zone.lists is not None
        assert lists is not None
        assert [each.blocks for each in lists] == [each.blocks for each in zone.lists]


def test_what_is_lost_without_root_is_said() -> None:
    path = WHOLE[0]
    found = diagnose(str(path / "buddyinfo"), str(path / "zoneinfo"), "--order", "3")
    assert found.exit_code == 0
    assert "without pagetypeinfo, which root alone can read" in " ".join(found.stdout.split())


def test_without_marks_nothing_is_called_fine() -> None:
    found = diagnose(str(WHOLE[0] / "buddyinfo"))
    assert found.exit_code == 1
    assert "unknown" in found.stdout
    assert "would be served" not in found.stdout
