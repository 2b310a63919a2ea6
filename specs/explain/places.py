"""Where things stand: a function of the code, a row, and what decides it; as file:line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from specs.ledger.theorem import Theorem
from specs.prover.method.row import Proof
from specs.random.tester import Tester
from specs.run.readme import ROOT, where
from specs.theorems.core.runs import Execution

Definition = ast.FunctionDef | ast.ClassDef


def code(name: str) -> str:
    """The line that defines the function, method or class; of a module the first."""
    module, parts = name.split("."), list[str]()
    while not _is_module(".".join(module)):
        parts.insert(0, module.pop())
    spec = find_spec(".".join(module))
    assert spec is not None
    assert spec.origin is not None
    path, line = Path(spec.origin), 1
    body = _parsed(path).body
    for part in parts:
        (found,) = (each for each in body if isinstance(each, Definition) and each.name == part)
        line, body = found.lineno, found.body
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def stated(row: Theorem) -> str:
    """The line on which the row begins."""
    path = where(row)
    for node in ast.walk(_parsed(ROOT / path)):
        if isinstance(node, ast.Call):
            named = (keyword.value for keyword in node.keywords if keyword.arg == "name")
            first = next(iter((*node.args[:1], *named)), None)
            if isinstance(first, ast.Constant) and first.value == row.name:
                return f"{path}:{node.lineno}"
    raise AssertionError(f"{row.name} is not written down in {path}")


def deciders(row: Theorem) -> list[tuple[str, str]]:
    """The functions that say what is owed or looked at, each with its line."""
    found = {_defined(function): None for function in _functions(row.check)}
    return [(function.__name__, _line_of(function)) for function in found]


def _functions(check: Any) -> Iterator[Any]:
    """What a check is made of; if nothing of its own, then what it is."""
    if isinstance(check, Proof):
        own: list[Any] = [each for each in (check.lemmas, check.posts) if each is not None]
        yield from own or [Proof.of_path]
    elif isinstance(check, Execution):
        yield check.judge
    elif isinstance(check, Tester):
        yield check.machine
    else:
        yield getattr(check, "walk", check)


def _defined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that was written down: of a partial one, the last that it is made of."""
    while isinstance(function, partial):
        inner = [each for each in function.args if callable(each)]
        function = inner[-1] if inner else function.func
    return function


def _line_of(function: Any) -> str:
    file = Path(inspect.getfile(function)).relative_to(ROOT).as_posix()
    return f"{file}:{inspect.getsourcelines(function)[1]}"


@cache
def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is no package
        return False


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
