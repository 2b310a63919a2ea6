"""Loads by name."""

from __future__ import annotations

import pytest

from verified_buddy.linux.gfp import gfp_error
from verified_buddy.simulate import command
from verified_buddy.simulate.load import Ask, Give
from verified_buddy.simulate.named_loads import LOADS, named_load


@pytest.mark.parametrize("name", LOADS)
def test_a_mix_is_a_thousand_and_fits_into_memory(name: str) -> None:
    assert sum(kind.often for kind in LOADS[name]) == 1000
    assert sum(kind.share for kind in LOADS[name]) < 1
    assert not any(gfp_error(kind.gfp_mask) for kind in LOADS[name])


@pytest.mark.parametrize("name", LOADS)
def test_the_same_seed_is_the_same_load(name: str) -> None:
    first, again, other = ([*named_load(name, 3000, seed, 60_000, 2)] for seed in (1, 1, 2))
    assert first == again != other
    asked = [step.name for step in first if isinstance(step, Ask)]
    given = [step.name for step in first if isinstance(step, Give)]
    assert asked == [*range(3000)]
    assert {*given} <= {*asked}
    assert len({*given}) == len(given) > 0


def test_the_command_knows_their_names() -> None:
    assert tuple(LOADS) == command.NAMES
