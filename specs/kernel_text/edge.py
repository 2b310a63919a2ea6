"""The edge: what the kernel's functions reach beyond their own text, as operations of our zone's holders.

The lists, the pageblocks' types and the per-CPU lists are those of our own objects, or of what stands in for
them when nothing of a zone is known; so one edge serves proofs, comparisons and runs alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pycparser import c_ast

from specs.kernel_text.integers import LONG, Int
from specs.kernel_text.interpreter import Machine
from specs.kernel_text.lifting import our_pfn
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.values import Page
from specs.prover.method.paths import Path
from specs.prover.method.terms import id_of

Operation = Callable[..., Any]
"""Takes the edge, and the arguments of a call."""


@dataclass(eq=False)
class Edge:
    """What one run of a unit reaches."""

    zone: Any
    members: Any
    """The module of structures' members and arrays' elements."""
    path: Path | None = None
    pcp: Any = None
    ours: Mapping[str, Any] = field(default_factory=dict)
    """Our functions by name, as the module of ours that is run in C's place sees them."""
    callees: Mapping[str, Operation] = field(default_factory=dict)
    """By C name: functions that stand by their contracts."""
    primitives: Mapping[str, Operation] = field(default_factory=dict)
    helpers: tuple[str, ...] = ()
    """Small functions of the tree's that are run as they stand."""
    given: dict[str, Any] = field(default_factory=dict)
    """What the caller of our function handed over beside C's arguments."""
    rules: Callable[[str, c_ast.Node], LoopRule | None] = lambda function, loop: None
    marks: list[tuple[Any, int]] = field(default_factory=list)
    """Blocks that were marked with their orders, and not yet listed; or listed, and not yet marked."""
    types: dict[tuple[str, int], Any] = field(default_factory=dict)
    """The types that pages carry while they are on no list, by the page."""
    origin: dict[tuple[str, int], Any] = field(default_factory=dict)
    """On which per-CPU list a page was found, by the page."""
    count: Any = None
    """What C thinks that the per-CPU lists hold, once it has changed it."""
    beyond: Any = field(default_factory=lambda: Int(LONG, 0))
    """Pages that the lists got in calls that stand by their contracts, and that nobody counted there."""
    free_pages: Any = field(default_factory=lambda: Int(LONG, 0))
    """What C added to NR_FREE_PAGES by itself."""
    accounted: list[tuple[Int, Int]] = field(default_factory=list)
    """And what it accounted for, by type: those that are not counted are passed over."""
    moved: int = 0
    """Pages of the blocks that were moved from one free list to another."""
    done: list[str] = field(default_factory=list)
    """The operations that were called."""
    machine: Machine | None = None

    def call(self, machine: Machine, name: str, args: list[Any]) -> Any:
        """What a call answers; raises KeyError if it is no operation that is known."""
        self.machine = machine
        self.done.append(name)
        if name in self.callees:
            machine.places.append(machine.place)
            return self.callees[name](self, *args)
        if name in self.helpers and machine.text.has(name):
            place = machine.place
            answer = machine.run(name, args)
            machine.place = place
            return answer
        operation = self.primitives[name]
        machine.places.append(machine.place)
        return operation(self, *args)

    def field(self, machine: Machine, of: Any, name: str) -> Any:
        """A member of a structure."""
        return self.members.READ[name](self, of)

    def store(self, machine: Machine, of: Any, name: str, value: Any) -> None:
        """Store a member of a structure."""
        self.members.STORED[name](self, of, value)

    def element(self, machine: Machine, of: Any, index: Any) -> Any:
        """An element of an array."""
        return self.members.element_of(self, of, index)

    def our_pfn(self, value: Any) -> Any:
        """A page's number."""
        return our_pfn(self.path, value)

    def suppose(self, fact: Any) -> None:
        """What is so of all that the kernel calls the function with; the unit says it in words."""
        if self.path is not None:
            self.path.assume(fact)

    def owe(self, holds: object, says: str) -> None:
        """What must be so wherever C comes here: a truth, or a term."""
        if self.path is None:
            if holds is not True:
                raise AssertionError(says)
            return
        import z3

        goal = z3.BoolVal(holds) if isinstance(holds, bool) else holds
        assert isinstance(goal, z3.BoolRef)
        if self.path.world is not None:
            self.path.world.owe("impossible", z3.simplify(goal), says)
        else:
            self.path.owe("impossible", z3.simplify(goal), says)


ALIVE: dict[int, Any] = {}
"""Terms by their ids, which are their own as long as they live."""


def key(page: Page) -> tuple[str, int]:
    """A page's name in a dictionary: its number, or the id of its term, whose text may be endless."""
    if isinstance(page.pfn, int):
        return "page", page.pfn
    ALIVE[id_of(page.pfn)] = page.pfn
    return "term", id_of(page.pfn)
