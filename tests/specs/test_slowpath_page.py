"""The page on the slow path shows what is generated from the table of its states, word for word."""

from __future__ import annotations

from specs.explain.slowpath import KERNEL, drawn, table
from specs.theorems import LEDGER
from tests.documents import text_of
from verified_buddy.linux.slowpath import NEXT, STEPS, State

PAGE = "specs/README.md"


def test_the_page_shows_the_table_of_states() -> None:
    assert f"```\n{drawn()}\n```" in text_of(PAGE)
    assert table() in text_of(PAGE)


def test_every_state_has_its_function_and_a_row() -> None:
    assert set(KERNEL) == set(State) == set(NEXT)
    assert all(line.count("`") > 4 for line in table().splitlines()[2:])
    assert {state for state in State if NEXT[state]} == set(STEPS)


def test_a_changed_table_changes_the_page() -> None:
    names = [row.name for row in LEDGER if row.name.startswith("slowpath-")]
    assert names
    assert all(f"`{name}`" in text_of(PAGE) for name in names)
