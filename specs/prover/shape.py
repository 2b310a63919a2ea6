"""What the symbolic run cannot see of the code, read off its text: each must hold, or nothing is proved."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache


@cache
def faults(of: Callable[..., Iterator[str]], *text: str) -> tuple[str, ...]:
    """All faults of one kind; a text is read once."""
    return tuple(of(*text))


def loop_faults(text: str, function: str) -> Iterator[str]:
    """Why the loop rule does not apply: it wants one cursor, asked once, and nothing else carried over."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    (definition,) = (node for node in functions if node.name == function)
    body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    match body:
        case [
            ast.Assign(targets=[ast.Name(id=cursor)], value=ast.Name(id=start)),
            ast.While(test=ast.Compare(left=ast.Name(id=asked), ops=[ast.Lt()]), orelse=[]) as loop,
        ] if cursor == asked:
            yield from _iteration_faults(loop, cursor, start)
        case _:
            yield "it is not one assignment of the start and one loop 'while cursor < end'"


def _iteration_faults(loop: ast.While, cursor: str, start: str) -> Iterator[str]:
    nodes = [node for statement in loop.body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Name) and node.id == start for node in nodes):
        yield f"the loop uses {start!r}, which the cursor has replaced"
    asks = [node for node in nodes if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt)]
    if any(isinstance(node.left, ast.Name) and node.left.id == cursor for node in asks):
        yield "the loop asks again whether the cursor is below something"
    leaves = (ast.Return, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.Try)
    if any(isinstance(node, leaves) for node in nodes):
        yield "an iteration may end early"
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own.discard(cursor)
    for statement in loop.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        carried = {node.id for node in names if isinstance(node.ctx, ast.Load)} & own
        if carried:
            yield f"{', '.join(sorted(carried))} may be carried over from one iteration to the next"
        if isinstance(statement, ast.Assign):
            own -= {node.id for node in names if isinstance(node.ctx, ast.Store)}


def lookup_faults(text: str) -> Iterator[str]:
    """Uses of ``live.get`` other than in a comparison with an order: an unknown page may have none."""
    tree = ast.parse(text)
    compared = {
        id(side)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        for side in (node.left, *node.comparators)
    }
    for node in ast.walk(tree):
        got = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
        if got and id(node) not in compared:
            yield "live.get() is used otherwise than to compare it with an order"


SEEING = ("isinstance", "type", "id", "globals", "vars", "setattr", "str", "repr", "hash")


def _asks_for_identity(op: ast.cmpop, other: ast.expr) -> bool:
    """Whether ``is`` compares with anything but None."""
    none = isinstance(other, ast.Constant) and other.value is None
    return isinstance(op, ast.Is | ast.IsNot) and not none


def hidden_state_faults(text: str) -> Iterator[str]:
    """State and questions that no stand-in sees: globals that change, and a look at types."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield f"{', '.join(node.names)} is state beside the lists"
        if isinstance(node, ast.Name) and node.id in SEEING:
            yield f"{node.id} sees what a page number is made of"
        if isinstance(node, ast.Compare) and any(map(_asks_for_identity, node.ops, node.comparators)):
            yield "the identity of a value says nothing of it"
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield "a global of the module is state beside the lists"
