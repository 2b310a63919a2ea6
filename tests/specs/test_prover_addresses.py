"""Laws of lifted addresses: a shift is that of Python's ints, and owes what it may lose."""

from __future__ import annotations

import pytest
import z3

from specs.prover.models.addresses import LiftedAddress
from tests.specs.test_lifted import BOUNDARY, Owing, value_of


def lifted(path: Owing, value: int) -> LiftedAddress:
    return LiftedAddress(path, z3.BitVecVal(value, 64))


@pytest.mark.parametrize("by", [0, 1, 3, 12, 21, 39, 52, 63])
def test_shifts_are_those_of_ints(by: int) -> None:
    for value in BOUNDARY:
        path = Owing()
        assert value_of(lifted(path, value) >> by) == value >> by
        assert path.owed == []
        assert value_of(lifted(path, value) << by) == (value << by) % 2**64
        assert value_of(lifted(path, value) * 2**by) == (value << by) % 2**64
        assert path.owed == [value << by < 2**64] * 2


@pytest.mark.parametrize("wrong", [-1, 64, True, 1.0, None])
def test_other_shifts_are_refused(wrong: object) -> None:
    for shift in ("__lshift__", "__rshift__"):
        with pytest.raises(TypeError):
            getattr(lifted(Owing(), 1), shift)(wrong)
    with pytest.raises(TypeError):
        lifted(Owing(), 1) * 3


def test_what_comes_of_an_address_is_one() -> None:
    path = Owing()
    address = lifted(path, 0x1234_5678)
    for result in (
        address + 1,
        address - 1,
        address | 1,
        address ^ 1,
        address & 7,
        address // 8,
        address % 8,
    ):
        assert isinstance(result, LiftedAddress)
