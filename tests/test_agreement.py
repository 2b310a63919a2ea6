"""Symbolic and concrete execution agree; and a fault in what is lifted is noticed."""

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest

from specs.agreement.check import Agreement, Disagreement
from specs.agreement.drawn import drawn, from_situations
from specs.agreement.settings import Setting
from specs.agreement.solved import Solved
from specs.prover.operations import OPERATIONS, Variant, walks
from specs.subject import Twin, broken, running
from specs.theorems.paths import expected_paths
from tests.lifting_faults import FAULTS

RUNS = 16
DEEP = 10


@cache
def agreement(operation: str, variant: Variant, top: int) -> Agreement:
    return Agreement(running(), operation, variant, top)


@pytest.mark.parametrize("top", range(5))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_random_calls_are_walked_alike(operation: str, top: int) -> None:
    draw, variants = Random(f"{operation} {top}"), OPERATIONS[operation][1](top)
    for run in range(RUNS):
        variant = variants[run % len(variants)]
        agreement(operation, variant, top).compare(drawn(draw, operation, variant, top))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_calls_among_orders_up_to_ten_are_walked_alike(operation: str) -> None:
    draw, variants = Random(operation), OPERATIONS[operation][1](DEEP)
    variant = variants[draw.randrange(len(variants))]
    settings = from_situations(operation, variant, DEEP)
    for setting in (draw.choice(settings), drawn(draw, operation, variant, DEEP)):
        agreement(operation, variant, DEEP).compare(setting)


@pytest.mark.parametrize("top", range(4))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_path_is_walked_from_a_state_that_the_solver_makes(operation: str, top: int) -> None:
    """All but the paths that no state can walk; how many can, the closed formula says."""
    for variant in OPERATIONS[operation][1](top):
        both, solved = agreement(operation, variant, top), Solved(operation, variant, top)
        made = [solved.setting(place, claims) for place, claims in enumerate(both.claims)]
        for place, setting in enumerate(made):
            if setting is not None:
                both.compare(setting, place)
        assert len(made) - made.count(None) == expected_paths(operation, variant.order, top)


def test_broken_code_agrees_with_itself() -> None:
    """What is checked is the lifting: it says of wrong code what wrong code does."""
    halves = Twin(
        "upper",
        "buddy",
        "expand(area, pfn, order, current, migratetype)\n            return pfn",
        "return pfn",
    )
    for variant in OPERATIONS["rmqueue_smallest"][1](2):
        both, draw = Agreement(broken(halves), "rmqueue_smallest", variant, 2), Random(1)
        for _ in range(RUNS):
            both.compare(drawn(draw, "rmqueue_smallest", variant, 2))


def test_a_state_that_is_not_legal_is_not_tried() -> None:
    with pytest.raises(AssertionError):
        agreement("rmqueue_smallest", Variant(), 1).compare(Setting(1, free=((0, 0, 0), (1, 0, 0))))


def try_all(names: Sequence[str]) -> None:
    """Every operation's random calls, its paths walked anew."""
    for operation in names:
        found = walks.__wrapped__(running(), operation, 2)
        for variant in OPERATIONS[operation][1](2):
            both, draw = Agreement(running(), operation, variant, 2, found), Random(variant.order)
            for _ in range(24):
                both.compare(drawn(draw, operation, variant, 2))


def test_without_a_fault_there_is_nothing_to_notice() -> None:
    try_all(["take", "Zone.free"])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_lifting_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names, (place, name, wrong) = FAULTS[fault]
    monkeypatch.setattr(place, name, wrong)
    with pytest.raises(Disagreement):
        try_all(names)
