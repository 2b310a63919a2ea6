"""The contract clauses (PEP 316) that stand in the core's docstrings, as code."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

CLAUSE = re.compile(r"^(pre|post): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Contract:
    """A function with its clauses; a clause is an expression over the arguments and ``__return__``."""

    function: FunctionType
    pre: tuple[str, ...]
    post: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(inspect.signature(self.function).parameters)

    def holds(self, clause: str, arguments: dict[str, Any]) -> Any:
        """The value of a clause, in the names that the function itself sees."""
        return eval(clause, self.function.__globals__, arguments)  # noqa: S307 # our own docstrings


def contracts(module: ModuleType) -> list[Contract]:
    """Every function of the module that has clauses."""
    found = []
    for function in vars(module).values():
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            clauses = CLAUSE.findall(inspect.getdoc(function) or "")
            kinds = {kind: tuple(text for each, text in clauses if each == kind) for kind in ("pre", "post")}
            if clauses:
                found.append(Contract(function, kinds["pre"], kinds["post"]))
    return found
