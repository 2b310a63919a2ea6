"""Functions for what random ones seldom do, with all pairs of the ends of the types as arguments."""

from __future__ import annotations

from itertools import product
from typing import Final

from specs.kernel_text.front_end.programs import Function, Program, into
from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Kind

SHORT: Final = {"b": BOOL, "i": INT, "u": UINT, "l": LONG, "m": ULONG}
STRAIGHT: Final = (
    ("i iu", "return a + 2147483648 * 2 - - 4294967295 > b;"),
    ("m iu", "return a ? -1 : (b < 1) + 1u;"),
    ("m iu", "return (a ? -1 : (a & 1) << 2ul) / 2;"),
    ("m iu", "return a ? -1 : - b;"),
    ("m iu", "return a ? -1 : ~ b;"),
    ("m iu", "unsigned int *p = &b; return a ? -1 : *p;"),
    ("m iu", "return a ? -1 : *&b;"),
    ("m iu", "unsigned int *p = &b; return a ? -1 : *&*p;"),
    ("m ii", "return a ? -1 : (unsigned int)b;"),
    ("m iu", "return a ? -1 : (b = 3);"),
    ("m iu", "return a ? -1 : b++;"),
    ("m iu", "return (a ? -1 : (1l, b)) / 2;"),
    ("m iu", "return a ? -1 : !b ? 1 : b;"),
    ("m iu", "return a ? -1 : IS_ENABLED(NOT_SET) + b;"),
    ("m ib", "return a ? b : -1;"),
    ("m ii", "int *p = &a, *q = &b, *r = &a; return (p == q) + 2 * (p != q) + 4 * (p == r) + 8 * (p != r);"),
    ("m ii", "int *p = &a; int **q = &p; **q = 7; *q = &b; *p = 9; return a * 16 + (b != 9);"),
    ("m ii", "int *p = &a; int *q = 0; return !p + 2 * !q + 4 * (p && 1) + 8 * (q || 0) + 16 * (q == 0);"),
    (
        "m iu",
        "switch (a) { case 4294967295u: b = 5; break; case 64: b = 9; fallthrough; default: b += 1;"
        " case 2: b ^= 2; } return b;",
    ),
    ("m ii", "return (a < 0xfffffffe) + 2 * (b > 0x80000000) + 4 * (a < 4294967294);"),
    ("m bu", "switch (a) { case 1: switch (b) { case 2: b = 7; break; case 0: return 3; } b++; } return b;"),
    ("m ul", "switch (b & 65) { default: return 1; case 64: a = 2; case 65: a++; case 0: ; } return a;"),
    ("i ii", "return a + b;"),
    ("i ii", "return a - b;"),
    ("i ii", "return a * b;"),
    ("i ii", "return a / b;"),
    ("i ii", "return a % b;"),
    ("i ib", "return - a - b;"),
    ("i ii", "return a << b;"),
    ("i ii", "return a >> b;"),
    ("l ll", "return a + b;"),
    ("l ll", "return a - b;"),
    ("l ll", "return a * b;"),
    ("l ll", "return a / b;"),
    ("l ll", "return a % b;"),
    ("l lb", "return - a - b;"),
    ("l li", "return a << b;"),
    ("l lm", "return a >> b;"),
    ("u ul", "return a << b;"),
    ("u uu", "return a >> b;"),
    ("u ui", "return a / b + a % b;"),
    ("m ml", "return a / b ^ a % b;"),
    ("m mi", "return a << b;"),
    ("m mi", "return a * b - ((a + b) >> 3);"),
    ("i mi", "int c = a; return c < b;"),
    ("l ml", "long c = a; return c - (b & 1);"),
    ("i lu", "int c = a; int d = b; return (c & 1) + (d & 2);"),
    ("m ii", "unsigned long c = a; return c + (unsigned int)b;"),
    ("m mi", "return ((a | ~0ul) < 5) + 2 * ((a | ~0ul) > 5) + b;"),
    ("m mi", "return (a + (~0ul - a) > 5) + b;"),
    ("m ui", "return ((a | ~0u) < 5) + 2 * ((a | ~0u) > 5) + b;"),
    ("m bi", "a += 2; b = ~a; return a + b * 4l + (a << 3);"),
    ("b lu", "bool c = a; c -= b; return c;"),
    ("m ii", "return a < b || 100 / b > 2 ? 7 : a && (b = 3) ? b : 5;"),
    ("m iu", "return (a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b);"),
    ("m lu", "return (a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b);"),
    ("m lm", "return (a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b);"),
)
"""By the kinds of the result and of the parameters a and b: bodies without loops."""
LOOPS: Final = (
    ("u uu", "u64 n = 3;\n\tdo {\n\t\tb--;\n\t\t;\n\t} while (n-- > 1 + 100u / b);\n\treturn a + b + n;"),
    ("u ui", "while (a++ < 100 / b) {\n\t\tb--;\n\t\tif (b > 40)\n\t\t\tbreak;\n\t}\n\treturn a + b;"),
    (
        "u uu",
        "for (int i = 0; i < 6; i++) {\n\t\tif (i == b % 7)\n\t\t\tcontinue;\n\t\tif (i == a % 9)"
        "\n\t\t\tbreak;\n\t\ta += b;\n\t}\n\treturn a + b;",
    ),
    ("u ub", "for (int i = 0; i < 5;\n\t     i += 3 % a) {\n\t\ta &= 3;\n\t\ta--;\n\t}\n\treturn a + b;"),
)
"""With loops; what has no meaning stands in a condition, or in a step, behind other lines."""


def corners(*, loops: bool) -> tuple[Program, dict[str, list[tuple[int, ...]]]]:
    """The text, and the arguments of each function."""
    parts, functions = [], []
    rows: dict[str, list[tuple[int, ...]]] = {}
    for at, (kinds, body) in enumerate((*STRAIGHT, *LOOPS) if loops else STRAIGHT):
        result, one, two = (SHORT[letter] for letter in kinds.replace(" ", ""))
        name = f"corner{int(loops)}_{at}"
        parts.append(f"static {result.name}\n{name}({one.name} a, {two.name} b)\n{{\n\t{body}\n}}\n")
        functions.append(Function(name, (one, two), result, loops=loops))
        rows[name] = list(product(_ends(one), _ends(two)))
    return Program("\n".join(parts), tuple(functions)), rows


def _ends(kind: Kind) -> list[int]:
    ends = (0, 1, 2, -1, 32, 64, kind.least, kind.most)
    return [0, 1] if kind == BOOL else sorted({into(kind, value) for value in ends})
