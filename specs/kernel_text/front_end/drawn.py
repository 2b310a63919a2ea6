"""A random expression while it is drawn: its text, its type, and between which numbers its value lies.

The bounds serve only to keep programs within what C defines; a wrong one costs a comparison, and no more.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from random import Random

from specs.kernel_text.integers import INT, LONG, UINT, ULONG, Kind, common

COMMA, STORE, CHOICE, EITHER, BOTH, OR, XOR, AND, SAME, LESS, SHIFT, SUM, PRODUCT, UNARY, WHOLE = range(1, 16)
"""How tightly an operator binds."""
RANKS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT, "&": AND, "|": OR, "^": XOR} | {
    **dict.fromkeys(("<<", ">>"), SHIFT),
    **dict.fromkeys(("<", "<=", ">", ">="), LESS),
    **dict.fromkeys(("==", "!="), SAME),
    "&&": BOTH,
    "||": EITHER,
}
CONSTANTS = (0, 1, 2, 3, 7, 8, 10, 31, 100, 255, 4096, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1)
SUFFIXES = ("", "", "", "u", "U", "l", "L", "ul", "UL", "LU")


@dataclass(frozen=True)
class Drawn:
    """An expression."""

    text: str
    kind: Kind
    low: int
    high: int
    rank: int = WHOLE

    def fits(self, low: int, high: int) -> bool:
        """Whether the value lies within the bounds."""
        return low <= self.low and self.high <= high

    def within(self, rank: int) -> str:
        """The text as an operand of an operator that binds so tightly."""
        return self.text if self.rank >= rank else f"({self.text})"


def full(text: str, kind: Kind, rank: int = WHOLE) -> Drawn:
    """Of which nothing is known but its type."""
    return Drawn(text, kind, kind.least, kind.most, rank)


def bounded(made: Drawn) -> Drawn:
    """Its bounds, as far as its type goes: what wraps may be anything."""
    if made.fits(made.kind.least, made.kind.most):
        return made
    return replace(made, low=made.kind.least, high=made.kind.most)


def converted(value: Drawn, kind: Kind) -> Drawn:
    """The bounds of the value in another kind."""
    return bounded(replace(value, kind=kind))


def promoted(kind: Kind) -> Kind:
    """The kind in which a single value is computed."""
    return common(kind, INT)


def constant(random: Random, value: int) -> Drawn:
    """A constant, in some base and with some suffix."""
    suffix = random.choice(SUFFIXES)
    base = random.choice("dddxXo")
    text = str(value) if base == "d" else f"0{base}{value:x}" if base in "xX" else f"0{value:o}"
    for kind in (INT, UINT, LONG, ULONG):
        wrong = (kind.signed and "u" in suffix.lower()) or (kind.bits < 64 and "l" in suffix.lower())
        wrong = wrong or (base == "d" and not kind.signed and "u" not in suffix.lower())
        if not wrong and value <= kind.most:
            return Drawn(text + suffix, kind, value, value)
    return Drawn(f"{value}ul", ULONG, value, value)


def any_constant(random: Random) -> Drawn:
    """Some constant; the ends of the types come often."""
    if random.random() < 0.4:
        return constant(random, random.choice(CONSTANTS))
    return constant(random, random.randrange(1 << random.choice((3, 5, 8, 16))))


def reduced(random: Random, value: Drawn, low: int, high: int) -> Drawn:
    """The value, cut so that it lies within bounds that have 0 and 1 between them."""
    if value.fits(low, high):
        return value
    most = min(high, promoted(value.kind).most)
    some = max(1, random.choice((most, most // 2, min(most, 1000), min(most, 15), min(most, 1 << 20))))
    if value.low < 0 and -low >= some and random.random() < 0.5:
        divisor = constant(random, some)
        if divisor.kind.signed:
            return bits(value, "%", divisor)
    return bits(value, "&", constant(random, some))


def bits(left: Drawn, sign: str, right: Drawn) -> Drawn:
    """Of operators that have a value whatever stands beside them; the right side of % is a constant."""
    kind = common(left.kind, right.kind)
    text = f"{left.within(RANKS[sign])} {sign} {right.within(RANKS[sign] + 1)}"
    one, two = converted(left, kind), converted(right, kind)
    if sign == "%":
        return Drawn(text, kind, 0 if one.low >= 0 else 1 - two.high, two.high - 1, PRODUCT)
    if one.low < 0 and two.low < 0:
        return full(text, kind, RANKS[sign])
    if sign == "&":
        return Drawn(text, kind, 0, min(each.high for each in (one, two) if each.low >= 0), AND)
    if one.low < 0 or two.low < 0:
        return full(text, kind, RANKS[sign])
    return Drawn(text, kind, 0, (1 << max(one.high, two.high).bit_length()) - 1, RANKS[sign])


def summed(left: Drawn, sign: str, right: Drawn) -> Drawn:
    """A sum, a difference or a product, with bounds that its type may not have."""
    kind = common(left.kind, right.kind)
    text = f"{left.within(RANKS[sign])} {sign} {right.within(RANKS[sign] + 1)}"
    one, two = converted(left, kind), converted(right, kind)
    make = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
    ends = [make(a, b) for a in (one.low, one.high) for b in (two.low, two.high)]
    return Drawn(text, kind, min(ends), max(ends), RANKS[sign])


def quotient(left: Drawn, sign: str, right: Drawn) -> Drawn:
    """Of a division; the bounds hold if the right side is above 0."""
    kind = common(left.kind, right.kind)
    text = f"{left.within(PRODUCT)} {sign} {right.within(UNARY)}"
    one, two = converted(left, kind), converted(right, kind)
    most = max(abs(one.low), abs(one.high)) if sign == "/" else max(abs(two.low), abs(two.high))
    return bounded(Drawn(text, kind, 0 if one.low >= 0 else -most, min(most, kind.most), PRODUCT))


def shifted(left: Drawn, sign: str, right: Drawn) -> Drawn:
    """A shift, with bounds that its type may not have."""
    text = f"{left.within(SHIFT)} {sign} {right.within(SUM)}"
    if sign == ">>":
        return Drawn(text, promoted(left.kind), min(left.low, 0), max(left.high, 0), SHIFT)
    return Drawn(text, promoted(left.kind), min(left.low, 0), left.high << max(0, min(right.high, 64)), SHIFT)
