"""C's integers, known or unknown: a kind has a width and a sign, and arithmetic follows the C standard.

A number is kept as its mathematical value: a Python int, or a 64-bit term that holds it, extended by its
sign.
Unsigned arithmetic wraps; signed arithmetic must not overflow, which is owed (C11 6.2.5, 6.3.1.8, 6.5).
A conversion to a signed kind keeps the value, which is owed too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import z3

from specs.kernel_text.errors import Undefined
from specs.kernel_text.settled import settled
from specs.prover.method.lifted import Decider
from specs.prover.method.paths import Path

BITS: Final = 64
Number: TypeAlias = "int | z3.BitVecRef"


@dataclass(frozen=True)
class Kind:
    """An integer type."""

    name: str
    bits: int
    signed: bool

    @property
    def least(self) -> int:
        """The smallest value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def most(self) -> int:
        """The largest value."""
        return (1 << (self.bits - self.signed)) - 1


BOOL: Final = Kind("bool", 1, signed=False)
INT, UINT = Kind("int", 32, signed=True), Kind("unsigned int", 32, signed=False)
LONG, ULONG = Kind("long", 64, signed=True), Kind("unsigned long", 64, signed=False)


@dataclass(frozen=True, eq=False)
class Int:
    """A value of an integer type."""

    kind: Kind
    value: Number

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return isinstance(self.value, int)


def term(value: Number) -> z3.BitVecRef:
    """The number as a term."""
    return z3.BitVecVal(value, BITS) if isinstance(value, int) else value


def simple(value: z3.ExprRef) -> Number:
    """The term as z3 simplifies it; an int if it is one."""
    found = z3.simplify(value)
    return found.as_signed_long() if z3.is_bv_value(found) else found


def number(kind: Kind, value: z3.ExprRef) -> Int:
    """A value of the kind, from a term that holds it."""
    found = simple(value)
    return Int(kind, found & kind.most if isinstance(found, int) and not kind.signed else found)


def common(left: Kind, right: Kind) -> Kind:
    """The kind in which two values are combined: the usual arithmetic conversions."""
    one, two = (kind if kind.bits >= INT.bits else INT for kind in (left, right))
    if one.bits == two.bits:
        return two if one.signed else one
    return one if one.bits > two.bits else two


def convert(path: Decider | None, value: Int, kind: Kind) -> Int:
    """The value in another kind."""
    was = value.kind
    if kind == was:
        return value
    if kind == BOOL:
        return flag(truth(value))
    if isinstance(value.value, int):
        if kind.signed and not kind.least <= value.value <= kind.most:
            raise Undefined(f"{value.value} does not fit {kind.name}")
        return Int(kind, value.value if kind.signed else value.value & kind.most)
    if was.bits < kind.bits or (was.bits == kind.bits == BITS):
        fits = was.signed == kind.signed or not was.signed or was.bits == BITS
        if kind.bits == BITS and (fits or not kind.signed):
            return _reinterpreted(path, value, kind)
        return Int(kind, value.value) if fits else number(kind, value.value & kind.most)
    if kind.signed:
        kept = within(value.value, kind)
        if was == ULONG:  # a large one looks as if it were below 0
            kept = z3.And(value.value >= 0, kept)
        _owe(path, kept, f"a value fits {kind.name}")
        return Int(kind, value.value)
    return number(kind, value.value & kind.most)


def _reinterpreted(path: Decider | None, value: Int, kind: Kind) -> Int:
    """In 64 bits the term stays as it is; an unsigned one that becomes signed must not be that large."""
    if kind.signed and not value.kind.signed and value.kind.bits == BITS:
        _owe(path, term(value.value) >= 0, f"a value fits {kind.name}")
    return Int(kind, value.value)


def within(value: z3.BitVecRef, kind: Kind) -> z3.BoolRef:
    """Whether the kind has the number."""
    return z3.And(value >= kind.least, value <= kind.most)


def _owe(path: Decider | None, goal: z3.BoolRef, says: str) -> None:
    assert path is not None
    path.owe("no-wrap", goal, says)


def truth(value: Int) -> bool | z3.BoolRef:
    """Whether it is not 0."""
    if isinstance(value.value, int):
        return value.value != 0
    found = z3.simplify(value.value != 0)
    return z3.is_true(found) if z3.is_true(found) or z3.is_false(found) else found


def flag(condition: bool | z3.BoolRef) -> Int:
    """The condition as 1 or 0."""
    if isinstance(condition, bool):
        return Int(BOOL, int(condition))
    return Int(BOOL, z3.If(condition, z3.BitVecVal(1, BITS), z3.BitVecVal(0, BITS)))


COMPARED: Final[
    dict[str, tuple[Callable[..., object], Callable[..., z3.BoolRef], Callable[..., z3.BoolRef]]]
] = {
    "<": (operator.lt, operator.lt, z3.ULT),
    "<=": (operator.le, operator.le, z3.ULE),
    ">": (operator.gt, operator.gt, z3.UGT),
    ">=": (operator.ge, operator.ge, z3.UGE),
    "==": (operator.eq, operator.eq, operator.eq),
    "!=": (operator.ne, operator.ne, operator.ne),
}
"""By operator: of known numbers, and of terms with a sign and without."""


def compare(path: Decider | None, sign: str, left: Int, right: Int) -> bool | z3.BoolRef:
    """Whether the comparison is true."""
    kind = common(left.kind, right.kind)
    one, two = convert(path, left, kind).value, convert(path, right, kind).value
    known, signed, unsigned = COMPARED[sign]
    if isinstance(one, int) and isinstance(two, int):
        return bool(known(one, two))
    return (signed if kind.signed else unsigned)(term(one), term(two))


