"""The interpreter of the subset of C that the allocator's functions use: statements; expressions beside.

A function runs on any values, known or unknown; where a condition is unknown, the path decides.  What is
not of the subset is an error with its place.  Callees are never entered: each is an operation of the edge,
or stands by its contract, which is our function of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pycparser import c_ast

from specs.kernel_text.errors import Unread
from specs.kernel_text.expressions import evaluate, holds
from specs.kernel_text.integers import INT, Int, common, compare, convert
from specs.kernel_text.kinds import kind_of, place_of
from specs.kernel_text.loops import forget
from specs.kernel_text.machine import Run
from specs.kernel_text.merging import merged
from specs.kernel_text.operators import adapted, condition, whole
from specs.kernel_text.values import Cell, Scope, Unset

MOST_TURNS: Final = 5000
"""Turns of one loop, after which it has no end."""


class Returned(Exception):
    """A return statement, with its value."""

    def __init__(self, value: Any) -> None:
        super().__init__("return")
        self.value = value


class Jump(Exception):
    """A goto, to a label of the function."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class Left(Exception):
    """A break."""


class Continued(Exception):
    """A continue."""


class Endless(Exception):
    """A loop that does not end."""


class Machine(Run):
    """Runs functions of a text."""

    def run(self, name: str, args: list[Any]) -> Any:
        """What the function returns for the arguments."""
        definition = self.text.function(name)
        outer, self.function = self.function, name
        self.place = place_of(definition, self.place)
        scope, result = Scope(), kind_of(definition.decl.type.type, self.place)
        wanted = definition.decl.type.args.params if definition.decl.type.args else []
        names = [each for each in wanted if getattr(each, "name", None)]
        if len(names) != len(args):
            raise Unread(self.place, f"{name}() takes {len(names)} arguments, and not {len(args)}")
        for each, value in zip(names, args, strict=True):
            kind = kind_of(each.type, self.place)
            scope.cells[each.name] = Cell(adapted(self, value, kind), kind)
        try:
            self._body(definition.body.block_items or [], scope)
        except Returned as returned:
            return adapted(self, returned.value, result)
        finally:
            self.function = outer
        if result is not None:
            raise Unread(place_of(definition, self.place), f"{name}() ends without a value")
        return None

    def _body(self, body: list[c_ast.Node], scope: Scope) -> None:
        """The statements of a function, among which a goto may jump."""
        labels = {node.name: at for at, node in enumerate(body) if isinstance(node, c_ast.Label)}
        at = turns = 0
        while at < len(body):
            try:
                self.statement(body[at], scope)
                at += 1
            except Jump as jump:
                if jump.label not in labels:
                    raise Unread(
                        self.place, f"a goto to {jump.label}, which is no label of the function's"
                    ) from None
                turns += labels[jump.label] <= at
                if turns > MOST_TURNS:
                    raise Endless("a goto jumps back without an end") from None
                at = labels[jump.label]

    def statement(self, node: c_ast.Node, scope: Scope) -> None:
        """Run a statement."""
        self.place = place_of(node, self.place)
        run = STATEMENTS.get(type(node))
        if run is not None:
            run(self, node, scope)
        else:
            evaluate(self, node, scope)

    def value(self, node: c_ast.Node, scope: Scope) -> Any:
        """The value of an expression."""
        return evaluate(self, node, scope)

    def holds_value(self, value: Any) -> bool:
        """Whether a value counts as true on this path."""
        return self.decide(condition(self, value))

    def block(self, node: c_ast.Node | None, scope: Scope) -> None:
        """Statements with variables of their own."""
        if node is None:
            return
        inner = Scope(scope)
        for each in (node.block_items or []) if isinstance(node, c_ast.Compound) else [node]:
            self.statement(each, inner)

    def declare(self, node: c_ast.Decl, scope: Scope) -> None:
        """A variable, with its first value if it has one."""
        if node.storage or not isinstance(node.type, c_ast.TypeDecl | c_ast.PtrDecl):
            raise self.unread(f"{node.name} is no plain variable of the function's")
        if isinstance(node.type, c_ast.PtrDecl) and isinstance(node.type.type, c_ast.FuncDecl):
            raise self.unread(f"{node.name} is a pointer to a function")
        cell = scope.cells.setdefault(node.name, Cell(None, kind_of(node.type, self.place)))
        cell.value = Unset(f"{node.name} is read before it is written")
        if node.init is not None:
            if isinstance(node.init, c_ast.InitList):
                raise self.unread(f"the values of {node.name}")
            cell.value = adapted(self, evaluate(self, node.init, scope), cell.kind)

    def choose(self, node: c_ast.If, scope: Scope) -> None:
        """If, and else; where both sides only step the same pointers, both are one."""
        self.place = place_of(node.cond, self.place)
        found = condition(self, evaluate(self, node.cond, scope))
        if not merged(self, node, found, scope):
            self.block(node.iftrue if self.decide(found) else node.iffalse, scope)

    def loop(  # noqa: C901 # the three kinds of a loop, each with a rule or without
        self, node: c_ast.Node, scope: Scope
    ) -> None:
        """While, do, for."""
        inner = Scope(scope)
        init, step = getattr(node, "init", None), getattr(node, "next", None)
        if init is not None:
            self.statement(init, inner)
        rule = self.rules(self.function, node)
        if rule is not None:
            if not rule.keeps:
                forget(node, inner)
            rule.enter(inner)
        first, turns = isinstance(node, c_ast.DoWhile), 0
        while first or node.cond is None or holds(self, node.cond, inner):
            first = False
            turns += 1
            if turns > MOST_TURNS:
                raise Endless(f"{self.place}: a loop has no end")
            try:
                if rule is None or not rule.body(inner):
                    self.block(node.stmt, inner)
            except Left:
                break
            except Continued:
                pass
            if step is not None:
                self.place = place_of(step, self.place)
                evaluate(self, step, inner)
            if rule is not None:
                if isinstance(node, c_ast.DoWhile) and not holds(self, node.cond, inner):
                    break
                rule.again(inner)

    def switch(self, node: c_ast.Switch, scope: Scope) -> None:
        """From the case that has the value, or else the default, on to a break or the end."""
        parts = node.stmt.block_items if isinstance(node.stmt, c_ast.Compound) else None
        if not parts or not all(isinstance(part, c_ast.Case | c_ast.Default) for part in parts):
            raise self.unread("a switch that is not made of cases alone")
        value = whole(self, evaluate(self, node.cond, scope))
        if not isinstance(value, Int):
            raise self.unread("a switch over what is no integer")
        inner = Scope(scope)
        try:
            for part in parts[self._case(parts, value, inner) :]:
                for each in part.stmts or []:
                    self.statement(each, inner)
        except Left:
            pass

    def _case(self, parts: list[c_ast.Node], value: Int, scope: Scope) -> int:
        """Where a switch goes on; behind its end, if no case has the value and there is no default."""
        kind = common(value.kind, INT)
        given = convert(self.path, value, kind)
        otherwise = len(parts)
        for at, part in enumerate(parts):
            if isinstance(part, c_ast.Default):
                otherwise = at
                continue
            said = convert(self.path, evaluate(self, part.expr, scope), kind)
            if self.decide(compare(self.path, "==", given, said)):
                return at
        return otherwise

    def leave(self, node: c_ast.Node, scope: Scope) -> None:
        """Return, goto, break, continue."""
        if isinstance(node, c_ast.Return):
            raise Returned(None if node.expr is None else evaluate(self, node.expr, scope))
        if isinstance(node, c_ast.Goto):
            raise Jump(node.name)
        raise Left if isinstance(node, c_ast.Break) else Continued


def _declarations(machine: Machine, node: c_ast.DeclList, scope: Scope) -> None:
    for each in node.decls:
        machine.declare(each, scope)


STATEMENTS: Mapping[type, Callable[[Machine, Any, Scope], None]] = {
    c_ast.Label: lambda machine, node, scope: machine.statement(node.stmt, scope),
    c_ast.Compound: Machine.block,
    c_ast.DeclList: _declarations,
    c_ast.Decl: Machine.declare,
    c_ast.If: Machine.choose,
    c_ast.Switch: Machine.switch,
    c_ast.While: Machine.loop,
    c_ast.DoWhile: Machine.loop,
    c_ast.For: Machine.loop,
    c_ast.Return: Machine.leave,
    c_ast.Goto: Machine.leave,
    c_ast.Break: Machine.leave,
    c_ast.Continue: Machine.leave,
    c_ast.EmptyStatement: lambda machine, node, scope: None,
}


def known(value: Any) -> int | None:
    """The value, if it is one number."""
    return value.value if isinstance(value, Int) and isinstance(value.value, int) else None
