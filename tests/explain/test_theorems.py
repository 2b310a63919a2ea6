"""The theorems of the wheel are the ledger's, as it stands."""

from __future__ import annotations

from specs.explain.shipped import FILE, shipped
from specs.theorems import LEDGER
from verified_buddy.explain.theorems import theorems
from verified_buddy.oracle.rules import THEOREMS


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == shipped(), "python -m specs.explain.shipped writes it"


def test_every_theorem_has_its_sentence_and_a_broken_version_that_it_rejects() -> None:
    told = theorems()
    assert [*told] == [row.name for row in LEDGER]
    for row in LEDGER:
        assert told[row.name].says == row.says
        assert told[row.name].example.name in row.rejects


def test_the_theorem_behind_every_rule_is_there() -> None:
    assert {*THEOREMS.values()} <= {*theorems()}
