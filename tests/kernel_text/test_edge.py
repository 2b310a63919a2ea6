"""The operations at the edge are trusted, hence tested: over concrete lists, each does as its law says."""

from __future__ import annotations

import pytest

from specs.kernel_text.contracts import members
from specs.kernel_text.contracts.compared import ELEMENT, LAWS, wrong
from specs.kernel_text.contracts.twins import TWINS
from specs.kernel_text.front_end.front import broken, running

FEW, MANY, FOR_TWINS = range(12), range(100, 400), range(40)


def test_every_operation_and_every_member_has_a_law_and_a_broken_twin() -> None:
    assert set(LAWS) == set(running().primitives.PRIMITIVES)
    assert set(members.READ) == set(running().members.READ)
    assert set(members.STORED) == set(running().members.STORED)
    names = {*LAWS, *members.READ, *members.STORED, ELEMENT}
    assert {operation for operation, _ in TWINS} == names


def test_every_operation_does_as_its_law_says() -> None:
    assert list(wrong(running(), FEW)) == []


@pytest.mark.slow
def test_every_operation_does_as_its_law_says_in_many_states() -> None:
    assert list(wrong(running(), MANY)) == []


def test_a_broken_operation_is_noticed() -> None:
    survivors = []
    for operation, twin in TWINS:
        if next(wrong(broken(twin), FOR_TWINS, operation), None) is None:
            survivors.append(twin.name)
    assert survivors == []
