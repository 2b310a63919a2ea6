"""The toy kernel: what holds of the kernel's functions holds of it, and its broken twins are rejected."""

from __future__ import annotations

import re

import pytest

from specs.kernel_text.broken.edit import Edit
from specs.kernel_text.broken.judge import TOPS, agreement, reject, subject_of
from specs.kernel_text.functions import UNITS
from specs.kernel_text.interpreter import STATEMENTS
from specs.kernel_text.macros import recorded
from specs.kernel_text.reader import Text
from specs.kernel_text.rows import rows_of, tops_of
from specs.kernel_text.units import Unit
from tests.kernel_text.toy_edits import EDITS
from tests.kernel_text.trees import TOY, kernel_or_skip, toy

LONGEST = ("break_down_buddy_pages", "take_page_off_buddy")
"""Functions whose comparison with ours takes many minutes."""
SLOW = (
    "__free_one_page",
    "__zone_watermark_ok",
    "free_pcppages_bulk",
    "steal_suitable_fallback",
    "zone_watermark_fast",
)
"""Functions whose comparison takes long."""


@pytest.fixture(scope="module")
def text() -> Text:
    return Text(toy(), recorded())


def named(unit: Unit) -> str:
    return f"{unit.name} for {unit.homes[0]}"


def rows_hold(unit: Unit, text: Text, tops: tuple[int, ...], most: int | None = None) -> None:
    subject = subject_of(unit, text)
    for row, proof in list(rows_of(unit, every=True))[:most]:
        outcome = proof(subject, tops_of(proof, tops))
        assert outcome.result == "holds", f"{row.name}: {outcome.story}"


def agrees(unit: Unit, text: Text) -> None:
    for home in unit.homes:
        found = agreement(unit, text, home)
        assert found.story in ("same", "it is compared with nothing")


@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_a_row_of_every_unit_holds_of_the_toy(unit: Unit, text: Text) -> None:
    rows_hold(unit, text, TOPS, 1)
    if unit.name not in (*SLOW, *LONGEST):
        agrees(unit, text)


@pytest.mark.slow
@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.name in SLOW], ids=named)
def test_a_function_of_the_toy_with_many_ways_does_what_ours_does(unit: Unit, text: Text) -> None:
    agrees(unit, text)


@pytest.mark.whole
@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_all_rows_of_every_unit_hold_of_the_toy(unit: Unit, text: Text) -> None:
    rows_hold(unit, text, (3, 10))
    agrees(unit, text)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.function}: {edit.name}")
def test_a_broken_toy_is_rejected(edit: Edit) -> None:
    verdict = reject(edit, toy())
    assert verdict.rejected, verdict.story
    assert verdict.by == edit.by


def test_a_broken_toy_is_told_as_a_story() -> None:
    edit = next(edit for edit in EDITS if edit.name == "a half is lost")
    told = reject(edit, toy()).told()
    assert "call: rmqueue_smallest" in told
    assert "wrong: " in told


def constructs(of: Text) -> set[str]:
    """The kinds of statements in the functions of the units."""
    found = set()
    waiting = [of.function(unit.name).body for unit in UNITS]
    while waiting:
        node = waiting.pop()
        found.add(type(node).__name__)
        waiting.extend(child for _, child in node.children())
    return found


def test_the_toy_has_every_kind_of_statement_that_the_kernels_functions_have(text: Text) -> None:
    real = Text(kernel_or_skip(), recorded())
    statements = {kind.__name__ for kind in STATEMENTS}
    assert constructs(real) & statements <= constructs(text)


def test_no_statement_of_the_toys_is_the_kernels_but_what_a_line_of_names_must_say(text: Text) -> None:
    real = Text(kernel_or_skip(), recorded())
    lines = {squeezed(line) for file in real.files for line in real.source(file).splitlines()}
    own = {
        line.strip()
        for file in text.files
        for line in (TOY / file).read_text(encoding="utf-8").splitlines()
        if line.startswith("\t") and len(squeezed(line)) > LONG
    }
    assert {line for line in own if squeezed(line) in lines} <= SHARED


def squeezed(line: str) -> str:
    return re.sub(r"\s", "", line)


LONG = 40
"""Characters, from which on a line that is the same is no accident of short names."""
SHARED = {
    "[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },",
    "[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },",
    "[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_TYPES },",
}
"""A table of the interface."""
