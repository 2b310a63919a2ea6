"""Broken twins of the expressions, and of C's integers: one for each construct."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.front_end.front import Fault

E: Final = "expressions"
N: Final = "integers"
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
    Fault("every constant is an int", "kinds", "            return Int(kind, value)", "            return Int(INT, value)"),
    Fault("a u behind a constant says nothing", "kinds", '("u" in suffix and kind.signed) or ', ""),
    Fault("an l behind a constant says nothing", "kinds", ' or ("l" in suffix and kind.bits < LONG.bits)', ""),
    Fault("a decimal constant may be unsigned", "kinds", 'if decimal and "u" not in suffix', "if False"),
    Fault("a hexadecimal constant is never unsigned", "kinds", 'if decimal and "u" not in suffix', 'if "u" not in suffix'),
    Fault("an octal constant is decimal", "kinds", '8 if digits.startswith("0") and digits.isdigit() else 0', '10 if digits.startswith("0") and digits.isdigit() else 0'),
    Fault("a choice has the type of its branch", E, "return adapted(machine, found, static_kind(node, scope, machine.constants, machine.place))", "return found"),
    Fault("a choice has the type of its first branch", "kinds", "_both(\n        static_kind(node.iftrue, *around), static_kind(node.iffalse, *around)\n    )", "static_kind(node.iftrue, *around)"),
    Fault("a comparison in a choice has no type", "kinds", "        return INT\n    left =", "        return None\n    left ="),
    Fault("a shift in a choice has the type of both sides", "kinds", "        return _promoted(left)", '        return _both(left, static_kind(node.right, scope, constants, place))'),
    Fault("a sign in a choice widens nothing", "kinds", "        return _promoted(found)", "        return None"),
    Fault("what a pointer points to in a choice has no type", "kinds", "        return _pointed(node.expr, scope)\n    found", "        return None\n    found"),
    Fault("a cast in a choice has no type", "kinds", "kind_of(node.to_type, place),", "None,"),
    Fault("an assignment in a choice has no type", "kinds", "static_kind(node.lvalue, *around)", "None"),
    Fault("a comma in a choice has the first type", "kinds", "node.exprs[-1]", "node.exprs[0]"),
)
"""Types, constants, and the types of expressions."""
EXPRESSIONS: Final = (
    Fault("&& is ||", E, 'stops = node.op == "||"', "stops = True"),
    Fault("|| is &&", E, 'stops = node.op == "||"', "stops = False"),
    Fault("the right side counts always", E, "        if left is stops:\n            return flag(stops)\n        return", "        return"),
    Fault("and it is evaluated always", E, "        if left is stops:\n            return flag(stops)\n", "        if left is stops:\n            evaluate(machine, node.right, scope)\n            return flag(stops)\n"),
    Fault("a choice takes the other", E, "node.iftrue if holds(machine, node.cond, scope) else node.iffalse", "node.iffalse if holds(machine, node.cond, scope) else node.iftrue"),
    Fault("sides are swapped", E, "evaluate(machine, node.left, scope), evaluate(machine, node.right, scope))", "evaluate(machine, node.right, scope), evaluate(machine, node.left, scope))"),
    Fault("a cast is ignored", E, "return adapted(machine, value, kind_of(to, machine.place))", "return value"),
    Fault("a comma has its first value", E, "    for each in node.exprs:\n", "    for each in node.exprs[:1]:\n"),
    Fault("a store with an operator is a plain one", E, 'if node.op != "=":', "if False:"),
    Fault("a store has the value of its right side", E, "    put(value)\n    return get()", "    put(value)\n    return value"),
    Fault("a store has the value that was", E, "    put(value)\n    return get()", "    was = cell_value(get)\n    put(value)\n    return was\n\n\ndef cell_value(get: Any) -> Any:\n    try:\n        return get()\n    except Exception:\n        return Int(INT, 0)"),
    Fault("a store keeps its type", E, "cell.value = adapted(machine, value, cell.kind)", "cell.value = value"),
    Fault("the operator's sides are swapped in a store", E, "binary(machine, node.op[:-1], get(), value)", "binary(machine, node.op[:-1], value, get())"),
    Fault("a step goes the other way", E, 'sign.strip("p")[0]', '{"+": "-", "-": "+"}[sign.strip("p")[0]]'),
    Fault("a step is of two", E, "was, Int(INT, 1)", "was, Int(INT, 2)"),
    Fault("x++ has the new value", E, 'return was if sign.startswith("p") else get()', "return get()"),
    Fault("++x has the old value", E, 'return was if sign.startswith("p") else get()', "return was"),
    Fault("! is nothing", E, "return flag((not found) if isinstance(found, bool)", "return flag(found if isinstance(found, bool)"),
    Fault("- is +", E, 'return combine(machine.path, "-", Int(INT, 0), value)', "return value"),
    Fault("~ is -", E, 'machine.path, "^", whole, Int(whole.kind, -1 if whole.kind.signed else whole.kind.most)', 'machine.path, "-", Int(INT, 0), whole'),
    Fault("~ of a bool has one bit", E, "whole = convert(machine.path, value, INT) if value.kind.bits < INT.bits else value", "whole = value"),
    Fault("+ is -", E, "        return whole\n", '        return combine(machine.path, "-", Int(INT, 0), whole)\n'),
    Fault("&*p is the value", E, '    if isinstance(node, c_ast.UnaryOp) and node.op == "*":\n        return evaluate(machine, node.expr, scope)\n', ""),
    Fault("& is the variable's value", E, "            raise machine.unread(f\"the address of {node.name}\")\n        return cell", "            raise machine.unread(f\"the address of {node.name}\")\n        return cell.value"),
    Fault("& is a new variable", E, "            raise machine.unread(f\"the address of {node.name}\")\n        return cell", "            raise machine.unread(f\"the address of {node.name}\")\n        return Cell(cell.value, cell.kind)"),
    Fault("* is the pointer", E, "        return _get(machine, cell)\n    return negation", "        return cell\n    return negation"),
    Fault("a store through a pointer is lost", E, "return lambda: _get(machine, cell), lambda value: _put(machine, cell, value)", "return lambda: _get(machine, cell), lambda value: None"),
    Fault("pointers are the same", "operators", "    return one is two\n", "    return True\n"),
    Fault("pointers differ", "operators", "    return one is two\n", "    return False\n"),
    Fault("a pointer counts as false", "operators", "    return value is not None\n", "    return value is None\n"),
    Fault("a number becomes no bool", "operators", "    return convert(machine.path, value, kind)\n", "    return convert(machine.path, value, kind) if kind != BOOL else value\n"),
    Fault("a comparison is arithmetic", "operators", "return flag(compare(machine.path, sign, left, right))", 'return combine(machine.path, "-", left, right)'),
)
"""Expressions."""
COMPARISONS: Final = tuple(
    Fault(f"{sign} of numbers is {says}", N, f'"{sign}": (operator.{name}, ', f'"{sign}": (operator.{says}, ')
    for sign, name, says in (
        ("<", "lt", "le"),
        ("<=", "le", "lt"),
        (">", "gt", "ge"),
        (">=", "ge", "gt"),
        ("==", "eq", "ge"),
        ("!=", "ne", "lt"),
    )
)
OPERATORS: Final = tuple(
    Fault(f"{sign} is {says}", N, f'        "{sign}": operator.{name},\n', f'        "{sign}": operator.{says},\n')
    for sign, name, says in (
        ("+", "add", "sub"),
        ("-", "sub", "add"),
        ("*", "mul", "add"),
        ("&", "and_", "or_"),
        ("|", "or_", "xor"),
        ("^", "xor", "or_"),
    )
)
INTEGERS: Final = (
    *COMPARISONS,
    *OPERATORS,
    Fault("unsigned numbers do not wrap", N, "value if kind.signed else value & kind.most)\n\n\ndef _divided", "value)\n\n\ndef _divided"),
    Fault("a signed overflow wraps", N, 'raise Undefined(f"{value} overflows {kind.name}")', "value = (value - kind.least) % (1 << kind.bits) + kind.least"),
    Fault("a division floors", N, "abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)", "one // two"),
    Fault("a remainder has the divisor's sign", N, "else one - quotient * two", "else one % two"),
    Fault("a remainder is a quotient", N, 'return quotient if sign == "/" else', "return quotient if True else"),
    Fault("nothing is divided by 0 in silence", N, '        if two == 0:\n            raise Undefined("a division by 0")\n', "        if two == 0:\n            return 0\n"),
    Fault("the least number by -1 has a remainder", N, "if kind.signed and (one, two) == (kind.least, -1):", 'if sign == "/" and kind.signed and (one, two) == (kind.least, -1):'),
    Fault(">> is logical", N, 'one << two if sign == "<<" else one >> two', 'one << two if sign == "<<" else (one & ((1 << kind.bits) - 1)) >> two'),
    Fault("<< is >>", N, 'one << two if sign == "<<" else one >> two', "one >> two"),
    Fault(">> is <<", N, 'one << two if sign == "<<" else one >> two', "one << two"),
    Fault("a shift has the type of both sides", N, "kind = common(left.kind, INT) if left.kind.bits < INT.bits else left.kind", "kind = common(left.kind, right.kind)"),
    Fault("a shift of a bool stays one", N, "kind = common(left.kind, INT) if left.kind.bits < INT.bits else left.kind", "kind = left.kind"),
    Fault("a shift may be as wide as its type", N, "if not 0 <= two < kind.bits or", "if not 0 <= two <= 2 * kind.bits or"),
    Fault("a shift may be by less than nothing", N, "if not 0 <= two < kind.bits or (", "two = abs(two)\n        if not 0 <= two < kind.bits or ("),
    Fault("what is negative is shifted to the left", N, ' or (sign == "<<" and kind.signed and one < 0):', ":"),
    Fault("the signed one counts", N, "return two if one.signed else one", "return one if one.signed else two"),
    Fault("the narrow one counts", N, "return one if one.bits > two.bits else two", "return two if one.bits > two.bits else one"),
    Fault("a bool is not widened", N, "kind if kind.bits >= INT.bits else INT for kind", "kind for kind"),
    Fault("comparisons are signed", N, "    kind = common(left.kind, right.kind)\n    one, two = convert(path, left, kind).value, convert(path, right, kind).value\n    known", "    kind = LONG\n    one, two = left.value, right.value\n    known"),
    Fault("a bool is its lowest bit", N, "        return flag(truth(value))", "        return Int(BOOL, value.value & 1) if isinstance(value.value, int) else flag(truth(value))"),
    Fault("a bool is what it is made of", N, "    if kind == BOOL:\n        return flag(truth(value))\n", ""),
    Fault("a conversion wraps nothing", N, "return Int(kind, value.value if kind.signed else value.value & kind.most)", "return Int(kind, value.value)"),
    Fault("a conversion does nothing", N, "    if kind == was:\n", "    if True:\n"),
    Fault("0 is true", N, "        return value.value != 0\n", "        return True\n"),
    Fault("1 alone is true", N, "        return value.value != 0\n", "        return value.value == 1\n"),
    Fault("what is true is -1", N, "return Int(BOOL, int(condition))", "return Int(BOOL, -int(condition))"),
    Fault("an int is as wide as a long", N, 'Kind("int", 32', 'Kind("int", 64'),
    Fault("an unsigned int is as wide as a long", N, 'Kind("unsigned int", 32', 'Kind("unsigned int", 64'),
    Fault("a long is as wide as an int", N, 'Kind("long", 64', 'Kind("long", 32'),
    Fault("the least number is one more", N, "return -(1 << (self.bits - 1)) if", "return 1 - (1 << (self.bits - 1)) if"),
)
"""Known numbers."""
