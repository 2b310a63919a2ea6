"""Broken twins of C's integers as terms, and of what their operators owe."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.front_end.front import Fault

N: Final = "integers"


def _of(name: str, old: str, new: str, module: str = N) -> Fault:
    return Fault(name, module, old, new, "terms")


SIGNED: Final = tuple(
    _of(
        f"{sign} of signed terms is of unsigned ones",
        f'"{sign}": (operator.{name}, operator.{name}, z3.{other})',
        f'"{sign}": (operator.{name}, z3.{other}, z3.{other})',
    )
    for sign, name, other in (
        ("<", "lt", "ULT"),
        ("<=", "le", "ULE"),
        (">", "gt", "UGT"),
        (">=", "ge", "UGE"),
    )
)
UNSIGNED: Final = tuple(
    _of(f"{sign} of unsigned terms is of signed ones", f", z3.{other})", f", operator.{name})")
    for sign, name, other in (
        ("<", "lt", "ULT"),
        ("<=", "le", "ULE"),
        (">", "gt", "UGT"),
        (">=", "ge", "UGE"),
    )
)
TERMS: Final = (
    *SIGNED,
    *UNSIGNED,
    _of(
        "== of terms is <=",
        '"==": (operator.eq, operator.eq, operator.eq)',
        '"==": (operator.eq, operator.le, z3.ULE)',
    ),
    _of(
        "!= of terms is <",
        '"!=": (operator.ne, operator.ne, operator.ne)',
        '"!=": (operator.ne, operator.lt, z3.ULT)',
    ),
    _of("& of terms is |", '{"&": operator.and_,', '{"&": operator.or_,'),
    _of("| of terms is ^", '"|": operator.or_, "^": operator.xor}', '"|": operator.xor, "^": operator.xor}'),
    _of("^ of terms is |", '"|": operator.or_, "^": operator.xor}', '"|": operator.or_, "^": operator.or_}'),
    _of(
        "+ of terms is -",
        '{"+": operator.add, "-": operator.sub, "*": operator.mul}',
        '{"+": operator.sub, "-": operator.sub, "*": operator.mul}',
    ),
    _of(
        "- of terms is +",
        '{"+": operator.add, "-": operator.sub, "*": operator.mul}',
        '{"+": operator.add, "-": operator.add, "*": operator.mul}',
    ),
    _of(
        "* of terms is +",
        '{"+": operator.add, "-": operator.sub, "*": operator.mul}',
        '{"+": operator.add, "-": operator.sub, "*": operator.add}',
    ),
    _of(
        "unsigned terms do not wrap",
        "    if not kind.signed:\n"
        "        return number(kind, made if kind.bits == BITS else made & kind.most)\n"
        "    if kind.bits < BITS:",
        "    if not kind.signed:\n        return number(kind, made)\n    if kind.bits < BITS:",
    ),
    _of(
        "an int's overflow is not owed",
        '        _owe(path, within(made, kind), f"{sign} of {kind.name} does not overflow")\n',
        "",
    ),
    _of("a long's overflow is not owed", "_owe(path, z3.And(*fits),", "_owe(path, z3.BoolVal(True),"),
    _of("a sum of longs below all is not owed", ", z3.BVAddNoUnderflow(one, two))", ")"),
    _of("a difference of longs above all is not owed", "(z3.BVSubNoOverflow(one, two), ", "("),
    _of("a product of longs above all is not owed", "(z3.BVMulNoOverflow(one, two, True), ", "("),
    _of(
        "/ of signed terms is of unsigned ones",
        'one / two if sign == "/" else z3.SRem',
        'z3.UDiv(one, two) if sign == "/" else z3.SRem',
    ),
    _of("% of signed terms has the divisor's sign", "else z3.SRem(one, two))", "else one % two)"),
    _of("/ of unsigned terms is of signed ones", "z3.UDiv(one, two) if", "one / two if"),
    _of("% of unsigned terms is of signed ones", "else z3.URem(one, two))", "else z3.SRem(one, two))"),
    _of(
        "a division by 0 is not owed",
        '        _owe(path, two != 0, "nothing is divided by 0")',
        "        pass",
    ),
    _of(
        "the least number by -1 is not owed",
        "        _owe(path, z3.Not(z3.And(one == kind.least, two == -1)),",
        "        _owe(path, z3.BoolVal(True),",
    ),
    _of(
        ">> of signed terms is logical",
        "term(one) >> many if kind.signed else z3.LShR(term(one), many)",
        "z3.LShR(term(one), many)",
    ),
    _of(
        ">> of unsigned terms is arithmetic",
        "term(one) >> many if kind.signed else z3.LShR(term(one), many)",
        "term(one) >> many",
    ),
    _of(
        "<< of unsigned terms does not wrap",
        "    if not kind.signed:\n"
        "        return number(kind, made if kind.bits == BITS else made & kind.most)\n"
        "    kept",
        "    if not kind.signed:\n        return number(kind, made)\n    kept",
    ),
    _of("<< of a negative term is not owed", "z3.And(term(one) >= 0, within", "z3.And(within"),
    _of("<< out of an int is not owed", "within(made, kind), made >> many", "made >> many"),
    _of("<< out of a long is not owed", ", made >> many == term(one))", ")"),
    _of(
        "the width of a shift is not owed",
        "_owe(path, z3.ULT(two, kind.bits),",
        "_owe(path, z3.BoolVal(True),",
    ),
    _of(
        "the width of a shift may be below 0",
        "_owe(path, z3.ULT(two, kind.bits),",
        "_owe(path, two < kind.bits,",
    ),
    _of(
        "a known shift is of any width",
        '            raise Undefined(f"a shift of {kind.name} by {two}")',
        "            pass",
    ),
    _of(
        "a conversion to an int is not owed",
        '        _owe(path, kept, f"a value fits {kind.name}")\n        return',
        "        return",
    ),
    _of(
        "a large unsigned long fits an int",
        "        if was == ULONG:  # a large one looks as if it were below 0",
        "        if False:",
    ),
    _of(
        "a large unsigned long fits a long",
        "_owe(path, term(value.value) >= 0,",
        "_owe(path, z3.BoolVal(True),",
    ),
    _of(
        "a conversion to an unsigned int keeps all bits",
        "        return Int(kind, value.value)\n    return number(kind, value.value & kind.most)",
        "        return Int(kind, value.value)\n    return Int(kind, value.value)",
    ),
    _of(
        "a negative int in an unsigned long has 32 bits",
        "            return _reinterpreted(path, value, kind)\n",
        "            return number(kind, value.value & UINT.most)\n",
    ),
    _of(
        "what is true is 0",
        "z3.If(condition, z3.BitVecVal(1, BITS), z3.BitVecVal(0, BITS))",
        "z3.If(condition, z3.BitVecVal(0, BITS), z3.BitVecVal(1, BITS))",
    ),
    _of("a term is true if it is 1", "z3.simplify(value.value != 0)", "z3.simplify(value.value == 1)"),
    _of(
        "a number that a term comes to keeps its sign",
        "found & kind.most if isinstance(found, int) and not kind.signed else found",
        "found",
    ),
    _of("! of terms is nothing", "else z3.Not(found))", "else found)", "expressions"),
    _of(
        "&& of terms is ||",
        "z3.Or(left, right) if stops else z3.And(left, right)",
        "z3.Or(left, right)",
        "expressions",
    ),
    _of(
        "|| of terms is &&",
        "z3.Or(left, right) if stops else z3.And(left, right)",
        "z3.And(left, right)",
        "expressions",
    ),
    _of(
        "a known right side counts alone",
        "return flag(stops) if right is stops else flag(left)",
        "return flag(right)",
        "expressions",
    ),
    _of(
        "a right side that may have no meaning counts always",
        "    if is_pure(node.right):",
        "    if True:",
        "expressions",
    ),
    _of(
        "a right side counts where the left decides",
        "    if machine.decide(left) is stops:\n        return flag(stops)\n",
        "    machine.decide(left)\n",
        "expressions",
    ),
    _of(
        "a condition is always so", "        return self.path.decide(found)", "        return True", "machine"
    ),
    _of(
        "a condition is the opposite",
        "        return self.path.decide(found)",
        "        return not self.path.decide(found)",
        "machine",
    ),
)
"""Terms."""
