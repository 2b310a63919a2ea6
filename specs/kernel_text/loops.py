"""What a loop may change, and hence forgets where it is reasoned about by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from pycparser import c_ast

from specs.kernel_text.values import Scope, Unset


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


def forget(loop: c_ast.Node, scope: Scope) -> None:
    """Whatever a turn of the loop may change of what was there before it is unknown when a turn begins."""
    parts = [getattr(loop, name, None) for name in ("cond", "stmt", "next")]
    for name in sorted({name for part in parts if part is not None for name in assigned(part)}):
        cell = scope.find(name)
        if cell is not None:
            cell.value = Unset(f"{name} is carried over from one turn of the loop to the next")
