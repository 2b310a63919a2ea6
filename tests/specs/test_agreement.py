"""Symbolic and concrete execution agree; and a fault in what is lifted is noticed."""

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest
import z3

from specs.agreement import solved
from specs.agreement.check import Agreement, Disagreement
from specs.agreement.drawn import drawn, from_situations
from specs.agreement.settings import Setting
from specs.agreement.solved import Solved, legal_state
from specs.ledger.subject import Twin, broken, running
from specs.prover.method.walks import walked_anew, walks
from specs.prover.models.core import invariants
from specs.prover.models.core.labels import State, Truth
from specs.prover.models.core.operations import OPERATIONS, Variant
from specs.theorems.core.paths import expected_paths
from tests.specs.lifting_faults import FAULTS

RUNS = 14
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


def sizes(setting: Setting) -> int:
    return sum(end - start for start, end in setting.held)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_calls_among_orders_up_to_ten_are_walked_alike(operation: str) -> None:
    draw, variants = Random(operation), OPERATIONS[operation][1](DEEP)
    variant = variants[draw.randrange(len(variants))]
    settings = from_situations(operation, variant, DEEP)
    for setting in (min(draw.sample(settings, 3), key=sizes), drawn(draw, operation, variant, DEEP)):
        agreement(operation, variant, DEEP).compare(setting)


@pytest.mark.parametrize("top", range(4))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_path_is_walked_from_a_state_that_the_solver_makes(operation: str, top: int) -> None:
    """All but the paths that no state can walk; how many can, the closed formula says."""
    for variant in OPERATIONS[operation][1](top):
        both, states = agreement(operation, variant, top), Solved(operation, variant, top)
        made = [states.setting(place, claims) for place, claims in enumerate(both.claims)]
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
        found = walked_anew(running(), operation, 2)
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


def test_a_path_that_is_missing_or_there_twice_is_noticed() -> None:
    found = walks(running(), "rmqueue_smallest", 1)
    setting = Setting(1, free=((0, 1, 3),), migratetype=3)
    for wrong, count in ((found[:1] + found[2:], 0), (found + found[1:2], 2)):
        with pytest.raises(Disagreement, match=f"{count} paths fit"):
            Agreement(running(), "rmqueue_smallest", Variant(), 1, wrong).compare(setting)


def test_a_state_of_another_path_is_noticed() -> None:
    with pytest.raises(Disagreement, match=r"walks \[1\] instead of path 0"):
        agreement("rmqueue_smallest", Variant(), 1).compare(Setting(1, free=((0, 1, 0),)), 0)


def made_legal() -> bool:
    """Whether the state that the solver makes for a path without conditions is one of blocks, and legal."""
    claims = agreement("rmqueue_smallest", Variant(), 1).claims[-1]
    try:
        made = Solved("rmqueue_smallest", Variant(), 1).setting(0, claims)
    except AssertionError:
        return False  # its maps say what no blocks could
    assert made is not None
    return made.legal()


@pytest.mark.parametrize("name", ["labels", "rep", "coalesced", "uniform"])
def test_without_one_of_the_invariants_a_state_is_not_legal(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prover's invariants and the specification's are written apart, and say the same."""

    def broken_state(state: State, pages: range) -> list[Truth]:
        says: list[Truth] = []
        for other in (*invariants.INVARIANTS, "uniform"):
            monkeypatch.setattr(solved, "KEPT", (other,))
            instances = legal_state(state, pages)
            says += [z3.Not(z3.And(instances))] if other == name else instances
        return says

    assert made_legal()
    monkeypatch.setattr(solved, "legal_state", broken_state)
    assert not made_legal()
