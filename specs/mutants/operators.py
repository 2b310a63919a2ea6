"""The mutation operators: each wrong way to write one expression or statement.

The set is the usual one (comparisons, arithmetic and bit operators, constants off by one, negated
conditions, deleted statements, swapped arguments, other results), with head for tail and left for right,
which are what free lists and ranges can be wrong about.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Edit = tuple[str, str]
"""The operator's name and the text that replaces the node's."""

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitAnd, ast.BitOr),
}
OTHER_SIDE = {
    "min": "max",
    "max": "min",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
    "iter": "reversed",
}
"""Functions that take from one end, with those that take from the other."""


def _changed(node: ast.AST, change: Callable[[Any], None]) -> str:
    copy = deepcopy(node)
    change(copy)
    return ast.unparse(copy)


def comparison(node: ast.AST) -> Iterator[Edit]:
    """Another comparison."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in COMPARISONS[type(op)]:
                yield "comparison", _changed(node, lambda new: new.ops.__setitem__(place, other()))  # noqa: B023 # called at once


def arithmetic(node: ast.AST) -> Iterator[Edit]:
    """Another operator; a sign dropped."""
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC[type(node.op)]:
            yield "arithmetic", _changed(node, lambda new: setattr(new, "op", other()))  # noqa: B023 # called at once
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield "arithmetic", ast.unparse(node.operand)


def constant(node: ast.AST) -> Iterator[Edit]:
    """One more, one less; the other truth."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "constant", str(not node.value)
        elif isinstance(node.value, int):
            yield "constant", str(node.value + 1)
            yield "constant", str(node.value - 1)


def condition(node: ast.AST) -> Iterator[Edit]:
    """A condition negated, joined otherwise, or without one of its parts."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield "condition", _changed(node, lambda new: setattr(new, "op", other()))
        for place in range(len(node.values)):
            left = [ast.unparse(value) for each, value in enumerate(node.values) if each != place]
            join = " and " if isinstance(node.op, ast.And) else " or "
            yield "condition", join.join(left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", ast.unparse(node.operand)


def negation(test: ast.expr) -> Iterator[Edit]:
    """A test negated, unless another operator does it."""
    single = isinstance(test, ast.Compare) and len(test.ops) == 1
    if not single and not isinstance(test, ast.Constant | ast.UnaryOp):
        yield "condition", f"not ({ast.unparse(test)})"


def call(node: ast.AST) -> Iterator[Edit]:
    """Neighbouring arguments swapped; the function for the other end."""
    if not isinstance(node, ast.Call):
        return
    commutative = isinstance(node.func, ast.Name) and node.func.id in ("min", "max")
    for place in range(0 if commutative else len(node.args) - 1):
        swapped = [*node.args[:place], node.args[place + 1], node.args[place], *node.args[place + 2 :]]
        if ast.dump(swapped[place]) != ast.dump(swapped[place + 1]):
            yield "swap", _changed(node, lambda new: setattr(new, "args", swapped))  # noqa: B023 # called at once
    if isinstance(node.func, ast.Name) and node.func.id in OTHER_SIDE:
        other = ast.Name(OTHER_SIDE[node.func.id])
        yield "other end", _changed(node, lambda new: setattr(new, "func", other))


def keyword(node: ast.AST) -> Iterator[Edit]:
    """Head for tail: a computed keyword argument negated (constants are ``constant``'s)."""
    if isinstance(node, ast.keyword) and node.arg == "tail" and not isinstance(node.value, ast.Constant):
        yield "other end", f"tail=not ({ast.unparse(node.value)})"


def statement(node: ast.AST, *, last: bool) -> Iterator[Edit]:
    """A statement deleted; another result returned."""
    simple = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.Raise, ast.Break, ast.Continue)
    compound = (ast.If, ast.For, ast.While)
    if (isinstance(node, ast.AnnAssign) and node.value is not None) or isinstance(node, (*simple, *compound)):
        yield "deletion", "pass"
    if not isinstance(node, ast.Return) or node.value is None:
        return
    nothing = isinstance(node.value, ast.Constant) and node.value.value is None
    if not (nothing and last):
        yield "deletion", "pass"
    if not nothing:
        yield "result", "return None"


EXPRESSIONS = (comparison, arithmetic, constant, condition, call, keyword)
