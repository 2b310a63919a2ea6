"""The interpreter's expressions: names, calls, arithmetic, pointers, members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.integers import INT, Int, combine, convert, flag
from specs.kernel_text.kinds import kind_of, numeral, place_of, static_kind
from specs.kernel_text.machine import Run
from specs.kernel_text.macros import passed_over
from specs.kernel_text.operators import COMPARISONS, adapted, binary, condition
from specs.kernel_text.values import Cell, Page, Scope, Unset


def evaluate(machine: Run, node: c_ast.Node, scope: Scope) -> Any:
    """The value of an expression."""
    found = EXPRESSIONS.get(type(node))
    if found is None:
        raise machine.unread(f"{type(node).__name__} is not read")
    return found(machine, node, scope)


def holds(machine: Run, node: c_ast.Node, scope: Scope) -> bool:
    """Whether a condition is true on this path."""
    machine.place = place_of(node, machine.place)
    return machine.decide(condition(machine, evaluate(machine, node, scope)))


def constant(machine: Run, node: c_ast.Constant, scope: Scope) -> Int:
    """A number."""
    found = numeral(node.value)
    if found is None:
        raise machine.unread(f"the constant {node.value}")
    return found


def name(machine: Run, node: c_ast.ID, scope: Scope) -> Any:
    """A variable, or a constant of the configuration's."""
    cell = scope.find(node.name)
    if cell is not None:
        if isinstance(cell.value, Unset):
            raise machine.unread(cell.value.why)
        return cell.value
    if node.name not in machine.constants:
        raise machine.unread(f"the name {node.name}")
    return machine.constants[node.name]


def call(machine: Run, node: c_ast.FuncCall, scope: Scope) -> Any:
    """A call: an operation of the edge, or a function that stands by its contract; or it is passed over."""
    if not isinstance(node.name, c_ast.ID):
        raise machine.unread("a call of what is no name")
    function = node.name.name
    if scope.find(function) is not None:
        raise machine.unread(f"a call of the variable {function}")
    if passed_over(function) and function not in machine.heard:
        return Int(INT, 0)
    given = node.args.exprs if node.args is not None else []
    if function == "IS_ENABLED":
        return Int(INT, int(isinstance(given[0], c_ast.Constant)))
    args = [evaluate(machine, each, scope) for each in given]
    machine.place = place_of(node, machine.place)
    try:
        return machine.edge.call(machine, function, args)
    except KeyError as error:
        if error.args != (function,):
            raise
        raise machine.unread(f"a call of {function}()") from None


def lvalue(machine: Run, node: c_ast.Node, scope: Scope) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """How what stands on the left is read, and stored."""
    if isinstance(node, c_ast.ID):
        cell = scope.find(node.name)
        if cell is None:
            raise machine.unread(f"a store to {node.name}")
        return lambda: name(machine, node, scope), lambda value: _put(machine, cell, value)
    if isinstance(node, c_ast.UnaryOp) and node.op == "*":
        cell = evaluate(machine, node.expr, scope)
        if not isinstance(cell, Cell):
            raise machine.unread("a store through what points to no variable")
        return lambda: _get(machine, cell), lambda value: _put(machine, cell, value)
    if isinstance(node, c_ast.StructRef):
        of = evaluate(machine, node.name, scope)
        field = node.field.name
        return lambda: _member(machine, of, field), lambda value: _store(machine, of, field, value)
    raise machine.unread(f"a store to {type(node).__name__}")


def _get(machine: Run, cell: Cell) -> Any:
    if isinstance(cell.value, Unset):
        raise machine.unread(cell.value.why)
    return cell.value


def _put(machine: Run, cell: Cell, value: Any) -> None:
    cell.value = adapted(machine, value, cell.kind)


def _store(machine: Run, of: Any, field: str, value: Any) -> None:
    try:
        machine.edge.store(machine, of, field, value)
    except KeyError:
        raise machine.unread(f"a store to the member {field}") from None


def assign(machine: Run, node: c_ast.Assignment, scope: Scope) -> Any:
    """An assignment, with or without an operator."""
    get, put = lvalue(machine, node.lvalue, scope)
    value = evaluate(machine, node.rvalue, scope)
    if node.op != "=":
        value = binary(machine, node.op[:-1], get(), value)
    put(value)
    return get()


def choice(machine: Run, node: c_ast.TernaryOp, scope: Scope) -> Any:
    """One of two values, in the kind that both have together: C11 6.5.15."""
    found = evaluate(machine, node.iftrue if holds(machine, node.cond, scope) else node.iffalse, scope)
    return adapted(machine, found, static_kind(node, scope, machine.constants, machine.place))


def unary(machine: Run, node: c_ast.UnaryOp, scope: Scope) -> Any:
    """A sign, a negation, a step, an address, what is pointed to."""
    sign = node.op
    if sign == "&":
        return address(machine, node.expr, scope)
    if sign in ("++", "--", "p++", "p--"):
        get, put = lvalue(machine, node.expr, scope)
        was = get()
        put(binary(machine, sign.strip("p")[0], was, Int(INT, 1)))
        return was if sign.startswith("p") else get()
    if sign == "*":
        cell = evaluate(machine, node.expr, scope)
        if not isinstance(cell, Cell):
            raise machine.unread("what points to no variable is read")
        return _get(machine, cell)
    return negation(machine, sign, evaluate(machine, node.expr, scope))


