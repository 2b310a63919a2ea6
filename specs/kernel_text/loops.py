"""What a loop may change, and hence forgets where it is reasoned about by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from pycparser import c_ast

from specs.kernel_text.values import Cell, Scope, Unset


def assigned(node: c_ast.Node) -> Iterator[str]:
    """The variables that something in it may change."""
    target = None
    if isinstance(node, c_ast.Assignment):
        target = node.lvalue
    elif isinstance(node, c_ast.UnaryOp) and node.op in ("++", "--", "p++", "p--", "&"):
        target = node.expr
    if isinstance(target, c_ast.ID):
        yield target.name
    for _, child in node.children():
        yield from assigned(child)


def spoken_of(node: c_ast.Node) -> Iterator[str]:
    """Every name in it."""
    if isinstance(node, c_ast.ID):
        yield node.name
    for _, child in node.children():
        yield from spoken_of(child)


def forget(loop: c_ast.Node, scope: Scope) -> None:
    """Whatever a turn of the loop may change of what was there before it is unknown when a turn begins.

    That is each variable that it stores to, and each that a pointer it speaks of may lead to.
    """
    parts = [part for name in ("cond", "stmt", "next") if (part := getattr(loop, name, None)) is not None]
    for name in sorted({name for part in parts for name in spoken_of(part)}):
        cell = scope.find(name)
        while cell is not None and isinstance(cell.value, Cell):
            cell = cell.value
            _forget(cell, f"what {name} points to")
    for name in sorted({name for part in parts for name in assigned(part)}):
        cell = scope.find(name)
        if cell is not None:
            _forget(cell, name)


def _forget(cell: Cell, says: str) -> None:
    if not isinstance(cell.value, Cell):
        cell.value = Unset(f"{says} is carried over from one turn of the loop to the next", cell.value)
