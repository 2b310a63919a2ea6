"""A state machine of Hypothesis to subclass: an allocator beside the model, in this process."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from verified_buddy.conform.board import alloc, event, free
from verified_buddy.conform.drive import diverged
from verified_buddy.conform.peer import Geometry, Peer, Way
from verified_buddy.oracle.judge import Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.rules import LEVELS


class AllocatorMachine(RuleBasedStateMachine):
    """Subclass it with a ``way`` in, and add rules of your own; ``call`` judges every call.

    A crash is a crash of the tests here; ``verified-buddy conform`` has a process for that.
    """

    way: ClassVar[Way]
    level: ClassVar[str] = "complete"
    geometries: ClassVar[st.SearchStrategy[Geometry]] = st.builds(
        Geometry, st.just(0), st.integers(1, 64), st.integers(0, 6)
    )

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """A fresh pool."""
        self.peer: Peer = type(self).way()
        self.number = 0
        self.blocks: list[tuple[int, int]] = []
        geometry = data.draw(self.geometries)
        header = self.peer.begin(geometry)
        assert header is not None, f"the geometry is not supported: {geometry}"
        self.judge = Judge(Memory(header), LEVELS[self.level])
        askable = self.peer.orders()
        self.orders = [order for order in range(header.max_order + 1) if askable >> order & 1]
        assert self.orders, f"no order can be asked for: {geometry}"

    def teardown(self) -> None:
        """The run is over."""
        if hasattr(self, "peer"):
            self.peer.fini()

    def call(self, asked: int) -> int:
        """Make a call, there and here."""
        reply = self.peer.alloc(asked - 1) if asked > 0 else self.peer.free(~asked >> 6, ~asked & 63)
        self.number += 1
        fault = self.judge.fault(event(asked, reply), self.number)
        assert fault is None, f"{fault.rule}: {diverged(fault, asked, reply).says}"
        return int(reply)

    @rule(order=st.integers(0, 32))
    def alloc(self, order: int) -> None:
        """Ask for a block."""
        order = self.orders[order % len(self.orders)]
        pfn = self.call(alloc(order))
        if pfn >= 0:
            self.blocks.append((pfn, order))

    @precondition(lambda self: self.blocks)
    @rule(place=st.integers(0, 1 << 16))
    def free(self, place: int) -> None:
        """Give one back."""
        self.call(free(*self.blocks.pop(place % len(self.blocks))))
