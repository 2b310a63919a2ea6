"""Calls, members, elements and loops under rules, with a small edge: what is expected is written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from specs.kernel_text.front_end.compiled import FILE
from specs.kernel_text.front_end.front import Fault, Front

TEXT: Final = """
int pair(int a, int b) { return joined(a, b) + twice(b); }
int members(struct box *box) {
	box->count = 5;
	box->count += 2;
	box->count++;
	return box->count * 10 + box->size;
}
int once(void) { next()->count += 2; return next()->count--; }
int items(struct box *box, int a) { return box->items[a] * 10 + box->items[a + 1]; }
int same(struct box *a, struct box *b) { return (a == b) + 2 * (a != b) + 4 * !a + 8 * (b && 1); }
int large(struct box *box) { return box->count == 300; }
int loop(int a) { int n = 0; int *p = &a; while (n < 3) { *p = 5; n++; } return a; }
int turns(int a) { int n; n = a; do { a = 1; } while (n++ < 0); return n; }
int kept(int a) { int n = 0; while (n < 3) n++; return a; }
int lost(int a) { int n = 0; int b = 4; for (; n < 3; n++) b = 5; return b; }
"""


@dataclass
class Box:
    """A structure."""

    members: dict[str, Any] = field(default_factory=dict)


@dataclass
class Small:
    """An edge with two functions, a list, and boxes."""

    front: Front
    box: Box
    asked: int = 0

    def call(self, machine: Any, name: str, args: list[Any]) -> Any:
        """Of numbers; and a box that counts how often it is asked for."""
        made, kind = self.front.integers.Int, self.front.integers.INT
        if name == "next":
            self.asked += 1
            return self.box
        values = [each.value for each in args]
        return made(kind, values[0] * 10 + values[1] if name == "joined" else 2 * values[0])

    def field(self, machine: Any, of: Any, name: str) -> Any:
        """A member."""
        return of.members[name]

    def store(self, machine: Any, of: Any, name: str, value: Any) -> None:
        """Store a member."""
        of.members[name] = value

    def element(self, machine: Any, of: Any, index: Any) -> Any:
        """An element."""
        return of[index.value]


@dataclass
class Rule:
    """A loop is entered with its cursor anywhere."""

    front: Front
    cursor: int
    keeps: bool = False

    def body(self, scope: Any) -> bool:
        """The body is run."""
        return False

    def enter(self, scope: Any) -> None:
        """Only the cursor is known."""
        scope.find("n").value = self.front.integers.Int(self.front.integers.INT, self.cursor)

    def again(self, scope: Any) -> None:
        """No turn is expected."""
        raise AssertionError("a turn")


def _answers(front: Front) -> Iterator[tuple[str, Callable[[], Any], object]]:
    """What is asked, how, and what it comes to."""
    made, kind = front.integers.Int, front.integers.INT

    def number(value: int) -> Any:
        return made(kind, value)

    def ask(name: str, *args: Any, rule: int | None = None) -> Any:
        box = Box({"count": number(30), "size": number(2), "items": [number(each) for each in (7, 8, 9)]})
        edge = Small(front, box)
        given = [box if each == "box" else number(each) if isinstance(each, int) else each for each in args]
        machine = front.interpreter.Machine(front.read(FILE, TEXT), edge, {})
        if rule is not None:
            machine.rules = lambda function, loop: Rule(front, rule)
        try:
            found = machine.run(name, given)
        except front.errors.Unread:
            return "Unread"
        return found.value, edge.asked

    yield "arguments", lambda: ask("pair", 3, 4), (42, 0)
    yield "members", lambda: ask("members", "box"), (82, 0)
    yield "a side that is evaluated once", lambda: ask("once"), (32, 2)
    yield "elements", lambda: ask("items", "box", 1), (89, 0)
    yield "the same box", lambda: ask("same", "box", None), (2 + 8 * 0, 0)
    yield "a pointer that is null", lambda: ask("same", None, "box"), (2 + 4 + 8, 0)
    yield "a member compared", lambda: ask("large", "box"), (0, 0)
    yield "what a pointer leads to", lambda: ask("loop", 1, rule=7), "Unread"
    yield "a condition that changes something", lambda: ask("turns", 0, rule=0), (1, 0)
    yield "what a loop leaves alone", lambda: ask("kept", 6, rule=3), (6, 0)
    yield "what a loop stores", lambda: ask("lost", 6, rule=3), "Unread"


def differences(front: Front) -> list[str]:
    """Which answers are wrong."""
    wrong = []
    for says, ask, expected in _answers(front):
        try:
            found = ask()
        except Exception as error:  # a broken twin may do anything
            found = repr(error)
        if found != expected:
            wrong.append(f"{says}: {found}, and not {expected}")
    return wrong


def _of(name: str, module: str, old: str, new: str) -> Fault:
    return Fault(name, module, old, new, "edges")


E: Final = "expressions"
EDGES: Final = (
    _of("arguments are evaluated from behind", E, "for each in given]\n", "for each in given[::-1]]\n"),
    _of("a call is passed over", E, "    if passed_over(function) and", "    if True or"),
    _of(
        "another member is read",
        E,
        "machine.edge.field(machine, of, field)",
        'machine.edge.field(machine, of, "count")',
    ),
    _of("a member is not stored", E, "        machine.edge.store(machine, of, field, value)", "        pass"),
    _of(
        "a member's side is evaluated twice",
        E,
        "return lambda: _member(machine, of, field),",
        "return lambda: member(machine, node, scope),",
    ),
    _of(
        "the first element is read",
        E,
        "machine.edge.element(machine, of, index)",
        "machine.edge.element(machine, of, Int(INT, 0))",
    ),
    _of(
        "what a pointer leads to is kept",
        "loops",
        '            _forget(cell, f"what {name} points to")\n',
        "",
    ),
    _of("what a loop stores is kept", "loops", "        yield target.name\n", "        yield from ()\n"),
    _of(
        "all that a loop speaks of is forgotten",
        "loops",
        "for part in parts for name in assigned(part)",
        'for part in parts for name in ("a", "n")',
    ),
    _of("a rule is passed over", "interpreter", "            rule.enter(inner)\n", ""),
    _of(
        "a condition under a rule is asked twice",
        "interpreter",
        "and not holds(self, node.cond, inner):",
        "and not (holds(self, node.cond, inner) or holds(self, node.cond, inner)):",
    ),
)
"""Broken twins that show here."""