def combine(path: Decider | None, sign: str, left: Int, right: Int) -> Int:
    """The result of an arithmetic operator."""
    if sign in ("<<", ">>"):
        return shift(path, sign, left, right)
    kind = common(left.kind, right.kind)
    one, two = convert(path, left, kind).value, convert(path, right, kind).value
    if isinstance(one, int) and isinstance(two, int):
        return _wrapped(kind, _known(kind, sign, one, two))
    if sign in ("&", "|", "^"):
        made = {"&": operator.and_, "|": operator.or_, "^": operator.xor}[sign](term(one), term(two))
        return Int(kind, made) if kind.bits == BITS else number(kind, made)
    if sign in ("/", "%"):
        return _divided(path, kind, sign, term(one), term(two))
    return _sum(path, kind, sign, term(one), term(two))


def _known(kind: Kind, sign: str, one: int, two: int) -> int:
    """Of two numbers; division cuts towards 0."""
    if sign in ("/", "%"):
        if two == 0:
            raise Undefined("a division by 0")
        if kind.signed and (one, two) == (kind.least, -1):
            raise Undefined(f"{one} {sign} {two} overflows {kind.name}")
        quotient = abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)
        return quotient if sign == "/" else one - quotient * two
    made: dict[str, Callable[[int, int], int]] = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "&": operator.and_,
        "|": operator.or_,
        "^": operator.xor,
    }
    return made[sign](one, two)


def _wrapped(kind: Kind, value: int) -> Int:
    if kind.signed and not kind.least <= value <= kind.most:
        raise Undefined(f"{value} overflows {kind.name}")
    return Int(kind, value if kind.signed else value & kind.most)


def _divided(path: Decider | None, kind: Kind, sign: str, one: z3.BitVecRef, two: z3.BitVecRef) -> Int:
    if not z3.is_bv_value(two):
        _owe(path, two != 0, "nothing is divided by 0")
    elif two.as_long() == 0:
        raise Undefined("a division by 0")
    if sign == "/" and (halved := _halved(path, kind, one, two)) is not None:
        return halved
    if kind.signed:
        _owe(path, z3.Not(z3.And(one == kind.least, two == -1)), f"{sign} of {kind.name} does not overflow")
        return Int(kind, named(path, one / two if sign == "/" else z3.SRem(one, two)))
    return Int(kind, named(path, z3.UDiv(one, two) if sign == "/" else z3.URem(one, two)))


def _halved(path: Decider | None, kind: Kind, one: z3.BitVecRef, two: z3.BitVecRef) -> Int | None:
    """A division by a power of two, of what the path has settled is not negative: a shift."""
    if not z3.is_bv_value(two) or (many := two.as_long()) & (many - 1) or not isinstance(path, Path):
        return None
    if kind.signed and settled(path, one >= 0) is not True:
        return None
    shift = many.bit_length() - 1
    return number(kind, one >> shift if kind.signed else z3.LShR(one, z3.BitVecVal(shift, BITS)))


def named(path: Decider | None, found: z3.BitVecRef) -> z3.BitVecRef:
    """A name for the term, which is a fact: z3 simplifies a division to one that no other solver reads."""
    assert isinstance(path, Path)
    for name, known in path.named:
        if known.eq(found):
            return name
    name = z3.BitVec(f"quotient{len(path.named)}", BITS)
    path.named.append((name, found))
    path.assume(name == found)
    return name


def _sum(path: Decider | None, kind: Kind, sign: str, one: z3.BitVecRef, two: z3.BitVecRef) -> Int:
    made = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign](one, two)
    if not kind.signed and kind.bits == BITS and sign == "-" and not one.eq(two):
        return Int(kind, made)  # a distance, as our functions have it
    if not kind.signed:
        return number(kind, made if kind.bits == BITS else made & kind.most)
    if kind.bits < BITS:
        _owe(path, within(made, kind), f"{sign} of {kind.name} does not overflow")
        return number(kind, made)
    fits = {
        "+": (z3.BVAddNoOverflow(one, two, True), z3.BVAddNoUnderflow(one, two)),
        "-": (z3.BVSubNoOverflow(one, two), z3.BVSubNoUnderflow(one, two, True)),
        "*": (z3.BVMulNoOverflow(one, two, True), z3.BVMulNoUnderflow(one, two)),
    }[sign]
    _owe(path, z3.And(*fits), f"{sign} of {kind.name} does not overflow")
    return number(kind, made)


def shift(path: Decider | None, sign: str, left: Int, right: Int) -> Int:
    """A shift, in the left one's kind; by less than its width, and never of what is negative to the left."""
    kind = common(left.kind, INT) if left.kind.bits < INT.bits else left.kind
    one, two = convert(path, left, kind).value, right.value
    if isinstance(one, int) and isinstance(two, int):
        if not 0 <= two < kind.bits or (sign == "<<" and kind.signed and one < 0):
            raise Undefined(f"{one} {sign} {two} in {kind.name}")
        return _wrapped(kind, one << two if sign == "<<" else one >> two)
    if isinstance(two, int):
        if not 0 <= two < kind.bits:
            raise Undefined(f"a shift of {kind.name} by {two}")
    else:
        _owe(path, z3.ULT(two, kind.bits), f"a shift of {kind.name} is by less than {kind.bits}")
    many = term(two)
    if sign == ">>":
        return number(kind, term(one) >> many if kind.signed else z3.LShR(term(one), many))
    made = term(one) << many
    if not kind.signed:
        return number(kind, made if kind.bits == BITS else made & kind.most)
    kept = z3.And(term(one) >= 0, within(made, kind), made >> many == term(one))
    _owe(path, kept, f"<< of {kind.name} does not overflow")
    return number(kind, made)
