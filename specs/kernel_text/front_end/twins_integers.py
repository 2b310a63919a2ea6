"""Broken twins of C's integers, of known numbers: one for each operator, conversion, and fault."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.front_end.front import Fault

N: Final = "integers"
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
    Fault(
        f"{sign} is {says}",
        N,
        f'        "{sign}": operator.{name},\n',
        f'        "{sign}": operator.{says},\n',
    )
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
    Fault(
        "unsigned numbers do not wrap",
        N,
        "value if kind.signed else value & kind.most)\n\n\ndef _divided",
        "value)\n\n\ndef _divided",
    ),
    Fault(
        "a signed overflow wraps",
        N,
        'raise Undefined(f"{value} overflows {kind.name}")',
        "value = (value - kind.least) % (1 << kind.bits) + kind.least",
    ),
    Fault(
        "a division floors", N, "abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)", "one // two"
    ),
    Fault("a remainder has the divisor's sign", N, "else one - quotient * two", "else one % two"),
    Fault(
        "a remainder is a quotient", N, 'return quotient if sign == "/" else', "return quotient if True else"
    ),
    Fault(
        "nothing is divided by 0 in silence",
        N,
        '        if two == 0:\n            raise Undefined("a division by 0")\n',
        "        if two == 0:\n            return 0\n",
    ),
    Fault(
        "the least number by -1 has a remainder",
        N,
        "if kind.signed and (one, two) == (kind.least, -1):",
        'if sign == "/" and kind.signed and (one, two) == (kind.least, -1):',
    ),
    Fault(
        ">> is logical",
        N,
        'one << two if sign == "<<" else one >> two',
        'one << two if sign == "<<" else (one & ((1 << kind.bits) - 1)) >> two',
    ),
    Fault("<< is >>", N, 'one << two if sign == "<<" else one >> two', "one >> two"),
    Fault(">> is <<", N, 'one << two if sign == "<<" else one >> two', "one << two"),
    Fault(
        "a shift has the type of both sides",
        N,
        "kind = common(left.kind, INT) if left.kind.bits < INT.bits else left.kind",
        "kind = common(left.kind, right.kind)",
    ),
    Fault(
        "a shift of a bool stays one",
        N,
        "kind = common(left.kind, INT) if left.kind.bits < INT.bits else left.kind",
        "kind = left.kind",
    ),
    Fault(
        "a shift may be as wide as its type",
        N,
        "if not 0 <= two < kind.bits or",
        "if not 0 <= two <= 2 * kind.bits or",
    ),
    Fault(
        "a shift may be by less than nothing",
        N,
        "if not 0 <= two < kind.bits or (",
        "two = abs(two)\n        if not 0 <= two < kind.bits or (",
    ),
    Fault(
        "what is negative is shifted to the left", N, ' or (sign == "<<" and kind.signed and one < 0):', ":"
    ),
    Fault(
        "the signed one counts", N, "return two if one.signed else one", "return one if one.signed else two"
    ),
    Fault(
        "the narrow one counts",
        N,
        "return one if one.bits > two.bits else two",
        "return two if one.bits > two.bits else one",
    ),
    Fault("a bool is not widened", N, "kind if kind.bits >= INT.bits else INT for kind", "kind for kind"),
    Fault(
        "comparisons are signed",
        N,
        "    kind = common(left.kind, right.kind)\n"
        "    one, two = convert(path, left, kind).value, convert(path, right, kind).value\n"
        "    known",
        "    kind = LONG\n    one, two = left.value, right.value\n    known",
    ),
    Fault(
        "a bool is its lowest bit",
        N,
        "        return flag(truth(value))",
        "        return Int(BOOL, value.value & 1) if isinstance(value.value, int) else flag(truth(value))",
    ),
    Fault("a bool is what it is made of", N, "    if kind == BOOL:\n        return flag(truth(value))\n", ""),
    Fault(
        "a conversion wraps nothing",
        N,
        "return Int(kind, value.value if kind.signed else value.value & kind.most)",
        "return Int(kind, value.value)",
    ),
    Fault("a conversion does nothing", N, "    if kind == was:\n", "    if True:\n"),
    Fault("0 is true", N, "        return value.value != 0\n", "        return True\n"),
    Fault("1 alone is true", N, "        return value.value != 0\n", "        return value.value == 1\n"),
    Fault("what is true is -1", N, "return Int(BOOL, int(condition))", "return Int(BOOL, -int(condition))"),
    Fault("an int is as wide as a long", N, 'Kind("int", 32', 'Kind("int", 64'),
    Fault("an unsigned int is as wide as a long", N, 'Kind("unsigned int", 32', 'Kind("unsigned int", 64'),
    Fault("a long is as wide as an int", N, 'Kind("long", 64', 'Kind("long", 32'),
    Fault(
        "the least number is one more",
        N,
        "return -(1 << (self.bits - 1)) if",
        "return 1 - (1 << (self.bits - 1)) if",
    ),
)
"""Known numbers."""
