"""Branches that only step pointers: both are taken at once, and each pointer is the one or the other."""

from __future__ import annotations

import z3
from pycparser import c_ast

from specs.kernel_text.expressions import evaluate
from specs.kernel_text.integers import simple, term
from specs.kernel_text.machine import Run
from specs.kernel_text.settled import settled
from specs.kernel_text.values import Page, Scope


def stores(node: c_ast.Node | None) -> dict[str, c_ast.Node] | None:
    """The variables that a branch stores, each once, with what; None if it does anything else."""
    found: dict[str, c_ast.Node] = {}
    for each in (node.block_items or []) if isinstance(node, c_ast.Compound) else [node]:
        if not isinstance(each, c_ast.Assignment) or each.op != "=" or not isinstance(each.lvalue, c_ast.ID):
            return None
        if not is_step(each.rvalue) or each.lvalue.name in found:
            return None
        if any(speaks_of(each.rvalue, name) for name in found):
            return None
        found[each.lvalue.name] = each.rvalue
    return found


def is_step(node: c_ast.Node) -> bool:
    """Whether it is a variable, or a pointer and a number on."""
    if isinstance(node, c_ast.BinaryOp):
        return node.op in ("+", "-") and is_step(node.left) and is_step(node.right)
    return isinstance(node, c_ast.ID | c_ast.Constant)


def speaks_of(node: c_ast.Node, name: str) -> bool:
    """Whether the variable occurs in it."""
    if isinstance(node, c_ast.ID) and node.name == name:
        return True
    return any(speaks_of(child, name) for _, child in node.children())


def merged(machine: Run, node: c_ast.If, found: bool | z3.BoolRef, scope: Scope) -> bool:
    """Whether both branches only store pages to the same variables, which then get the one or the other."""
    if isinstance(found, bool) or machine.path is None or node.iffalse is None:
        return False
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
        if cell is None:
            return False
        cell.value = page
    return True
