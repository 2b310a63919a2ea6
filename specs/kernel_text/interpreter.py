"""The interpreter of the subset of C that the allocator's functions use: statements; expressions stand beside.

A function runs on any values, known or unknown; where a condition is unknown, the path decides.  What is not of
the subset is an error with its place.  Callees are never entered: each is an operation of the edge, or stands by
its contract, which is our function of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import z3
from pycparser import c_ast as A

from specs.kernel_text.errors import Place, Unread
from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Int, Kind, convert
from specs.kernel_text.reader import Text
from specs.kernel_text.values import Cell, Scope, Unset
from specs.kernel_text.settled import settled
from specs.prover.method.paths import Path

KINDS: Mapping[str, Kind] = {
    "_Bool": BOOL,
    "bool": BOOL,
    "int": INT,
    "signed int": INT,
    "unsigned": UINT,
    "unsigned int": UINT,
    "gfp_t": UINT,
    "fpi_t": INT,
    "long": LONG,
    "unsigned long": ULONG,
    "size_t": ULONG,
    "u64": ULONG,
}
MOST_TURNS = 5000
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


class LoopRule(Protocol):
    """How a loop without a bound is reasoned about: it may only forget and owe; the text itself is evaluated."""

    keeps: bool
    """Whether its turns are counted, so that nothing is forgotten."""

    def enter(self, scope: Scope) -> None:
        """Go on from any state that satisfies the invariant, which is owed."""

    def again(self, scope: Scope) -> None:
        """The invariant is owed after a turn, and the path ends."""

    def body(self, scope: Scope) -> bool:
        """Stand in for the body, which is a unit of its own with this contract; False: it does not."""


class Edge(Protocol):
    """What the functions reach beyond their own text."""

    def call(self, machine: Machine, name: str, args: list[Any]) -> Any:
        """What a call answers; raises KeyError if it is no operation that is known."""

    def field(self, machine: Machine, of: Any, name: str) -> Any:
        """A member of a structure; raises KeyError if it is none that is known."""

    def store(self, machine: Machine, of: Any, name: str, value: Any) -> None:
        """Store a member of a structure; raises KeyError if it is none that is known."""

    def element(self, machine: Machine, of: Any, index: Any) -> Any:
        """An element of an array; raises KeyError if it is none that is known."""


def no_rule(function: str, loop: A.Node) -> LoopRule | None:
    """Every loop is followed to its end."""
    return None


@dataclass
class Machine:
    """Runs functions of a text."""

    text: Text
    edge: Edge
    constants: Mapping[str, Any]
    path: Path | None = None
    rules: Callable[[str, A.Node], LoopRule | None] = no_rule
    place: Place = Place("", 0)
    function: str = ""
    places: list[Place] = field(default_factory=list)
    """Where the operations of the edge were called."""

    def run(self, name: str, args: list[Any]) -> Any:
        """What the function returns for the arguments."""
        from specs.kernel_text.expressions import adapted

        definition = self.text.function(name)
        outer, self.function = self.function, name
        self.place = place_of(definition, self.place)
        scope = Scope()
        wanted = [each for each in (definition.decl.type.args.params if definition.decl.type.args else [])]
        names = [each for each in wanted if getattr(each, "name", None)]
        if len(names) != len(args):
            raise Unread(self.place, f"{name}() takes {len(names)} arguments, and not {len(args)}")
        for each, value in zip(names, args, strict=True):
            kind = kind_of(each.type)
            scope.cells[each.name] = Cell(adapted(self, value, kind), kind)
        try:
            self._body(definition.body.block_items or [], scope)
        except Returned as returned:
            return adapted(self, returned.value, kind_of(definition.decl.type.type))
        finally:
            self.function = outer
        return None

    def _body(self, body: list[A.Node], scope: Scope) -> None:
        """The statements of a function, among which a goto may jump."""
        labels = {node.name: at for at, node in enumerate(body) if isinstance(node, A.Label)}
        at = turns = 0
        while at < len(body):
            try:
                self.statement(body[at], scope)
                at += 1
            except Jump as jump:
                if jump.label not in labels:
                    says = f"a goto to {jump.label}, which is no label of the function's"
                    raise Unread(self.place, says) from None
                turns += labels[jump.label] <= at
                if turns > MOST_TURNS:
                    raise Endless("a goto jumps back without an end") from None
                at = labels[jump.label]

    def statement(self, node: A.Node, scope: Scope) -> None:
        """Run a statement."""
        self.place = place_of(node, self.place)
        run = STATEMENTS.get(type(node))
        if run is not None:
            run(self, node, scope)
        else:
            self.value(node, scope)

    def value(self, node: A.Node, scope: Scope) -> Any:
        """The value of an expression."""
        from specs.kernel_text.expressions import evaluate

        return evaluate(self, node, scope)

    def holds(self, node: A.Node, scope: Scope) -> bool:
        """Whether a condition is true on this path."""
        from specs.kernel_text.expressions import condition

        return self.decide(condition(self, self.value(node, scope)))

    def holds_value(self, value: Any) -> bool:
        """Whether a value counts as true on this path."""
        from specs.kernel_text.expressions import condition

        return self.decide(condition(self, value))

    def decide(self, found: bool | z3.BoolRef) -> bool:
        """The truth of it on this path."""
        if isinstance(found, bool):
            return found
        assert self.path is not None
        sure = getattr(self.path, "sure", False)
        known = None if sure else settled(self.path, found)
        return self.path.decide(found) if known is None else known

    def unread(self, construct: str) -> Unread:
        """What cannot be understood here."""
        return Unread(self.place, construct)

    def block(self, node: A.Node | None, scope: Scope) -> None:
        """Statements with variables of their own."""
        if node is None:
            return
        inner = Scope(scope)
        for each in (node.block_items or []) if isinstance(node, A.Compound) else [node]:
            self.statement(each, inner)

    def declare(self, node: A.Decl, scope: Scope) -> None:
        """A variable, with its first value if it has one."""
        from specs.kernel_text.expressions import adapted

        kind = kind_of(node.type)
        value = Unset(f"{node.name} is read before it is written")
        if node.init is not None:
            if isinstance(node.init, A.InitList):
                raise self.unread(f"the values of the array {node.name}")
            value = adapted(self, self.value(node.init, scope), kind)
        scope.cells[node.name] = Cell(value, kind)

    def choose(self, node: A.If, scope: Scope) -> None:
        """If, and else; where both sides only store the same variables, both are one."""
        from specs.kernel_text.expressions import condition, merged

        found = condition(self, self.value(node.cond, scope))
        if not isinstance(found, bool) and self.path is not None and merged(self, node, found, scope):
            return
        self.block(node.iftrue if self.decide(found) else node.iffalse, scope)

    def choose_plainly(self, node: A.If, scope: Scope) -> None:
        """If, and else, on this path."""
        self.block(node.iftrue if self.holds(node.cond, scope) else node.iffalse, scope)

    def loop(self, node: A.Node, scope: Scope) -> None:
        """While, do, for."""
        inner = Scope(scope)
        init, step = getattr(node, "init", None), getattr(node, "next", None)
        if init is not None:
            self.statement(init, inner)
        rule = self.rules(self.function, node)
        if rule is not None and not getattr(rule, "keeps", False):
            forget(node, inner)
        if rule is not None:
            rule.enter(inner)
        first, turns = isinstance(node, A.DoWhile), 0
        while first or node.cond is None or self.holds(node.cond, inner):
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
                self.value(step, inner)
            if rule is not None and not isinstance(node, A.DoWhile):
                rule.again(inner)
            elif rule is not None and self.holds(node.cond, inner):
                rule.again(inner)

    def leave(self, node: A.Node, scope: Scope) -> None:
        """Return, goto, break, continue."""
        if isinstance(node, A.Return):
            raise Returned(None if node.expr is None else self.value(node.expr, scope))
        if isinstance(node, A.Goto):
            raise Jump(node.name)
        raise Left if isinstance(node, A.Break) else Continued


def _declarations(machine: Machine, node: A.DeclList, scope: Scope) -> None:
    for each in node.decls:
        machine.declare(each, scope)


STATEMENTS: Mapping[type, Callable[[Machine, Any, Scope], None]] = {
    A.Label: lambda machine, node, scope: machine.statement(node.stmt, scope),
    A.Compound: Machine.block,
    A.DeclList: _declarations,
    A.Decl: Machine.declare,
    A.If: Machine.choose,
    A.While: Machine.loop,
    A.DoWhile: Machine.loop,
    A.For: Machine.loop,
    A.Return: Machine.leave,
    A.Goto: Machine.leave,
    A.Break: Machine.leave,
    A.Continue: Machine.leave,
    A.EmptyStatement: lambda machine, node, scope: None,
}


def place_of(node: A.Node, otherwise: Place) -> Place:
    """Where the node stands."""
    coord = getattr(node, "coord", None)
    if coord is None or coord.file is None:
        return otherwise
    return Place(str(coord.file), int(coord.line))


def kind_of(node: A.Node) -> Any:
    """The kind of an integer type; None of a pointer, and of a structure."""
    if isinstance(node, A.TypeDecl):
        return kind_of(node.type)
    if isinstance(node, A.Typename):
        return kind_of(node.type)
    if isinstance(node, A.Enum):
        return UINT
    if isinstance(node, A.IdentifierType):
        words = " ".join(node.names)
        words = words.removesuffix(" int") if words in ("long int", "unsigned long int") else words
        return KINDS.get(words)
    return None


def assigned(node: A.Node) -> Iterator[str]:
    """The variables that something in it may change."""
    target = None
    if isinstance(node, A.Assignment):
        target = node.lvalue
    elif isinstance(node, A.UnaryOp) and node.op in ("++", "--", "p++", "p--", "&"):
        target = node.expr
    if isinstance(target, A.ID):
        yield target.name
    for _, child in node.children():
        yield from assigned(child)


def forget(loop: A.Node, scope: Scope) -> None:
    """Whatever a turn of the loop may change of what was there before it is unknown when a turn begins."""
    parts = [getattr(loop, name, None) for name in ("cond", "stmt", "next")]
    for name in sorted({name for part in parts if part is not None for name in assigned(part)}):
        cell = scope.find(name)
        if cell is not None:
            cell.value = Unset(f"{name} is carried over from one turn of the loop to the next")


def known(value: Any) -> int | None:
    """The value, if it is one number."""
    return value.value if isinstance(value, Int) and isinstance(value.value, int) else None


__all__ = ["Edge", "LoopRule", "Machine", "convert", "kind_of", "known", "place_of"]
