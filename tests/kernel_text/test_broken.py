"""Broken kernels: edits of the kernel's text, in memory, each of which a row or the agreement rejects."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from specs.kernel_text.broken import EDITS
from specs.kernel_text.broken.edit import AGREEMENT, Edit
from specs.kernel_text.broken.judge import reject, units_of
from specs.kernel_text.functions import UNITS
from specs.kernel_text.rows import rows_of
from specs.ledger.subject import DoesNotApply
from specs.run.pool import in_processes
from tests.kernel_text.trees import kernel_or_skip, toy

FIRST = {edit.function: edit for edit in reversed(EDITS)}
"""One of every function."""
OTHERS = [edit for edit in EDITS if edit not in FIRST.values()]


def name(edit: Edit) -> str:
    return f"{edit.function}: {edit.name}"


def is_rejected(edit: Edit) -> None:
    verdict = reject(edit, kernel_or_skip())
    print(f"{name(edit)}: {verdict.by}, {verdict.seconds:.1f} s: {verdict.story}")  # noqa: T201 # what -s shows
    assert verdict.rejected, verdict.story
    assert verdict.by == edit.by
    assert verdict.story


@pytest.mark.parametrize("edit", FIRST.values(), ids=name)
def test_a_broken_kernel_is_rejected(edit: Edit) -> None:
    is_rejected(edit)


TOGETHER = 12
"""Edits that one process judges: what it remembers of each is much."""


def judged(numbers: range) -> list[tuple[str, str]]:
    """Those of these edits that are not rejected as they should be, and why."""
    wrong = []
    for edit in OTHERS[numbers.start : numbers.stop]:
        verdict = reject(edit, kernel_or_skip())
        if not verdict.rejected or verdict.by != edit.by or not verdict.story:
            wrong.append((name(edit), f"{verdict.by}: {verdict.story}"))
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, len(OTHERS), TOGETHER))
def test_every_broken_kernel_is_rejected(start: int) -> None:
    kernel_or_skip()
    numbers = range(start, start + TOGETHER)
    ((_, wrong),) = in_processes(judged, [numbers], 1, anew=True)
    assert wrong == []


def test_every_function_is_broken_and_every_edit_has_a_row_of_its_units() -> None:
    assert {edit.function for edit in EDITS} >= {unit.name for unit in UNITS}
    assert len({name(edit) for edit in EDITS}) == len(EDITS) >= 45
    for edit in EDITS:
        units = units_of(edit.function, edit.home)
        assert units, name(edit)
        rows = {row.name for unit in units for row, _ in rows_of(unit, every=True)}
        assert edit.by in {*rows, AGREEMENT}, name(edit)


def test_no_edit_has_a_statement_of_the_kernels() -> None:
    for edit in EDITS:
        assert ";" not in edit.pattern + edit.new, name(edit)
        assert len(re.findall(r"\w+", edit.pattern)) <= 6, name(edit)


def test_an_edit_that_stands_nowhere_or_twice_does_not_apply() -> None:
    edit = Edit("an edit", "expand", "no such name", "", AGREEMENT)
    for pattern in (edit.pattern, "high", "textbook"):
        with pytest.raises(DoesNotApply, match="an edit: its pattern stands"):
            reject(replace(edit, pattern=pattern), toy())
    with pytest.raises(DoesNotApply, match="no function nothing"):
        reject(replace(edit, function="nothing"), toy())


def test_an_edit_that_changes_nothing_is_rejected_by_nothing() -> None:
    same = Edit("the same", "expand", "1UL << high", "1UL << (high + 0)", "")
    verdict = reject(same, toy())
    assert (verdict.rejected, verdict.by, verdict.story) == (False, AGREEMENT, "same")


@pytest.mark.parametrize(
    ("pattern", "new", "why"),
    [
        ("1UL << high", "1UL << unknown", "Unread"),
        ("set_buddy_order", "no_operation_of_ours", "Unread"),
        ("1UL << high", "1UL << high << missing(", "Unread"),
    ],
)
def test_what_is_not_understood_rejects_nothing(pattern: str, new: str, why: str) -> None:
    for by in ("alloc-exact", AGREEMENT):
        verdict = reject(Edit("not read", "expand", pattern, new, by), toy())
        assert not verdict.rejected
        assert why in verdict.story
