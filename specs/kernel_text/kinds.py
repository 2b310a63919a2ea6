"""Which integer type C text names, and of which type an expression is before anybody evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from pycparser import c_ast

from specs.kernel_text.errors import Place, Unread
from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Int, Kind, common
from specs.kernel_text.macros import passed_over
from specs.kernel_text.values import Cell, Scope

KINDS: Final[Mapping[tuple[str, ...], Kind]] = {
    ("_Bool",): BOOL,
    ("bool",): BOOL,
    (): INT,
    ("unsigned",): UINT,
    ("gfp_t",): UINT,
    ("fpi_t",): INT,
    ("long",): LONG,
    ("long", "long"): LONG,
    ("long", "unsigned"): ULONG,
    ("long", "long", "unsigned"): ULONG,
    ("size_t",): ULONG,
    ("u64",): ULONG,
}
"""By the words of a type that count, sorted: int and signed say nothing of their own."""


def place_of(node: c_ast.Node, otherwise: Place) -> Place:
    """Where the node stands."""
    coord = getattr(node, "coord", None)
    if coord is None or coord.file is None:
        return otherwise
    return Place(str(coord.file), int(coord.line))


def kind_of(node: c_ast.Node, place: Place) -> Any:
    """The kind of an integer type; None of a pointer, a structure, and nothing at all.  Others are Unread."""
    if isinstance(node, c_ast.TypeDecl | c_ast.Typename):
        return kind_of(node.type, place)
    if isinstance(node, c_ast.Enum):
        return UINT
    if not isinstance(node, c_ast.IdentifierType) or node.names == ["void"]:
        return None
    kind = KINDS.get(tuple(sorted(word for word in node.names if word not in ("int", "signed"))))
    if kind is None:
        raise Unread(place_of(node, place), f"the type {' '.join(node.names)}")
    return kind


@cache
def numeral(text: str) -> Int | None:
    """A number, in the first kind that has it; None if it is no integer, or has no kind.  C11 6.4.4.1."""
    digits = text.lower().rstrip("ul")
    suffix = text.lower()[len(digits) :]
    try:
        value = int(digits, 8 if digits.startswith("0") and digits.isdigit() else 0)
    except ValueError:
        return None
    decimal = not digits.startswith("0")
    for kind in (INT, UINT, LONG, ULONG):
        if ("u" in suffix and kind.signed) or ("l" in suffix and kind.bits < LONG.bits):
            continue
        if decimal and "u" not in suffix and not kind.signed:
            continue
        if value <= kind.most:
            return Int(kind, value)
    return None


Named = Mapping[str, Any]


def static_kind(node: c_ast.Node, scope: Scope, constants: Named, place: Place) -> Kind | None:
    """The kind that the expression has whatever its value; None of no number, or where calls decide it."""
    find = STATIC.get(type(node))
    return None if find is None else find(node, scope, constants, place)


def _promoted(kind: Kind | None) -> Kind | None:
    return None if kind is None else common(kind, INT)


def _both(one: Kind | None, two: Kind | None) -> Kind | None:
    return None if one is None or two is None else common(one, two)


def _constant(node: c_ast.Constant, scope: Scope, constants: Named, place: Place) -> Kind | None:
    found = numeral(node.value)
    return None if found is None else found.kind


def _name(node: c_ast.ID, scope: Scope, constants: Named, place: Place) -> Kind | None:
    cell = scope.find(node.name)
    found = constants.get(node.name) if cell is None else cell
    return found.kind if isinstance(found, Int | Cell) else None


def _binary(node: c_ast.BinaryOp, scope: Scope, constants: Named, place: Place) -> Kind | None:
    if node.op in ("==", "!=", "<", "<=", ">", ">=", "&&", "||"):
        return INT
    left = static_kind(node.left, scope, constants, place)
    if node.op in ("<<", ">>"):
        return _promoted(left)
    return _both(left, static_kind(node.right, scope, constants, place))


def _unary(node: c_ast.UnaryOp, scope: Scope, constants: Named, place: Place) -> Kind | None:
    if node.op == "!":
        return INT
    if node.op == "*":
        return _pointed(node.expr, scope)
    found = static_kind(node.expr, scope, constants, place)
    if node.op in ("-", "+", "~"):
        return _promoted(found)
    return found if node.op in ("++", "--", "p++", "p--") else None


def _pointed(node: c_ast.Node, scope: Scope) -> Kind | None:
    """Of what a pointer points to, if it is a variable that holds one, or an address."""
    cell: Any = None
    if isinstance(node, c_ast.ID):
        pointer = scope.find(node.name)
        cell = None if pointer is None else pointer.value
    elif isinstance(node, c_ast.UnaryOp) and node.op == "&":
        if isinstance(node.expr, c_ast.UnaryOp) and node.expr.op == "*":
            return _pointed(node.expr.expr, scope)
        cell = scope.find(node.expr.name) if isinstance(node.expr, c_ast.ID) else None
    return cell.kind if isinstance(cell, Cell) else None


def _called(node: c_ast.FuncCall, scope: Scope, constants: Named, place: Place) -> Kind | None:
    name = getattr(node.name, "name", "")
    return INT if name == "IS_ENABLED" or passed_over(name) else None


STATIC: Final[Mapping[type, Callable[..., Kind | None]]] = {
    c_ast.Constant: _constant,
    c_ast.ID: _name,
    c_ast.BinaryOp: _binary,
    c_ast.UnaryOp: _unary,
    c_ast.FuncCall: _called,
    c_ast.Cast: lambda node, scope, constants, place: kind_of(node.to_type, place),
    c_ast.Assignment: lambda node, *around: static_kind(node.lvalue, *around),
    c_ast.TernaryOp: lambda node, *around: _both(
        static_kind(node.iftrue, *around), static_kind(node.iffalse, *around)
    ),
    c_ast.ExprList: lambda node, *around: static_kind(node.exprs[-1], *around),
}
