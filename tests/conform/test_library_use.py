"""How a project puts the oracle into its own test suite: for an allocator in C, compiled on the fly."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conform.allocators import build, needs_cc
from verified_buddy.conform import library
from verified_buddy.conform.fixtures import Conforms, conforms
from verified_buddy.conform.machine import AllocatorMachine

__all__ = ["conforms"]
pytestmark = needs_cc
FEW = settings(max_examples=30, phases=[Phase.generate], deadline=None)


def test_my_allocator_conforms(conforms: Conforms, tmp_path: Path) -> None:
    conforms(str(build(tmp_path, "tree")), seconds=3)


def test_a_wrong_one_fails_with_its_shortest_run(conforms: Conforms, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        conforms(str(build(tmp_path, "lists", "Z31")), seconds=5)
    assert str(failed.value).startswith("overlap (theorem no-overlap): alloc of order 0 returned page 0")
    assert "alloc 0 -> 0\nalloc 0 -> 0\n" in str(failed.value)


def machine(path: Path) -> type[AllocatorMachine]:
    class MyAllocator(AllocatorMachine):
        way = staticmethod(partial(library.load, str(path)))

    return MyAllocator


def test_a_state_machine_accepts_the_right_one(tmp_path: Path) -> None:
    run_state_machine_as_test(machine(build(tmp_path, "bitmap")), settings=FEW)


@pytest.mark.parametrize("bug", ["M40", "D25"])
def test_a_state_machine_finds_the_wrong_one(tmp_path: Path, bug: str) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(build(tmp_path, "lists", bug)), settings=FEW)
