"""One run of functions of a text: what it reaches, and where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import z3
from pycparser import c_ast

from specs.kernel_text.errors import Place, Unread
from specs.kernel_text.reader import Text
from specs.kernel_text.settled import settled
from specs.kernel_text.values import Scope
from specs.prover.method.paths import Path

NOWHERE: Final = Place("", 0)


class LoopRule(Protocol):
    """How a loop without a bound is reasoned about: it may only forget and owe; the text is evaluated."""

    keeps: bool
    """Whether its turns are counted, so that nothing is forgotten."""

    def enter(self, scope: Scope) -> None:
        """Go on from any state that satisfies the invariant, which is owed."""

    def again(self, scope: Scope) -> None:
        """The invariant is owed after a turn, and the path ends."""

    def body(self, scope: Scope) -> bool:
        """Stand in for the body, which is a unit of its own with this contract; False: it does not."""


class Edge(Protocol):
    """What the functions reach beyond their own text."""

    def call(self, machine: Any, name: str, args: list[Any]) -> Any:
        """What a call answers; raises KeyError if it is no operation that is known."""

    def field(self, machine: Any, of: Any, name: str) -> Any:
        """A member of a structure; raises KeyError if it is none that is known."""

    def store(self, machine: Any, of: Any, name: str, value: Any) -> None:
        """Store a member of a structure; raises KeyError if it is none that is known."""

    def element(self, machine: Any, of: Any, index: Any) -> Any:
        """An element of an array; raises KeyError if it is none that is known."""


def no_rule(function: str, loop: c_ast.Node) -> LoopRule | None:
    """Every loop is followed to its end."""
    return None


@dataclass
class Run:
    """What expressions need of whoever runs them."""

    text: Text
    edge: Edge
    constants: Mapping[str, Any]
    path: Path | None = None
    rules: Callable[[str, c_ast.Node], LoopRule | None] = no_rule
    place: Place = NOWHERE
    function: str = ""
    heard: frozenset[str] = frozenset()
    """Functions that are passed over elsewhere, and are operations of this edge."""
    places: list[Place] = field(default_factory=list)
    """Where the operations of the edge were called."""

    def run(self, name: str, args: list[Any]) -> Any:
        """What a function of the text returns for the arguments."""
        raise NotImplementedError(name)

    def decide(self, found: bool | z3.BoolRef) -> bool:
        """The truth of it on this path."""
        if isinstance(found, bool):
            return found
        assert self.path is not None
        known = None if getattr(self.path, "sure", False) else settled(self.path, found)
        return self.path.decide(found) if known is None else known

    def unread(self, construct: str) -> Unread:
        """What cannot be understood here."""
        return Unread(self.place, construct)
