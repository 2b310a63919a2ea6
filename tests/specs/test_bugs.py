"""Laws of the list of real bugs: each is accounted for, and what can be expressed is rejected."""

import pytest

from specs.theorems import LEDGER
from specs.twins import TWINS
from specs.twins.bugs import BUGS, LAYERS, Bug

IDS = {
    *("L1", "L2", "L3", "L4", "L6", "L7", "L8", "L9", "L11", "L12", "L13"),
    *("X15", "X16", "X17", "X19", "X20", "X21", "X22"),
    *("D22", "D23", "D25", "D26", "D27", "D28", "D29"),
    *("Z31", "Z32", "Z34", "Z36"),
    *("R37", "R39", "M40", "V41", "U43", "T45", "P1"),
}


def test_every_bug_of_the_list_stands_there_once() -> None:
    assert sorted(bug.id for bug in BUGS) == sorted(IDS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_a_bug_has_one_status(bug: Bug) -> None:
    assert [bool(bug.twins), bool(bug.layer), bool(bug.single_threaded)].count(True) == 1
    assert bug.layer in ("", *LAYERS)
    assert bug.source
    assert 0 < len(bug.logic) < 110


@pytest.mark.parametrize(("bug", "name"), [(bug, name) for bug in BUGS for name in bug.twins])
def test_the_twins_of_a_bug_say_where_it_shipped_and_are_rejected(bug: Bug, name: str) -> None:
    assert TWINS[name].source == bug.source
    assert any(name in row.rejects for row in LEDGER)


def test_a_twin_that_shipped_is_one_of_the_bugs() -> None:
    shipped = {name for name, twin in TWINS.items() if twin.source != "ours"}
    assert shipped == {name for bug in BUGS for name in bug.twins}


def test_most_bugs_can_be_expressed() -> None:
    assert sum(bool(bug.twins) for bug in BUGS) >= 24
