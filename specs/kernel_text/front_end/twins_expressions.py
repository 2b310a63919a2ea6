"""Broken twins of the expressions, and of their types: one for each construct."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.front_end.front import Fault

E: Final = "expressions"
KINDS: Final = (
    *[
        Fault(f"the type {words} is another", "kinds", f"{words}: {kind},", f"{words}: {other},")
        for words, kind, other in (
            ('("_Bool",)', "BOOL", "INT"),
            ('("bool",)', "BOOL", "UINT"),
            ("()", "INT", "UINT"),
            ('("unsigned",)', "UINT", "INT"),
            ('("gfp_t",)', "UINT", "INT"),
            ('("fpi_t",)', "INT", "UINT"),
            ('("long",)', "LONG", "INT"),
            ('("long", "unsigned")', "ULONG", "LONG"),
            ('("size_t",)', "ULONG", "UINT"),
            ('("u64",)', "ULONG", "LONG"),
        )
    ],
    Fault(
        "every constant is an int",
        "kinds",
        "            return Int(kind, value)",
        "            return Int(INT, value)",
    ),
    Fault("a u behind a constant says nothing", "kinds", '("u" in suffix and kind.signed) or ', ""),
    Fault(
        "an l behind a constant says nothing", "kinds", ' or ("l" in suffix and kind.bits < LONG.bits)', ""
    ),
    Fault("a decimal constant may be unsigned", "kinds", 'if decimal and "u" not in suffix', "if False"),
    Fault(
        "a hexadecimal constant is never unsigned",
        "kinds",
        'if decimal and "u" not in suffix',
        'if "u" not in suffix',
    ),
    Fault(
        "an octal constant is decimal",
        "kinds",
        '8 if digits.startswith("0") and digits.isdigit() else 0',
        '10 if digits.startswith("0") and digits.isdigit() else 0',
    ),
    Fault(
        "a choice has the type of its branch",
        E,
        "return adapted(machine, found, static_kind(node, scope, machine.constants, machine.place))",
        "return found",
    ),
    Fault(
        "a choice has the type of its first branch",
        "kinds",
        "_both(\n        static_kind(node.iftrue, *around), static_kind(node.iffalse, *around)\n    )",
        "static_kind(node.iftrue, *around)",
    ),
    Fault(
        "a comparison in a choice has no type",
        "kinds",
        "        return INT\n    left =",
        "        return None\n    left =",
    ),
    Fault(
        "a shift in a choice has the type of both sides",
        "kinds",
        "        return _promoted(left)",
        "        return _both(left, static_kind(node.right, scope, constants, place))",
    ),
    Fault(
        "a sign in a choice widens nothing", "kinds", "        return _promoted(found)", "        return None"
    ),
    Fault(
        "what a pointer points to in a choice has no type",
        "kinds",
        "        return _pointed(node.expr, scope)\n    found",
        "        return None\n    found",
    ),
    Fault("a cast in a choice has no type", "kinds", "kind_of(node.to_type, place),", "None,"),
    Fault("an assignment in a choice has no type", "kinds", "static_kind(node.lvalue, *around)", "None"),
    Fault("a comma in a choice has the first type", "kinds", "node.exprs[-1]", "node.exprs[0]"),
)
"""Types, constants, and the types of expressions."""
EXPRESSIONS: Final = (
    Fault("&& is ||", E, 'stops = node.op == "||"', "stops = True"),
    Fault("|| is &&", E, 'stops = node.op == "||"', "stops = False"),
    Fault(
        "the right side counts always",
        E,
        "        if left is stops:\n            return flag(stops)\n        return",
        "        return",
    ),
    Fault(
        "and it is evaluated always",
        E,
        "        if left is stops:\n            return flag(stops)\n",
        "        if left is stops:\n"
        "            evaluate(machine, node.right, scope)\n"
        "            return flag(stops)\n",
    ),
    Fault(
        "a choice takes the other",
        E,
        "node.iftrue if holds(machine, node.cond, scope) else node.iffalse",
        "node.iffalse if holds(machine, node.cond, scope) else node.iftrue",
    ),
    Fault(
        "sides are swapped",
        E,
        "evaluate(machine, node.left, scope), evaluate(machine, node.right, scope))",
        "evaluate(machine, node.right, scope), evaluate(machine, node.left, scope))",
    ),
    Fault(
        "a cast is ignored", E, "return adapted(machine, value, kind_of(to, machine.place))", "return value"
    ),
    Fault(
        "a comma has its first value", E, "    for each in node.exprs:\n", "    for each in node.exprs[:1]:\n"
    ),
    Fault("a store with an operator is a plain one", E, 'if node.op != "=":', "if False:"),
    Fault(
        "a store has the value of its right side",
        E,
        "    put(value)\n    return get()",
        "    put(value)\n    return value",
    ),
    Fault(
        "a store has the value that was",
        E,
        "    put(value)\n    return get()",
        "    was = cell_value(get)\n"
        "    put(value)\n"
        "    return was\n"
        "\n"
        "\n"
        "def cell_value(get: Any) -> Any:\n"
        "    try:\n"
        "        return get()\n"
        "    except Exception:\n"
        "        return Int(INT, 0)",
    ),
    Fault(
        "a store keeps its type", E, "cell.value = adapted(machine, value, cell.kind)", "cell.value = value"
    ),
    Fault(
        "the operator's sides are swapped in a store",
        E,
        "binary(machine, node.op[:-1], get(), value)",
        "binary(machine, node.op[:-1], value, get())",
    ),
    Fault("a step goes the other way", E, 'sign.strip("p")[0]', '{"+": "-", "-": "+"}[sign.strip("p")[0]]'),
    Fault("a step is of two", E, "was, Int(INT, 1)", "was, Int(INT, 2)"),
    Fault("x++ has the new value", E, 'return was if sign.startswith("p") else get()', "return get()"),
    Fault("++x has the old value", E, 'return was if sign.startswith("p") else get()', "return was"),
    Fault(
        "! is nothing",
        E,
        "return flag((not found) if isinstance(found, bool)",
        "return flag(found if isinstance(found, bool)",
    ),
    Fault("- is +", E, 'return combine(machine.path, "-", Int(INT, 0), value)', "return value"),
    Fault(
        "~ is -",
        E,
        'machine.path, "^", whole, Int(whole.kind, -1 if whole.kind.signed else whole.kind.most)',
        'machine.path, "-", Int(INT, 0), whole',
    ),
    Fault(
        "~ of a bool has one bit",
        E,
        "whole = convert(machine.path, value, INT) if value.kind.bits < INT.bits else value",
        "whole = value",
    ),
    Fault(
        "+ is -",
        E,
        "        return whole\n",
        '        return combine(machine.path, "-", Int(INT, 0), whole)\n',
    ),
    Fault(
        "&*p is the value",
        E,
        '    if isinstance(node, c_ast.UnaryOp) and node.op == "*":\n'
        "        return evaluate(machine, node.expr, scope)\n",
        "",
    ),
    Fault(
        "& is the variable's value",
        E,
        '            raise machine.unread(f"the address of {node.name}")\n        return cell',
        '            raise machine.unread(f"the address of {node.name}")\n        return cell.value',
    ),
    Fault(
        "& is a new variable",
        E,
        '            raise machine.unread(f"the address of {node.name}")\n        return cell',
        '            raise machine.unread(f"the address of {node.name}")\n'
        "        return Cell(cell.value, cell.kind)",
    ),
    Fault(
        "* is the pointer",
        E,
        "        return _get(machine, cell)\n    return negation",
        "        return cell\n    return negation",
    ),
    Fault(
        "a store through a pointer is lost",
        E,
        "return lambda: _get(machine, cell), lambda value: _put(machine, cell, value)",
        "return lambda: _get(machine, cell), lambda value: None",
    ),
    Fault("pointers are the same", "operators", "    return one is two\n", "    return True\n"),
    Fault("pointers differ", "operators", "    return one is two\n", "    return False\n"),
    Fault(
        "a pointer counts as false",
        "operators",
        "    return value is not None\n",
        "    return value is None\n",
    ),
    Fault(
        "a number becomes no bool",
        "operators",
        "    return convert(machine.path, value, kind)\n",
        "    return convert(machine.path, value, kind) if kind != BOOL else value\n",
    ),
    Fault(
        "a comparison is arithmetic",
        "operators",
        "return flag(compare(machine.path, sign, left, right))",
        'return combine(machine.path, "-", left, right)',
    ),
)
"""Expressions."""
