"""The interpreter's expressions: names, calls, arithmetic, pointers, members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3
from pycparser import c_ast as A

from specs.kernel_text.integers import (
    BOOL,
    INT,
    LONG,
    UINT,
    ULONG,
    Int,
    combine,
    compare,
    convert,
    flag,
    number,
    simple,
    term,
    truth,
)
from specs.kernel_text.interpreter import Machine, kind_of, place_of
from specs.kernel_text.lifting import OrderAt
from specs.kernel_text.macros import passed_over
from specs.kernel_text.settled import settled
from specs.kernel_text.values import AreaOf, Cell, FreeCount, Page, Scope, Unset

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def evaluate(machine: Machine, node: A.Node, scope: Scope) -> Any:
    """The value of an expression."""
    found = EXPRESSIONS.get(type(node))
    if found is None:
        raise machine.unread(f"{type(node).__name__} is not read")
    return found(machine, node, scope)


def adapted(machine: Machine, value: Any, kind: Any) -> Any:
    """The value as a variable of that kind holds it."""
    if kind is None or isinstance(value, Unset):
        return value
    if isinstance(value, FreeCount):
        raise machine.unread("nr_free is stored")
    if isinstance(value, OrderAt):
        return value
    if not isinstance(value, Int):
        if kind == BOOL:
            return flag(value is not None)
        raise machine.unread(f"what is no number becomes {kind.name}")
    return convert(machine.path, value, kind)


def condition(machine: Machine, value: Any) -> bool | z3.BoolRef:
    """Whether the value counts as true."""
    if isinstance(value, Int):
        return truth(value)
    if isinstance(value, FreeCount):
        none = none_free(machine, value.area)
        return (not none) if isinstance(none, bool) else z3.Not(none)
    if isinstance(value, Unset):
        raise machine.unread(value.why)
    return value is not None


def none_free(machine: Machine, area: AreaOf) -> bool | z3.BoolRef:
    """Whether all lists of the order are empty."""
    found: bool | z3.BoolRef = machine.edge.call(machine, "nr_free == 0", [area])
    return found


def constant(machine: Machine, node: A.Constant, scope: Scope) -> Int:
    """A number, in the first kind that has it: C11 6.4.4.1."""
    text = node.value.lower()
    if node.type in ("string", "char", "float", "double"):
        raise machine.unread(f"a constant {node.value}")
    digits = text.rstrip("ul")
    value, suffix = int(digits, 8 if digits.startswith("0") and digits.isdigit() else 0), text[len(digits) :]
    decimal = not text.startswith("0") or text == "0"
    for kind in (INT, UINT, LONG, ULONG):
        if ("u" in suffix and kind.signed) or ("l" in suffix and kind.bits < LONG.bits):
            continue
        if decimal and "u" not in suffix and not kind.signed:
            continue
        if value <= kind.most:
            return Int(kind, value)
    raise machine.unread(f"the number {node.value} is too large")


def name(machine: Machine, node: A.ID, scope: Scope) -> Any:
    """A variable, or a constant of the configuration's."""
    cell = scope.find(node.name)
    if cell is not None:
        if isinstance(cell.value, Unset):
            raise machine.unread(cell.value.why)
        return cell.value
    if node.name not in machine.constants:
        raise machine.unread(f"the name {node.name}")
    return machine.constants[node.name]


def call(machine: Machine, node: A.FuncCall, scope: Scope) -> Any:
    """A call: an operation of the edge, or a function that stands by its contract; or it is passed over."""
    if not isinstance(node.name, A.ID):
        raise machine.unread("a call of what is no name")
    function = node.name.name
    if passed_over(function):
        return Int(INT, 0)
    given = node.args.exprs if node.args is not None else []
    if function == "IS_ENABLED":
        return Int(INT, int(isinstance(given[0], A.Constant)))
    args = [evaluate(machine, each, scope) for each in given]
    machine.place = place_of(node, machine.place)
    try:
        return machine.edge.call(machine, function, args)
    except KeyError as error:
        if error.args != (function,):
            raise
        raise machine.unread(f"a call of {function}()") from None


