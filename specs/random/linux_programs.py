"""The Linux zone, tested by random programs beside the oracle on plain lists."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from specs.ledger.refutation import cut_if_endless
from specs.random.linux_beside import TypedMachine
from specs.random.linux_geometries import GEOMETRIES
from specs.random.programs import Programs

USUAL = ("alloc", "free") * 8


class TypedZoneMachine(Programs):
    """All zones of a geometry, and the oracle's, driven alike."""

    @initialize(name=st.sampled_from(sorted(GEOMETRIES)))
    def begin(self, name: str) -> None:
        """Zones with their memory."""
        with self.telling(""):
            self.machine = TypedMachine(self.subject, GEOMETRIES[name], self.calls)

    @rule(data=st.data(), times=st.integers(1, 12))
    def call(self, data: st.DataObject, times: int) -> None:
        """Some calls, allocations and frees above all."""
        calls = data.draw(
            st.lists(st.sampled_from([*self.machine.calls, *USUAL]), min_size=times, max_size=times)
        )
        numbers = data.draw(st.lists(st.integers(0, 2**16), min_size=8, max_size=8))
        for turn, call in enumerate(calls):
            self.lengths[-1] += 1
            with self.telling(""), cut_if_endless():
                self.machine.step(call, Numbers([number + 7919 * turn for number in numbers]))


class Numbers:
    """The choices of one call, from numbers drawn before."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers

    def __call__(self, below: int) -> int:
        """The next choice."""
        self.numbers.append(self.numbers.pop(0))
        return self.numbers[-1] % below
