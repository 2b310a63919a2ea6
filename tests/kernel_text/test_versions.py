"""Other kernels: each tree is tried with the nearest table, and Linux 6.12 does what our model of it does."""

from __future__ import annotations

import pytest

from specs.kernel_text.broken import v6_12 as broken
from specs.kernel_text.broken import v6_12_counts as miscounting
from specs.kernel_text.broken.edit import AGREEMENT, Edit
from specs.kernel_text.broken.judge import agreement, reject
from specs.kernel_text.functions import v6_12
from specs.kernel_text.macros import recorded
from specs.kernel_text.reader import Text
from specs.kernel_text.tree import Tree, open_tree
from specs.kernel_text.units import Unit
from specs.kernel_text.versions import LINUX_6_1, LINUX_6_12, functions, nearest
from specs.run.pool import in_processes
from tests.kernel_text.trees import TOY, kernel_of_or_skip
from tests.kernel_text.versions_toy_edits import EDITS

UNITS = tuple(
    unit
    for unit in LINUX_6_12.units
    if (unit.name, unit.homes) in {(unit.name, unit.homes) for unit in v6_12.UNITS}
)
BROKEN = (*broken.EDITS, *miscounting.EDITS)
CLAIMING = TOY.with_name("kernel-toy-6.12")
TOGETHER = 10
SLOW = ("try_to_steal_block", "__rmqueue_claim")


def named(unit: Unit) -> str:
    return f"{unit.name} for {unit.homes[0]}"


def same(unit: Unit, tree: Tree) -> None:
    found = agreement(unit, Text(tree, recorded()), unit.homes[0])
    assert (found.rejected, found.story) == (False, "same")


def is_rejected(edit: Edit, tree: Tree) -> None:
    verdict = reject(edit, tree)
    assert verdict.rejected, verdict.story
    assert verdict.by == AGREEMENT
    assert verdict.story


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.name not in SLOW], ids=named)
def test_the_toy_does_what_our_model_does(unit: Unit) -> None:
    same(unit, open_tree(CLAIMING))


@pytest.mark.slow
@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.name in SLOW], ids=named)
def test_a_function_of_the_toy_with_many_ways_does_what_our_model_does(unit: Unit) -> None:
    same(unit, open_tree(CLAIMING))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.function}: {edit.name}")
def test_a_broken_toy_is_rejected(edit: Edit) -> None:
    is_rejected(edit, open_tree(CLAIMING))


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_linux_6_12_does_what_our_model_does(unit: Unit) -> None:
    same(unit, kernel_of_or_skip("6.12"))


def not_rejected(numbers: range) -> list[str]:
    tree = kernel_of_or_skip("6.12")
    verdicts = [(edit, reject(edit, tree)) for edit in BROKEN[numbers.start : numbers.stop]]
    return [f"{edit.name}: {said.story}" for edit, said in verdicts if not (said.rejected and said.story)]


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, len(BROKEN), TOGETHER))
def test_every_broken_linux_6_12_is_rejected(start: int) -> None:
    kernel_of_or_skip("6.12")
    ((_, wrong),) = in_processes(not_rejected, [range(start, start + TOGETHER)], 1, anew=True)
    assert wrong == []


def test_every_function_of_6_12_is_compared_and_broken_in_either_tree() -> None:
    ours = {unit.name for unit in UNITS}
    for edits in (EDITS, BROKEN):
        assert {edit.function for edit in edits} >= ours - {"__rmqueue_smallest"}  # by what it runs
        assert {edit.home for edit in edits} >= {unit.homes[0] for unit in UNITS}
        assert len({(edit.function, edit.name) for edit in edits}) == len(edits)
    assert {(unit.name, unit.homes[0]) for unit in UNITS} <= LINUX_6_12.cases.keys()


def test_a_tree_is_tried_with_the_nearest_table() -> None:
    found = {
        series: nearest(series).series for series in ("5.10", "6.1", "6.6", "6.9", "6.10", "6.12", "7.0")
    }
    assert found == dict.fromkeys(("5.10", "6.1", "6.6", "6.9"), "6.1") | dict.fromkeys(
        ("6.10", "6.12", "7.0"), "6.12"
    )


def test_what_6_12_has_not_is_not_asked_of_it() -> None:
    names = {unit.name for unit in LINUX_6_12.units}
    assert names & {"__rmqueue_fallback", "steal_suitable_fallback", "move_freepages"} == set()
    assert "__rmqueue_fallback" not in LINUX_6_12.contracts
    assert {unit.name for unit in LINUX_6_1.units} | names == {*functions()}
