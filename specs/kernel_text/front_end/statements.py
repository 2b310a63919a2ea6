"""Random statements: each form that the interpreter reads, with loops that end."""

from __future__ import annotations

from specs.kernel_text.front_end.drawn import STORE, Drawn, any_constant, bounded, constant
from specs.kernel_text.front_end.expressions import Expressions
from specs.kernel_text.front_end.variables import KINDS, Variable, spelled
from specs.kernel_text.integers import INT, ULONG, Kind, common

SIMPLE = ("store", "store", "operate", "operate", "step", "empty", "void")
NESTED = ("branch", "branch", "switch", "block", "condition", "comment", "pointer", "leave", "leave")
STORES = ("store", "operate", "step", "pointer")
"""What needs a variable that may be changed."""
LOOPS = ("for", "for", "while", "do")
OPERATORS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
CASES = ("0", "1", "2", "3", "5UL", "-1")
"""Of a switch: no two are the same in any type."""
HUGE = 60
"""Turns of all loops around a statement, above which there is no further loop."""


class Statements:
    """Draws statements of one function."""

    def __init__(self, expressions: Expressions, result: Kind, *, loops: bool) -> None:
        self.draw, self.random, self.result, self.loops = expressions, expressions.random, result, loops
        self.visible = expressions.visible
        self.labels: list[str] = []
        """Labels at the end of the function, to which one may go from everywhere."""
        self.turns, self.inside, self.count = 1, 0, 0

    def name(self, letter: str) -> str:
        """A new name."""
        self.count += 1
        return f"{letter}{self.count}"

    def expression(self, depth: int, kind: Kind | None = None) -> Drawn:
        """A whole expression."""
        self.visible.begin()
        return self.draw.some(depth) if kind is None else self.draw.of_kind(kind, depth)

    def some(self, depth: int) -> list[str]:
        """The lines of some statement."""
        forms: tuple[str, ...] = SIMPLE if depth <= 0 else (*SIMPLE, *NESTED)
        if depth > 0 and self.loops and self.turns < HUGE:
            forms = (*forms, *LOOPS)
        if not any(each.target is None for each in self.visible.writable()):  # counters hide all other names
            forms = tuple(form for form in forms if form not in STORES)
        lines: list[str] = getattr(self, f"_{self.random.choice(forms)}")(depth - 1)
        return lines

    def body(self, depth: int, least: int = 1) -> list[str]:
        """The lines of a block, with variables of its own."""
        self.visible.blocks.append({})
        lines: list[str] = []
        if self.random.random() < 0.1:
            one, two = self.name("v"), self.name("v")
            lines.append(f"unsigned long {one} = 3, {two} = {one} - 4;")
            for name in (one, two):
                self.visible.declare(Variable(name, ULONG, 0, ULONG.most))
        if self.random.random() < 0.5:
            lines += self.declared(self.new(shadows=True))
        for _ in range(self.random.randint(least, 2)):
            lines += self.some(depth)
        self.visible.blocks.pop()
        return [f"\t{line}" for line in lines]

    def new(self, *, shadows: bool = False) -> Variable:
        """A variable that is to be declared; in a block it may have the name of one outside."""
        kind = self.random.choice(KINDS)
        outer = sorted({*self.visible.named} - {*self.visible.blocks[-1]})
        name = (
            self.random.choice(outer) if outer and shadows and self.random.random() < 0.6 else self.name("v")
        )
        return Variable(name, kind, kind.least, kind.most)

    def declared(self, variable: Variable) -> list[str]:
        """Its declaration; its first value does not speak of its own name."""
        hidden = {name: each for block in self.visible.blocks for name, each in block.items()}
        self.visible.begin()
        if variable.name in hidden:
            self.visible.changed.add(hidden[variable.name])
            pointer = hidden[variable.name].target
            self.visible.changed |= {each for each in hidden.values() if pointer in (each, each.target)}
        value = self.draw.of_kind(variable.kind, 2)
        if variable.name in hidden and variable.name in value.text:
            value = any_constant(self.random) if not variable.kind.signed else constant(self.random, 7)
        self.visible.declare(variable)
        const = "const " if variable.fixed and self.random.random() < 0.5 else ""
        return [f"{const}{spelled(self.random, variable.kind)} {variable.name} = {value.within(STORE)};"]

    def _target(self) -> Variable:
        chosen = self.random.choice(self.visible.writable())
        self.visible.begin()
        self.visible.see(chosen)
        return chosen

    def _store(self, depth: int) -> list[str]:
        chosen = self._target()
        value = self.draw.of_kind(chosen.kind, 3)
        return [f"{chosen.read.text} = {value.within(STORE)};"]

    def _operate(self, depth: int) -> list[str]:
        """A store with an operator; before it, the variable is cut where it would overflow."""
        chosen, sign = self._target(), self.random.choice(OPERATORS)
        right = self.draw.of_kind(chosen.kind, 2)
        if self.random.random() < 0.1:
            return [f"{chosen.read.text} = - {chosen.read.text};"]
        whole = common(chosen.kind, right.kind) == chosen.kind
        left, right, made = self.draw.operated(chosen.read, sign, right, whole=whole)
        lines = [] if left.text == chosen.read.text else [f"{chosen.read.text} = {left.text};"]
        made = bounded(made)
        if chosen.kind.signed and not made.fits(chosen.kind.least, chosen.kind.most):
            return [f"{chosen.read.text} = {self.draw.taken_by(chosen.kind, made).within(STORE)};"]
        return [*lines, f"{chosen.read.text} {sign}= {right.within(STORE)};"]

    def _step(self, depth: int) -> list[str]:
        chosen = self._target()
        cut = [f"{chosen.read.text} %= 1000;"] if chosen.kind.signed else []
        return [*cut, f"{self.draw.stepped(chosen).text};"]

    def _empty(self, depth: int) -> list[str]:
        return [";"]

    def _void(self, depth: int) -> list[str]:
        if self.random.random() < 0.3:
            return [f"VM_WARN_ON({self.expression(2).within(STORE)});"]
        return [f"(void)({self.expression(3).text});"]

    def _branch(self, depth: int) -> list[str]:
        lines = [f"if ({self.expression(3).text}) {{", *self.body(depth), "}"]
        if self.random.random() < 0.3:
            lines[-1:] = [f"}} else if ({self.expression(2).text}) {{", *self.body(depth), "}"]
        if self.random.random() < 0.5:
            lines[-1:] = ["} else {", *self.body(depth), "}"]
        elif self.random.random() < 0.3:
            return [
                f"if ({self.expression(3).text})",
                *[f"\t{line}" for line in self._store(0)],
                "else",
                "\t;",
            ]
        return lines

    def _switch(self, depth: int) -> list[str]:
        """Cases of a small number, some of which fall through; a default at any place, or none."""
        asked = self.expression(2).text
        if self.random.random() < 0.7:
            asked = f"({asked}) & 3"
        heads = [f"case {each}:" for each in self.random.sample(CASES, self.random.randint(1, 3))]
        if self.random.random() < 0.5:
            heads.insert(self.random.randint(0, len(heads)), "default:")
        lines = [f"switch ({asked}) {{"]
        for head in heads:
            lines += [head, *(f"\t{line}" for line in ("{", *self.body(depth), "}"))]
            lines += self.random.choice((["\tbreak;"], ["\tfallthrough;"], []))
        return [*lines, "}"]

    def _block(self, depth: int) -> list[str]:
        return ["{", *self.body(depth), "}"]

    def _condition(self, depth: int) -> list[str]:
        """Statements of which the preprocessor leaves one part."""
        asked, holds = self.draw.macros.condition(self.random)
        kept, dropped = (
            self.body(depth),
            ["\tthis is { no C at all;" if self.random.random() < 0.2 else "\t;"],
        )
        first, second = (kept, dropped) if holds else (dropped, kept)
        middle = [f"#elif {self.draw.macros.off[0]}", *dropped] if self.random.random() < 0.3 else []
        return [asked, "{", *first, "}", *middle, "#else", "{", *second, "}", "#endif"]

    def _comment(self, depth: int) -> list[str]:
        text = self.random.choice(("/* one } line */", "// another { line", '/* two\n\t * "lines\n\t */'))
        return [text, *self.some(depth)]

    def _pointer(self, depth: int) -> list[str]:
        """A block with a pointer to a variable around it."""
        around = [each for each in self.visible.writable() if each.target is None]
        chosen = self.random.choice(around)
        chosen.taken = True
        made = Variable(self.name("p"), chosen.kind, chosen.low, chosen.high, target=chosen)
        self.visible.blocks.append({made.name: made})
        lines = [f"{spelled(self.random, chosen.kind)} *{made.name} = &{chosen.name};"]
        for _ in range(2):
            lines += self.some(depth)
        self.visible.blocks.pop()
        return ["{", *[f"\t{line}" for line in lines], "}"]

    def _leave(self, depth: int) -> list[str]:
        """Break, continue, goto, return, on a condition."""
        forms = ["return"] + ["goto"] * 2 * bool(self.labels) + ["break", "continue"] * 2 * bool(self.inside)
        form = self.random.choice(forms)
        asked = f"if ({self.expression(2).text})"
        if form == "return":
            return [asked, f"\treturn {self.expression(2, self.result).text};"]
        if form == "goto":
            return [asked, f"\tgoto {self.random.choice(self.labels)};"]
        return [asked, f"\t{form};"]

    def turned(self, depth: int, turns: int) -> list[str]:
        """The body of a loop."""
        self.turns, self.inside = self.turns * turns, self.inside + 1
        lines = self.body(depth)
        self.turns, self.inside = self.turns // turns, self.inside - 1
        return lines

    def counter(self, low: int, high: int, name: str | None = None) -> Variable:
        """A variable that only its loop changes."""
        made = Variable(name or self.name("i"), INT, low, high, fixed=True)
        self.visible.declare(made)
        return made

    def _for(self, depth: int) -> list[str]:
        turns = self.random.randint(1, 5)
        outer = sorted(self.visible.named)
        self.visible.blocks.append({})
        name = self.counter(0, turns, self.random.choice([*outer, None, None, None])).name
        if self.random.random() < 0.2:
            lines = [f"int {name} = 0;", f"for (; ; {name}++) {{", f"\tif ({name} == {turns})", "\t\tbreak;"]
            lines += [*self.turned(depth, turns), "}"]
            self.visible.blocks.pop()
            return ["{", *[f"\t{line}" for line in lines], "}"]
        step = self.random.choice((f"{name}++", f"++{name}", f"{name} += 1", f"{name} = {name} + 1"))
        first = f"int {name} = 0"
        if self.random.random() < 0.3:
            other = self.counter(-turns, 7).name
            first, step = f"{first}, {other} = 7", f"{step}, {other}--"
        asked = f"{name} < {turns}"
        if self.random.random() < 0.3:
            asked += f" && ({self.expression(2).text})"
        lines = [f"for ({first}; {asked}; {step}) {{", *self.turned(depth, turns), "}"]
        self.visible.blocks.pop()
        return lines

    def _while(self, depth: int) -> list[str]:
        return self._counted(depth, ("while ({name}-- > 0{more}) {{", "}}"))

    def _do(self, depth: int) -> list[str]:
        return self._counted(depth, ("do {{", "}} while (--{name} > 0{more});"))

    def _counted(self, depth: int, ends: tuple[str, str]) -> list[str]:
        turns = self.random.randint(0, 4)
        self.visible.blocks.append({})
        name = self.counter(-5, turns).name
        more = f" && {self.expression(2).within(9)}" if self.random.random() < 0.3 else ""
        first, last = (each.format(name=name, more=more) for each in ends)
        lines = [f"int {name} = {turns};", first, *self.turned(depth, max(turns, 1)), last]
        self.visible.blocks.pop()
        return ["{", *[f"\t{line}" for line in lines], "}"]