def lvalue(machine: Machine, node: A.Node, scope: Scope) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """How what stands on the left is read, and stored."""
    if isinstance(node, A.ID):
        cell = scope.find(node.name)
        if cell is None:
            raise machine.unread(f"a store to {node.name}")
        return lambda: name(machine, node, scope), lambda value: _put(machine, cell, value)
    if isinstance(node, A.UnaryOp) and node.op == "*":
        cell = evaluate(machine, node.expr, scope)
        if not isinstance(cell, Cell):
            raise machine.unread("a store through what points to no variable")
        return lambda: _get(machine, cell), lambda value: _put(machine, cell, value)
    if isinstance(node, A.StructRef):
        of = evaluate(machine, node.name, scope)
        return lambda: member(machine, node, scope), lambda value: _store(machine, of, node.field.name, value)
    raise machine.unread(f"a store to {type(node).__name__}")


def _get(machine: Machine, cell: Cell) -> Any:
    if isinstance(cell.value, Unset):
        raise machine.unread(cell.value.why)
    return cell.value


def _put(machine: Machine, cell: Cell, value: Any) -> None:
    cell.value = adapted(machine, value, cell.kind)


def _store(machine: Machine, of: Any, field: str, value: Any) -> None:
    try:
        machine.edge.store(machine, of, field, value)
    except KeyError:
        raise machine.unread(f"a store to the member {field}") from None


def assign(machine: Machine, node: A.Assignment, scope: Scope) -> Any:
    """An assignment, with or without an operator."""
    get, put = lvalue(machine, node.lvalue, scope)
    value = evaluate(machine, node.rvalue, scope)
    if node.op != "=":
        value = binary(machine, node.op[:-1], get(), value)
    put(value)
    return get()


def choice(machine: Machine, node: A.TernaryOp, scope: Scope) -> Any:
    """One of two values."""
    return evaluate(machine, node.iftrue if machine.holds(node.cond, scope) else node.iffalse, scope)


def unary(machine: Machine, node: A.UnaryOp, scope: Scope) -> Any:
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
    value = evaluate(machine, node.expr, scope)
    if sign == "!":
        found = condition(machine, value)
        return flag((not found) if isinstance(found, bool) else z3.Not(found))
    if not isinstance(value, Int):
        raise machine.unread(f"{sign} of what is no number")
    if sign == "-":
        return combine(machine.path, "-", Int(INT, 0), value)
    if sign == "~":
        whole = convert(machine.path, value, INT) if value.kind.bits < INT.bits else value
        if isinstance(whole.value, int):
            return Int(whole.kind, ~whole.value if whole.kind.signed else ~whole.value & whole.kind.most)
        made = ~term(whole.value)
        return number(whole.kind, made if whole.kind.signed else made & whole.kind.most)
    if sign == "+":
        return value
    raise machine.unread(f"the operator {sign}")


def address(machine: Machine, node: A.Node, scope: Scope) -> Any:
    """The place of a variable; the object itself, if it is one of ours."""
    if isinstance(node, A.ID):
        cell = scope.find(node.name)
        if cell is None:
            raise machine.unread(f"the address of {node.name}")
        return cell
    if isinstance(node, A.ArrayRef):
        base = evaluate(machine, node.name, scope)
        if isinstance(base, Page):
            return binary(machine, "+", base, evaluate(machine, node.subscript, scope))
    return evaluate(machine, node, scope)


def logical(machine: Machine, node: A.BinaryOp, scope: Scope) -> Any:
    """And, or: the right side counts only if the left does not decide; where it changes nothing, they are one."""
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


def stores(node: A.Node | None) -> dict[str, A.Node] | None:
    """The variables that a branch stores, each once, with what; None if it does anything else."""
    found: dict[str, A.Node] = {}
    for each in (node.block_items or []) if isinstance(node, A.Compound) else [node]:
        if not isinstance(each, A.Assignment) or each.op != "=" or not isinstance(each.lvalue, A.ID):
            return None
        if not is_step(each.rvalue) or each.lvalue.name in found:
            return None
        found[each.lvalue.name] = each.rvalue
    return found


