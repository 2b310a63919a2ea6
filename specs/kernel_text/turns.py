"""Rules of loops, as the units need them: where a turn begins and ends, and whose contract its body has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from specs.kernel_text.edge import Edge
from specs.kernel_text.interpreter import Returned
from specs.kernel_text.values import Cell, Scope


def cell_of(scope: Scope, name: str) -> Cell:
    """The variable, which the loop must have."""
    found = scope.find(name)
    if found is None:
        raise KeyError(f"the loop has no variable {name}")
    return found


class Turns:
    """A loop whose turns are counted as the text says, and whose body is run; rules differ from that."""

    keeps = True

    def enter(self, scope: Scope) -> None:
        """It begins as the text says, and nothing is forgotten."""

    def again(self, scope: Scope) -> None:
        """The next turn follows."""

    def body(self, scope: Scope) -> bool:
        """It is run."""
        return False


class EdgeTurns(Turns):
    """The same, of a rule that owes and supposes."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge


class OneTurn(Turns):
    """A loop of which one turn is run, from what is put into its variables; then the function is left."""

    keeps = False

    def __init__(self, values: Callable[[Scope], dict[str, Any]], answer: Callable[[Scope], Any]) -> None:
        self.values, self.answer = values, answer

    def enter(self, scope: Scope) -> None:
        """Put the values."""
        for name, value in self.values(scope).items():
            cell_of(scope, name).value = value

    def again(self, scope: Scope) -> None:
        """Leave."""
        raise Returned(self.answer(scope))


class EachTurn(Turns):
    """A loop whose bounds are known, and whose body is a unit of its own: its contract stands in for it."""

    def __init__(self, turn: Callable[[Scope], None]) -> None:
        self.turn = turn

    def body(self, scope: Scope) -> bool:
        """The contract."""
        self.turn(scope)
        return True
