"""Random texts of several functions, and arguments to call them with."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from specs.kernel_text.front_end.drawn import STORE, Drawn
from specs.kernel_text.front_end.expressions import Expressions
from specs.kernel_text.front_end.macros import Macros
from specs.kernel_text.front_end.statements import Statements
from specs.kernel_text.front_end.variables import KINDS, Variable, Visible, spelled
from specs.kernel_text.integers import BOOL, ULONG, Kind

WORDS = (
    "static ",
    "static inline ",
    "static noinline ",
    "static __always_inline ",
    "",
    "__meminit ",
    "static __ref ",
)

ENDS = (0, 1, -1, 2, 7, 31, 32, 63, 64, 255, 2**31 - 1, -(2**31), 2**32 - 1, 2**31)


@dataclass(frozen=True)
class Function:
    """A function of a text."""

    name: str
    kinds: tuple[Kind, ...]
    """Of its parameters."""
    result: Kind
    loops: bool
    """Whether it may have loops."""


@dataclass(frozen=True)
class Program:
    """A text, and what is in it."""

    text: str
    functions: tuple[Function, ...]


def program(seed: int, many: int = 8, *, loops: bool = True) -> Program:
    """The text of a seed."""
    random = Random(seed)  # noqa: S311 # to be repeated
    macros = Macros(f"M{seed}_")
    parts = [f"/* drawn from {seed}: {{ */\n#include <linux/nothing.h>\n", macros.draw(random)]
    functions = []
    for at in range(many):
        function, text = drawn(random, f"f{seed}_{at}", macros, loops=loops)
        functions.append(function)
        asked, holds = macros.condition(random)
        if random.random() < 0.3:
            other = text.replace("return", "return 1 +") if random.random() < 0.5 else "no { C here\n"
            first, second = (text, other) if holds else (other, text)
            text = f"{asked}\n{first}#else\n{second}#endif\n"
        parts.append(text)
    return Program("\n".join(parts), tuple(functions))


def drawn(random: Random, name: str, macros: Macros, *, loops: bool) -> tuple[Function, str]:
    """A function, and its text."""
    visible = Visible()
    result = random.choice((*[ULONG] * 4, *KINDS))
    made = Statements(Expressions(random, visible, macros, 0.15 if loops else 0.5), result, loops=loops)
    parameters = [made.new() for _ in range(random.randint(1, 3))]
    for each in parameters:
        visible.declare(each)
    lines = [line for _ in range(random.randint(1, 2)) for line in made.declared(made.new())]
    lines += _middle(made, random) if loops else _straight(made, random)
    takes = ", ".join(f"{spelled(random, each.kind)} {each.name}" for each in parameters)
    head = f"{random.choice(WORDS)}{spelled(random, result)}{random.choice((' ', chr(10)))}{name}({takes})"
    body = "".join(f"\t{line}\n" if not line.startswith("#") else f"{line}\n" for line in lines)
    function = Function(name, tuple(each.kind for each in parameters), result, loops)
    return function, f"{head}\n{{\n{body}}}\n"


def _straight(made: Statements, random: Random) -> list[str]:
    """Few statements, so that there are few paths."""
    made.labels = [made.name("out")]
    lines = [line for _ in range(random.randint(1, 3)) for line in made.some(1)]
    return [*lines, f"{made.labels[0]}: ;", *made_return(made)]


def _middle(made: Statements, random: Random) -> list[str]:
    """Statements, with labels behind and before them."""
    made.labels = [made.name("out") for _ in range(random.randint(0, 2))]
    count = made.counter(0, 4).name
    lines = [f"int {count} = 0;"] if random.random() < 0.5 else [f"int {count};", f"{count} = 0;"]
    again = made.name("again")
    back = random.random() < 0.4
    lines += [f"{again}:", *made.some(0)] if back else []
    made.turns *= 3 if back else 1
    for _ in range(random.randint(2, 4)):
        lines += made.some(2)
    if back:
        lines += [f"if (++{count} < 3 && ({made.expression(2).text}))", f"\tgoto {again};"]
    for label in made.labels[::]:
        made.labels.remove(label)
        lines += [f"{label}:", *(made.some(1) if random.random() < 0.5 else [";"])]
    return lines + made_return(made)


def made_return(made: Statements) -> list[str]:
    """What the function returns depends on all that it can name."""
    made.visible.begin()
    terms = [f"(unsigned long){each.read.text} * {3 + 2 * at}u" for at, each in enumerate(_last(made))]
    whole = Drawn(" + ".join(terms), ULONG, 0, ULONG.most, 12)
    return [f"return {made.draw.taken_by(made.result, whole).within(STORE)};"]


def _last(made: Statements) -> list[Variable]:
    return list(made.visible.named.values())


def arguments(random: Random, function: Function, many: int) -> list[tuple[int, ...]]:
    """Values to call it with; the ends of the types come often."""
    return [tuple(_value(random, kind) for kind in function.kinds) for _ in range(many)]


def _value(random: Random, kind: Kind) -> int:
    if kind == BOOL:
        return random.randint(0, 1)
    if random.random() < 0.5:
        return into(kind, random.choice((*ENDS, kind.least, kind.most, kind.most - 1)))
    value = random.getrandbits(random.choice((3, 6, 16, 31, 64)))
    return into(kind, value if random.random() < 0.6 else -value)


def into(kind: Kind, value: int) -> int:
    """A value of the kind, from its bits."""
    wrapped = value & ((1 << kind.bits) - 1)
    return wrapped - (1 << kind.bits) if wrapped > kind.most else wrapped
