"""What is not of the subset is an error, with the file and the line where it stands."""

from __future__ import annotations

import pytest

from specs.kernel_text.errors import Unread
from specs.kernel_text.front_end.compiled import FILE
from specs.kernel_text.front_end.front import running

BODIES = {
    "a syntax error": "a = ;",
    "a number in no base": "a = 09;",
    "a number that is too large": "a = 99999999999999999999;",
    "a switch without cases": "switch (a) return 1;",
    "a switch that begins before its cases": "switch (a) { a = 1; case 1: return 1; }",
    "asm": 'asm("nop");',
    "asm with operands": '__asm__ volatile ("nop" : : "r" (a));',
    "a string": 'a = "x" ? 1 : 2;',
    "a character": "a = 'x';",
    "a floating constant": "a = 1.5;",
    "a long floating constant": "a = 1.5L;",
    "a floating variable": "double d = a;",
    "a short variable": "short s = a;",
    "a char variable": "unsigned char c = 1;",
    "a cast to a type that is not read": "a = (char)a;",
    "a type of the kernel's that is not read": "phys_addr_t x = a;",
    "an array": "int list[3];",
    "an array with values": "int list[] = { 1, 2 };",
    "a static variable": "static int count = 0;",
    "a pointer to a function": "int (*call)(int) = 0;",
    "a call through a variable": "a(1);",
    "a call of a function that is not known": "a = unknown(a);",
    "a call of no name": "(a ? f : f)(1);",
    "a structure with values": "struct box b = { 1 };",
    "a structure in the text": "a = ((struct box) { 1 }).size;",
    "a member of what has none": "a = (&a)->size;",
    "an element of what has none": "a = (&a)[1];",
    "a store to an element": "(&a)[1] = 2;",
    "a store to a value": "a + 1 = 2;",
    "sizeof": "a = sizeof(a);",
    "a statement in an expression": "a = ({ 1; });",
    "a name that nobody defines": "a = unknown;",
    "a store to a name that nobody defines": "unknown = 1;",
    "the address of a name that nobody defines": "a = &unknown == 0;",
    "a variable without a value": "int b; a = b;",
    "a variable in its own first value": "int b = b;",
    "what the null pointer points to": "int *p = 0; a = *p;",
    "a store through the null pointer": "int *p = 0; *p = 1;",
    "a member of the null pointer": "struct box *p = NULL; a = p->size;",
    "a pointer that becomes a number": "a = (long)&a;",
    "arithmetic with a pointer": "a = &a + 1 == 0;",
    "one type spoken of as another": "a = *(unsigned int *)&a;",
    "a goto to no label": "goto nowhere;",
    "a goto into a block": "if (!a) { inside: ; } goto inside;",
    "a type of its own": "typedef int number;",
    "the label of a case": "case 1: ;",
}


def unread(text: str, name: str = "f", arguments: int = 1) -> Unread:
    front = running()
    with pytest.raises(Unread) as caught:
        front.run(front.read(FILE, text), name, [front.given(1)] * arguments)
    return caught.value


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_construct_that_is_not_read_is_told_with_its_line(body: str) -> None:
    head = "#define TWO 2 + \\\n\t3\n\n/* a\n   comment */\nint f(int a)\n{\n\ta = TWO;\n"
    error = unread(f"{head}\t{body}\n\treturn a;\n}}\n")
    assert error.place == (FILE, 9)
    assert error.construct


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("int f(int a)\n{\n\tif (a) {\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n", 2),
        ("int f(int a)\n{\n\treturn 1;\n}\n}\n", 5),
        ("\n#if defined(SOMETHING)\nint f(int a)\n{\n\treturn 1;\n}\n", 2),
        ("int f(int a)\n{\n\treturn 1;\n}\n#endif\n", 5),
        ("int f(int a)\n{\n\treturn 1;\n}\n#if UNKNOWN(3) > 2\n#endif\n", 5),
        ("int f(int a)\n{\n\treturn 1;\n}\n#if 1 +\n#endif\n", 5),
        ("#define ONE(x) x\nint f(int a)\n{\n\treturn ONE(1, 2);\n}\n", 4),
        ("int f(int a)\n{\n\tif (a)\n\t\ta = 2;\n}\n", 1),
        ("int f(int a, int b)\n{\n\treturn a;\n}\n", 1),
        ("int f(short a)\n{\n\treturn a;\n}\n", 1),
        ("float f(int a)\n{\n\treturn a;\n}\n", 1),
    ],
    ids=[
        *("a brace that is never closed", "a brace that closes nothing", "an #if without an end"),
        *("an #endif without a start", "a condition that asks for what is not known", "half a condition"),
        *("a macro with too many arguments", "an end without a value", "too few arguments"),
        *("a parameter that is not read", "a result that is not read"),
    ],
)
def test_what_is_wrong_around_statements_is_told_with_its_line(text: str, line: int) -> None:
    assert unread(text).place == (FILE, line)


def test_a_loop_without_an_end_is_told() -> None:
    front = running()
    for body in ("while (a) a = 1;", "again: a = 1; goto again;"):
        text = front.read(FILE, f"int f(int a) {{ {body} return a; }}")
        with pytest.raises(front.interpreter.Endless):
            front.run(text, "f", [front.given(1)])
