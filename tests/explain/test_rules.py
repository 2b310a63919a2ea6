"""Every rule is explained, and every trace that is to break one breaks that very rule."""

from __future__ import annotations

import io
from typing import get_args

import pytest

from verified_buddy.explain.rules import HEADER, RULES, shown
from verified_buddy.oracle.check import check
from verified_buddy.oracle.rules import Level, Rule

TRACES = {rule: told for rule, told in RULES.items() if told.level is not None}


def test_every_rule_is_explained() -> None:
    assert [*RULES] == [*get_args(Rule)]
    assert all(told.says.endswith(".") and told.example for told in RULES.values())


@pytest.mark.parametrize("rule", TRACES)
def test_the_example_of_a_rule_breaks_that_rule_and_no_level_below_notices(rule: Rule) -> None:
    told = TRACES[rule]
    text = "\n".join([HEADER, *told.example, ""]).encode()
    assert told.level is not None
    (found,) = check(io.BytesIO(text), "example", told.level).listed
    assert (found.rule, found.line) == (rule, 1 + len(told.example))
    assert shown(told)[len(told.example) + 2].startswith(f"line {found.line}: {rule}: ")
    below = Level(told.level - 1)
    if told.level > Level.COMPLETE:
        assert check(io.BytesIO(text), "example", below).conforms


def test_what_a_buddy_trace_can_break_is_shown_as_one() -> None:
    assert len(TRACES) == 9
