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
    if total := _total(body):
        body = body[1:-1]
        yield from _sum_faults(body, total)
    match body:
        case [
            ast.Assign(targets=[ast.Name(id=cursor)], value=ast.Name(id=start)),
            ast.While(test=ast.Compare(left=ast.Name(id=asked), ops=[ast.Lt()]), orelse=[]) as loop,
        ] if cursor == asked:
            yield from _iteration_faults(loop, cursor, start)
        case _:
            yield "it is not one assignment of the start and one loop 'while cursor < end'"


def _total(body: list[ast.stmt]) -> str | None:
    """The name of what begins at 0 and is returned in the end."""
    match body[0], body[-1]:
        case (
            ast.Assign(targets=[ast.Name(id=total)], value=ast.Constant(value=0)),
            ast.Return(value=ast.Name(id=given)),
        ) if total == given:
            return total
    return None


def _sum_faults(body: list[ast.stmt], total: str) -> Iterator[str]:
    """Why the result is not the sum of what the iterations add to it."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    sums = [node for node in nodes if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)]
    added = [node for node in sums if isinstance(node.target, ast.Name) and node.target.id == total]
    uses = [node for node in nodes if isinstance(node, ast.Name) and node.id == total]
    loops = [node for node in body if isinstance(node, ast.While)]
    if len(uses) != 1 or len(added) != 1 or not any(added[0] in loop.body for loop in loops):
        yield f"{total} is not the sum of one value an iteration"
        return
    value = added[0].value
    stored = [each for each in nodes if isinstance(each, ast.Assign | ast.AugAssign | ast.NamedExpr)]
    stores = [each for each in stored if isinstance(value, ast.Name) and _stored_in(each) == value.id]
    match stores:
        case [ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Name())) as told] if any(
            told in loop.body for loop in loops
        ):
            return
    yield f"{total} is not the sum of what the call of each iteration answers"


def _stored_in(node: ast.Assign | ast.AugAssign | ast.NamedExpr) -> str:
    """The name that gets the value; "" if that is not one name."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    target = target if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


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


def countdown_faults(text: str, function: str, *carried: str) -> Iterator[str]:
    """Why the loop rule does not apply to ``while left > 0``: it wants one such loop, and no other state.

    What an iteration may leave to the next is named; the run begins with any value of it.
    """
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    (definition,) = (node for node in functions if node.name == function)
    loops = [node for node in ast.walk(definition) if isinstance(node, ast.While | ast.For)]
    match loops:
        case [
            ast.While(
                test=ast.Compare(ops=[ast.Gt()], comparators=[ast.Constant(value=0)]), orelse=[]
            ) as loop
        ] if loop in definition.body:
            nodes = [node for statement in loop.body for node in ast.walk(statement)]
        case _:
            yield f"{function} is not one loop 'while left > 0'"
            return
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if stored - set(carried):
        yield f"{', '.join(sorted(stored - set(carried)))} may be carried over from one iteration to the next"
    if any(
        isinstance(node, ast.Global | ast.Nonlocal | ast.Try | ast.Attribute) and _stores(node)
        for node in nodes
    ):
        yield "an iteration leaves something behind that nobody looks at"


def _stores(node: ast.AST) -> bool:
    """Whether the node changes something, for all that is seen of it."""
    return not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Store)


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


def hidden_state_faults(text: str, may_have: str = "") -> Iterator[str]:
    """State and questions that no stand-in sees: globals that change, and a look at types.

    A module that may have ``constants`` declares them Final, and they are of no kind that can change.
    """
    tree = ast.parse(text)
    said = {id(name) for node in ast.walk(tree) for told in _annotations(node) for name in ast.walk(told)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield f"{', '.join(node.names)} is state beside the lists"
        if isinstance(node, ast.Name) and node.id in SEEING and id(node) not in said:
            yield f"{node.id} sees what a page number is made of"
        if isinstance(node, ast.Compare) and any(map(_asks_for_identity, node.ops, node.comparators)):
            yield "the identity of a value says nothing of it"
    for node in tree.body:
        if may_have == "constants" and _is_constant(node):
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield "a global of the module is state beside the lists"


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    """What a node says of types, which nothing looks at when it runs."""
    for name in ("annotation", "returns"):
        told = getattr(node, name, None)
        if told is not None:
            yield told


TABLES = ("FALLBACKS",)
"""Constants that are dicts; the rows that use them compare them with the specification's."""


def _is_constant(node: ast.stmt) -> bool:
    """Whether the statement names a type, or a value that is never another."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value) if value is not None:
            final = ast.unparse(annotation).partition("[")[0] == "Final"
            plain = not isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp)
            return final and (plain or name in TABLES)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript()):
            return name[0].isupper()  # a name for a type
    return False