def is_step(node: A.Node) -> bool:
    """Whether it is a variable, or a pointer and a number on."""
    if isinstance(node, A.BinaryOp):
        return node.op in ("+", "-") and is_step(node.left) and is_step(node.right)
    return isinstance(node, A.ID | A.Constant)


def merged(machine: Machine, node: A.If, found: z3.BoolRef, scope: Scope) -> bool:
    """Whether both branches only store pages to the same variables, which then get the one or the other."""
    left, right = stores(node.iftrue), stores(node.iffalse)
    if not left or not right or set(left) != set(right) or settled(machine.path, found) is not None:
        return False
    made = {}
    for each in left:
        one, two = evaluate(machine, left[each], scope), evaluate(machine, right[each], scope)
        if not isinstance(one, Page) or not isinstance(two, Page):
            return False
        made[each] = Page(simple(z3.If(found, term(one.pfn), term(two.pfn))))
    for each, page in made.items():
        cell = scope.find(each)
        assert cell is not None
        cell.value = page
    return True


PURE = ("is_migrate_isolate", "is_migrate_highatomic", "migratetype_is_mergeable", "is_migrate_cma")
"""Functions of a number alone."""


def is_pure(node: A.Node) -> bool:
    """Whether evaluating it changes nothing, decides nothing, and always has a meaning."""
    if isinstance(node, A.FuncCall):
        if not isinstance(node.name, A.ID) or node.name.name not in PURE:
            return False
        return all(is_pure(each) for each in (node.args.exprs if node.args is not None else []))
    if isinstance(node, A.BinaryOp):
        if node.op not in (*COMPARISONS, "&&", "||", "&", "|"):
            return False
    elif isinstance(node, A.UnaryOp):
        if node.op != "!":
            return False
    elif not isinstance(node, A.ID | A.Constant):
        return False
    return all(is_pure(child) for _, child in node.children())


def operation(machine: Machine, node: A.BinaryOp, scope: Scope) -> Any:
    """An operator with two sides."""
    if node.op in ("&&", "||"):
        return logical(machine, node, scope)
    return binary(machine, node.op, evaluate(machine, node.left, scope), evaluate(machine, node.right, scope))


def binary(machine: Machine, sign: str, left: Any, right: Any) -> Any:
    """The result of an operator."""
    if isinstance(left, Int) and isinstance(right, Int):
        if sign in COMPARISONS:
            return flag(compare(machine.path, sign, left, right))
        return combine(machine.path, sign, left, right)
    if isinstance(left, OrderAt) or isinstance(right, OrderAt):
        return _ordered(machine, sign, left, right)
    if isinstance(left, FreeCount) or isinstance(right, FreeCount):
        return _count(machine, sign, left, right)
    if isinstance(left, Page) or isinstance(right, Page):
        return pages(machine, sign, left, right)
    if sign in ("==", "!="):
        same = _object(left) is _object(right)
        return flag(same if sign == "==" else not same)
    raise machine.unread(f"the operator {sign} of what is no number")


def _object(value: Any) -> Any:
    """The object; the number 0 is the null pointer."""
    return None if isinstance(value, Int) and value.value == 0 else value


def whole(machine: Machine, value: Any) -> Any:
    """The value; of an order that is not known yet, the one that it is on this path."""
    return Int(INT, value.known(machine.path)) if isinstance(value, OrderAt) else value


def _ordered(machine: Machine, sign: str, left: Any, right: Any) -> Any:
    """The order of a block, compared with a known one; or as a number."""
    block, other, turned = (left, right, sign) if isinstance(left, OrderAt) else (right, left, SWAPPED.get(sign, sign))
    if sign not in COMPARISONS or not isinstance(other, Int) or not isinstance(other.value, int):
        return binary(machine, sign, whole(machine, left), whole(machine, right))
    orders = range(len(block.truths))
    number = other.value
    return flag(block.among(each for each in orders if truth_of(turned, Int(LONG, each), Int(LONG, number))))


