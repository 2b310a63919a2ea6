"""What is called equal is: both texts answer alike where they could part, and each text still stands."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from specs.ledger.subject import Subject, broken, running, source_of
from specs.mutants.equivalents import LINUX_EQUIVALENT, Equal

BY_NAME = {each.twin.name.partition(":")[0]: each.twin for each in LINUX_EQUIVALENT}


@pytest.mark.parametrize("equal", LINUX_EQUIVALENT, ids=lambda equal: str(equal.twin.name))
def test_the_text_that_is_called_equal_stands_in_the_code(equal: Equal) -> None:
    assert equal.twin.patched(source_of(equal.twin.module)) != source_of(equal.twin.module)
    assert equal.reason


def both(name: str) -> tuple[Subject, Subject]:
    return running(), broken(BY_NAME[name])


def test_a_refill_brings_as_many_blocks() -> None:
    ours, other = both("pcp.refill_blocks")
    for batch, order in product(range(1, 2049), range(11)):
        assert ours.linux.pcp.refill_blocks(batch, order) == other.linux.pcp.refill_blocks(batch, order)


def test_the_limit_of_the_lists_is_the_same() -> None:
    sides = both("pcp.pcp_limit")
    for high, batch, factor, order in product(range(9), range(1, 5), range(6), range(11)):
        for reclaim in (False, True):
            answers = []
            for side in sides:
                lists = side.linux.pcp.PerCpuPages(high, batch)
                lists.free_factor = factor
                answers.append(side.linux.pcp.pcp_limit(lists, order, reclaim_active=reclaim))
            assert answers[0] == answers[1]


def test_the_victim_is_the_same() -> None:
    sides = both("fallback.find_victim")
    draw = Random(1)
    at_the_order = 0
    for _ in range(6000):
        blocks = {
            (draw.randrange(11), draw.randrange(5)): 1024 * (each + 1) for each in range(draw.randrange(5))
        }
        order, kind, sparing = draw.randrange(11), draw.randrange(3), draw.random() < 0.3
        answers: list[Any] = []
        for side in sides:
            area = side.free_area.FreeArea(10, 5)
            for (size, listed), pfn in blocks.items():
                area.add(pfn, size, listed, tail=True)
            answers.append(side.linux.fallback.find_victim(area, order, kind, no_fragment=sparing))
        assert answers[0] == answers[1]
        at_the_order += answers[0] is not None and answers[0][1] == order and kind == 1 and order < 4
    assert at_the_order > 20
