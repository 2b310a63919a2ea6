"""Symbolic and real execution agree, of every layer; and a fault in what is lifted is noticed."""

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest

from specs.agreement.check import Agreement, Disagreement
from specs.ledger.subject import Twin, broken, running
from specs.prover.method.few import scene_of
from specs.prover.method.flow import ways_of
from specs.prover.method.labels import FREE
from specs.prover.method.operations import Call, Variant, taken_for_granted
from specs.prover.method.scene import Listed, Scene
from specs.prover.models import CORE, LINUX
from specs.prover.models.core.judge import faults
from specs.prover.models.core.scenes import scene_in, situation_of
from specs.prover.models.core.situations import calls
from tests.specs.lifting_faults import FAULTS

DRAWS = 60
"""Scenes in which a fault must show."""
SEEN = 3
"""Variants of each operation, and scenes for each."""


@cache
def agreement(name: str, variant: Variant, top: int) -> Agreement:
    return Agreement(running(), Call((CORE | LINUX)[name], variant, top))


def some(name: str, top: int) -> list[Variant]:
    variants = (CORE | LINUX)[name].variants(top)
    return variants[:: max(1, len(variants) // SEEN)]


@pytest.mark.parametrize("top", range(4))
@pytest.mark.parametrize("name", CORE)
def test_random_calls_of_the_core_are_walked_alike(name: str, top: int) -> None:
    draw = Random(f"{name} {top}")
    for variant in some(name, top):
        both = agreement(name, variant, top)
        for _ in range(SEEN):
            both.compare(CORE[name].model.drawn(draw, both.call))


@pytest.mark.parametrize("name", LINUX)
def test_random_calls_of_the_linux_zone_are_walked_alike(name: str) -> None:
    draw = Random(name)
    for variant in some(name, 3):
        both = agreement(name, variant, 3)
        for _ in range(SEEN):
            both.compare(LINUX[name].model.drawn(draw, both.call))


@pytest.mark.parametrize("name", ["rmqueue_smallest", "free_one_page", "take", "Zone.free", "Zone.take"])
def test_calls_among_orders_up_to_ten_are_walked_alike(name: str) -> None:
    draw, variants = Random(name), CORE[name].variants(10)
    both = agreement(name, variants[draw.randrange(len(variants))], 10)
    situations = list(calls(name, both.call.variant, 10))
    for each in draw.sample(situations, min(2, len(situations))):
        both.compare(scene_in(both.call, *each))


@pytest.mark.parametrize("name", ["rmqueue_smallest", "free_one_page", "take", "Zone.free", "Zone.take"])
def test_a_state_that_the_solver_makes_is_legal_and_walks_its_path(name: str) -> None:
    both = agreement(name, Variant(1), 2)
    for place, (walk, _) in enumerate(both.paths):
        made = scene_of(walk, taken_for_granted(walk))
        assert made is not None
        assert situation_of(made[0]).legal()
        both.walked.clear()
        both.compare(made[0])
        assert both.walked == {place}


def test_broken_code_agrees_with_itself() -> None:
    """What is checked is the lifting: it says of wrong code what wrong code does."""
    halves = Twin(
        "upper",
        "buddy",
        "expand(area, pfn, order, current, migratetype)\n            return pfn",
        "return pfn",
    )
    draw = Random(1)
    for variant in CORE["rmqueue_smallest"].variants(2):
        both = Agreement(broken(halves), Call(CORE["rmqueue_smallest"], variant, 2))
        for _ in range(SEEN):
            both.compare(CORE["rmqueue_smallest"].model.drawn(draw, both.call))


def try_all(names: Sequence[str]) -> None:
    """Some calls of each operation, its paths walked anew."""
    for name in names:
        operation = (CORE | LINUX)[name]
        for variant in operation.variants(2):
            both, draw = Agreement(running(), Call(operation, variant, 2)), Random(variant.order)
            for _ in range(DRAWS):
                both.compare(operation.model.drawn(draw, both.call))


def test_without_a_fault_there_is_nothing_to_notice() -> None:
    try_all(["take", "Zone.free"])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_lifting_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names, (place, name, wrong) = FAULTS[fault]
    monkeypatch.setattr(place, name, wrong)
    with pytest.raises(Disagreement):
        try_all(names)


def test_a_path_that_is_missing_is_noticed() -> None:
    call = Call(CORE["rmqueue_smallest"], Variant(), 1)
    scene = Scene(call.of, call.variant, 1, (Listed(0, 1, FREE, 3),), {"mt": 3})
    found = ways_of(running(), call)
    Agreement(running(), call, found).compare(scene)
    with pytest.raises(Disagreement, match="no path takes the way"):
        Agreement(running(), call, found[:1] + found[2:]).compare(scene)


def test_the_judge_of_the_core_finds_nothing_wrong_with_running_code() -> None:
    call = Call(CORE["Zone.free"], Variant(), 1)
    both = agreement("Zone.free", Variant(), 1)
    assert both.call == call
    assert faults is CORE["Zone.free"].model.faults