def _count(machine: Machine, sign: str, left: Any, right: Any) -> Int:
    """nr_free, compared with 0."""
    area, other = (left, right) if isinstance(left, FreeCount) else (right, left)
    sign = sign if isinstance(left, FreeCount) else SWAPPED.get(sign, sign)
    if not isinstance(other, Int) or other.value != 0 or sign not in ("==", "!=", ">"):
        raise machine.unread(f"nr_free {sign} what is not 0")
    none = none_free(machine, area.area)
    if sign == "==":
        return flag(none)
    return flag((not none) if isinstance(none, bool) else z3.Not(none))


def pages(machine: Machine, sign: str, left: Any, right: Any) -> Any:
    """Pointers to pages: steps, distances, comparisons."""
    if isinstance(left, Page) and isinstance(right, Page):
        one, two = left.pfn, right.pfn
        if sign == "-":
            return Int(LONG, one - two if isinstance(one, int) and isinstance(two, int) else simple(term(one) - term(two)))
        if sign in COMPARISONS:
            return flag(_order(sign, left, right))
        raise machine.unread(f"the operator {sign} of two pages")
    if sign in ("==", "!="):
        return flag(sign == "!=")  # a page is never the null pointer, nor any other object
    if sign == "+" and isinstance(right, Page):
        left, right = right, left
    if not isinstance(left, Page) or not isinstance(right, Int) or sign not in ("+", "-"):
        raise machine.unread(f"the operator {sign} of a page")
    by = right.value
    if isinstance(by, int) and not right.kind.signed and by > LONG.most:
        by -= 1 << 64  # a distance that is counted downwards
    if sign == "-":
        by = -by if isinstance(by, int) else simple(-term(by))
    return left.moved(by)


def _order(sign: str, left: Page, right: Page) -> bool | z3.BoolRef:
    if isinstance(left.pfn, int) and isinstance(right.pfn, int):
        return truth_of(sign, Int(LONG, left.pfn), Int(LONG, right.pfn))
    distance = simple(term(left.pfn) - term(right.pfn))
    if isinstance(distance, int):
        return truth_of(sign, Int(LONG, distance), Int(LONG, 0))
    return truth_of(sign, Int(ULONG, left.pfn), Int(ULONG, right.pfn))


def truth_of(sign: str, left: Int, right: Int) -> bool | z3.BoolRef:
    """Whether the comparison is true."""
    return compare(None, sign, left, right)


def member(machine: Machine, node: A.StructRef, scope: Scope) -> Any:
    """A member of a structure."""
    of = evaluate(machine, node.name, scope)
    if of is None:
        raise machine.unread(f"{node.field.name} of the null pointer")
    try:
        return machine.edge.field(machine, of, node.field.name)
    except KeyError:
        raise machine.unread(f"the member {node.field.name}") from None


def element(machine: Machine, node: A.ArrayRef, scope: Scope) -> Any:
    """An element of an array."""
    of, index = evaluate(machine, node.name, scope), evaluate(machine, node.subscript, scope)
    try:
        return machine.edge.element(machine, of, index)
    except KeyError:
        raise machine.unread("an element of what is no known array") from None


def cast(machine: Machine, node: A.Cast, scope: Scope) -> Any:
    """A value in another kind."""
    value = evaluate(machine, node.expr, scope)
    kind = kind_of(node.to_type)
    return adapted(machine, value, kind)


def several(machine: Machine, node: A.ExprList, scope: Scope) -> Any:
    """The last of several values."""
    value = None
    for each in node.exprs:
        value = evaluate(machine, each, scope)
    return value


EXPRESSIONS: Mapping[type, Callable[[Machine, Any, Scope], Any]] = {
    A.Constant: constant,
    A.ID: name,
    A.FuncCall: call,
    A.Assignment: assign,
    A.TernaryOp: choice,
    A.UnaryOp: unary,
    A.BinaryOp: operation,
    A.StructRef: member,
    A.ArrayRef: element,
    A.Cast: cast,
    A.ExprList: several,
}