def negation(machine: Run, sign: str, value: Any) -> Any:
    """Not, minus, plus, and every bit turned."""
    if sign == "!":
        found = condition(machine, value)
        return flag((not found) if isinstance(found, bool) else z3.Not(found))
    if not isinstance(value, Int):
        raise machine.unread(f"{sign} of what is no number")
    whole = convert(machine.path, value, INT) if value.kind.bits < INT.bits else value
    if sign == "-":
        return combine(machine.path, "-", Int(INT, 0), value)
    if sign == "~":
        return combine(
            machine.path, "^", whole, Int(whole.kind, -1 if whole.kind.signed else whole.kind.most)
        )
    if sign == "+":
        return whole
    raise machine.unread(f"the operator {sign}")


def address(machine: Run, node: c_ast.Node, scope: Scope) -> Any:
    """The place of a variable; the object itself, if it is one of ours."""
    if isinstance(node, c_ast.ID):
        cell = scope.find(node.name)
        if cell is None:
            raise machine.unread(f"the address of {node.name}")
        return cell
    if isinstance(node, c_ast.UnaryOp) and node.op == "*":
        return evaluate(machine, node.expr, scope)
    if isinstance(node, c_ast.ArrayRef):
        base = evaluate(machine, node.name, scope)
        if isinstance(base, Page):
            return binary(machine, "+", base, evaluate(machine, node.subscript, scope))
    return evaluate(machine, node, scope)


def logical(machine: Run, node: c_ast.BinaryOp, scope: Scope) -> Any:
    """And, or: the right side counts only if the left does not decide; if it is pure, they are one."""
    stops = node.op == "||"
    left = condition(machine, evaluate(machine, node.left, scope))
    if isinstance(left, bool):
        if left is stops:
            return flag(stops)
        return flag(condition(machine, evaluate(machine, node.right, scope)))
    if is_pure(node.right):
        right = condition(machine, evaluate(machine, node.right, scope))
        if isinstance(right, bool):
            return flag(stops) if right is stops else flag(left)
        return flag(z3.Or(left, right) if stops else z3.And(left, right))
    if machine.decide(left) is stops:
        return flag(stops)
    return flag(condition(machine, evaluate(machine, node.right, scope)))


PURE = ("is_migrate_isolate", "is_migrate_highatomic", "migratetype_is_mergeable", "is_migrate_cma")
"""Functions of a number alone."""


def is_pure(node: c_ast.Node) -> bool:
    """Whether evaluating it changes nothing, decides nothing, and always has a meaning."""
    if isinstance(node, c_ast.FuncCall):
        if not isinstance(node.name, c_ast.ID) or node.name.name not in PURE:
            return False
        return all(is_pure(each) for each in (node.args.exprs if node.args is not None else []))
    if isinstance(node, c_ast.BinaryOp):
        if node.op not in (*COMPARISONS, "&&", "||", "&", "|"):
            return False
    elif isinstance(node, c_ast.UnaryOp):
        if node.op != "!":
            return False
    elif not isinstance(node, c_ast.ID | c_ast.Constant):
        return False
    return all(is_pure(child) for _, child in node.children())


def operation(machine: Run, node: c_ast.BinaryOp, scope: Scope) -> Any:
    """An operator with two sides."""
    if node.op in ("&&", "||"):
        return logical(machine, node, scope)
    return binary(machine, node.op, evaluate(machine, node.left, scope), evaluate(machine, node.right, scope))


def member(machine: Run, node: c_ast.StructRef, scope: Scope) -> Any:
    """A member of a structure."""
    return _member(machine, evaluate(machine, node.name, scope), node.field.name)


def _member(machine: Run, of: Any, field: str) -> Any:
    if of is None:
        raise machine.unread(f"{field} of the null pointer")
    try:
        return machine.edge.field(machine, of, field)
    except KeyError:
        raise machine.unread(f"the member {field}") from None


def element(machine: Run, node: c_ast.ArrayRef, scope: Scope) -> Any:
    """An element of an array."""
    of, index = evaluate(machine, node.name, scope), evaluate(machine, node.subscript, scope)
    try:
        return machine.edge.element(machine, of, index)
    except KeyError:
        raise machine.unread("an element of what is no known array") from None


def cast(machine: Run, node: c_ast.Cast, scope: Scope) -> Any:
    """A value in another kind."""
    value = evaluate(machine, node.expr, scope)
    to = node.to_type.type
    if isinstance(value, Cell) and isinstance(to, c_ast.PtrDecl):
        pointed = kind_of(to.type, machine.place)
        if pointed is not None and pointed != value.kind:
            raise machine.unread("a variable of one type is spoken of as one of another")
    return adapted(machine, value, kind_of(to, machine.place))


def several(machine: Run, node: c_ast.ExprList, scope: Scope) -> Any:
    """The last of several values."""
    value = None
    for each in node.exprs:
        value = evaluate(machine, each, scope)
    return value


EXPRESSIONS: Mapping[type, Callable[[Run, Any, Scope], Any]] = {
    c_ast.Constant: constant,
    c_ast.ID: name,
    c_ast.FuncCall: call,
    c_ast.Assignment: assign,
    c_ast.TernaryOp: choice,
    c_ast.UnaryOp: unary,
    c_ast.BinaryOp: operation,
    c_ast.StructRef: member,
    c_ast.ArrayRef: element,
    c_ast.Cast: cast,
    c_ast.ExprList: several,
}
