"""Every mutant of the core's modules: one place, one operator, one replacement; always the same ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from specs.ledger.subject import Twin, source_of
from specs.mutants.operators import EXPRESSIONS, Edit, negation, statement

MODULES = ("pfn", "free_area", "buddy", "spans", "zone")
"""The core without its errors, which only word what the zone has decided."""
WORDED = ("__repr__",)
"""Methods that only word what there is, for a person at a prompt."""


@dataclass(frozen=True)
class Mutant:
    """A twin that nobody thought of."""

    twin: Twin
    function: str
    """The function that it changes, with its module; or the constant."""
    operator: str
    line: int

    @property
    def name(self) -> str:
        """The function and the change."""
        return self.twin.name


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every mutant, in the order of the text; no two have one name, or one text."""
    found: dict[tuple[str, str], Mutant] = {}
    seen: dict[str, int] = {}
    for module in MODULES:
        for mutant in _Reader(module).mutants():
            key = module, mutant.twin.patched(source_of(module))
            if key in found:
                continue
            seen[mutant.name] = seen.get(mutant.name, 0) + 1
            again = f" ({seen[mutant.name]})" if seen[mutant.name] > 1 else ""
            twin = mutant.twin
            twin = Twin(twin.name + again, twin.module, twin.old, twin.new, twin.source, twin.at)
            found[key] = Mutant(twin, mutant.function, mutant.operator, mutant.line)
    return tuple(found.values())


class _Reader:
    """Walks a module's text; what is never executed, or only worded, is left alone."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.text = source_of(module)
        assert self.text.isascii()
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        tree = ast.parse(self.text)
        self.tree = tree
        self.errors = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "verified_buddy.errors"
            for alias in node.names
        }

    def mutants(self) -> Iterator[Mutant]:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                yield from self._function(node, node.name)
            elif isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and method.name not in WORDED:
                        yield from self._function(method, f"{node.name}.{method.name}")
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "NewType":
                    continue
                if not isinstance(node.value, ast.Subscript):  # an alias of a type is no code
                    yield from self._expression(node.value, ast.unparse(target))

    def _function(self, node: ast.FunctionDef, name: str) -> Iterator[Mutant]:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from self._expression(default, name)
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        yield from self._block(body, name, last=True)

    def _block(self, body: list[ast.stmt], name: str, *, last: bool = False) -> Iterator[Mutant]:
        for each in body:
            for edit in statement(each, last=last and each is body[-1]):
                yield self._mutant(each, edit, name)
            for field, value in ast.iter_fields(each):
                if field in ("body", "orelse") and value and isinstance(value[0], ast.stmt):
                    yield from self._block(value, name)
                elif field not in ("annotation", "targets", "target"):
                    for child in value if isinstance(value, list) else [value]:
                        if isinstance(child, ast.expr):
                            yield from self._expression(child, name)
            if isinstance(each, ast.If | ast.While):
                for edit in negation(each.test):
                    yield self._mutant(each.test, edit, name)

    def _expression(self, node: ast.AST, name: str, within: ast.AST | None = None) -> Iterator[Mutant]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.errors:
            return
        for operator in EXPRESSIONS:
            for edit in operator(node):
                yield self._mutant(node, edit, name, within)
        if isinstance(node, ast.IfExp):
            for edit in negation(node.test):
                yield self._mutant(node.test, edit, name)
        for child in ast.iter_child_nodes(node):
            yield from self._expression(child, name, node)

    def _mutant(self, node: ast.AST, edit: Edit, function: str, within: ast.AST | None = None) -> Mutant:
        """The mutant; a constant is named with what is around it."""
        operator, new = edit
        start, end = self._place(node)
        old = self.text[start:end]
        if isinstance(node, ast.expr) and not isinstance(node, ast.Constant):
            new = f"({new})"
        around = within if isinstance(node, ast.Constant) and hasattr(within, "lineno") else node
        low, high = self._place(around)
        before, after = self.text[low:high], self.text[low:start] + new + self.text[end:high]
        if around is node and isinstance(node, ast.expr):
            after = edit[1]
        change = f"delete {_short(old)}" if operator == "deletion" else f"{_short(before)} -> {_short(after)}"
        where = f"{self.module}.{function}"
        twin = Twin(f"{where}: {change}", self.module, old, new, f"operator: {operator}", start)
        return Mutant(twin, where, operator, self.text.count("\n", 0, start) + 1)

    def _place(self, node: ast.AST | None) -> tuple[int, int]:
        """Where the node's text begins and ends."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset


def _short(text: str) -> str:
    """The text on one line, of no more than 70 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:67] + "..."
