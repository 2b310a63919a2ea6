"""Random expressions: every operator that the interpreter reads, on values that C defines nearly always."""

from __future__ import annotations

from random import Random

from specs.kernel_text.front_end.drawn import (
    BOTH,
    CHOICE,
    COMMA,
    EITHER,
    RANKS,
    SAME,
    STORE,
    UNARY,
    Drawn,
    any_constant,
    bits,
    bounded,
    constant,
    converted,
    full,
    promoted,
    quotient,
    reduced,
    shifted,
    summed,
)
from specs.kernel_text.front_end.macros import Macros
from specs.kernel_text.front_end.variables import KINDS, Variable, Visible, spelled
from specs.kernel_text.integers import BOOL, INT, Kind, common

RISK = 0.02
"""How often nothing keeps a value that is converted within its new type."""
FORMS = (
    *["leaf"] * 3,
    *["sum", "bits", "compare", "logical", "choice", "cast", "sign", "divide", "shift", "macro", "effect"],
)


class Expressions:
    """Draws expressions over the variables that are visible."""

    def __init__(self, random: Random, visible: Visible, macros: Macros, bold: float) -> None:
        self.random, self.visible, self.macros, self.bold = random, visible, macros, bold
        self.quiet = 0
        """Above 0 where nothing may be changed: in what is written twice."""

    def some(self, depth: int) -> Drawn:
        """Some expression."""
        form = self.random.choice(FORMS) if depth > 0 else "leaf"
        made: Drawn = getattr(self, f"_{form}")(depth - 1)
        return (
            made if self.random.random() > 0.06 else Drawn(f"({made.text})", made.kind, made.low, made.high)
        )

    def of_kind(self, kind: Kind, depth: int) -> Drawn:
        """An expression whose value a variable of that kind can take over."""
        return self.taken_by(kind, self.some(depth))

    def taken_by(self, kind: Kind, value: Drawn) -> Drawn:
        """The value, cut so that the kind has it: what is converted to a signed kind keeps its value."""
        if not kind.signed or self.random.random() < RISK:
            return value
        return reduced(self.random, value, kind.least, kind.most)

    def stepped(self, variable: Variable) -> Drawn:
        """The variable goes up or down by one."""
        sign, name = self.random.choice(("++", "--")), variable.name
        target = f"(*{name})" if variable.target is not None else name
        text = f"{sign}{target}" if self.random.random() < 0.5 else f"{target}{sign}"
        return full(text, variable.kind, UNARY)

    def operated(
        self, left: Drawn, sign: str, right: Drawn, *, whole: bool = False
    ) -> tuple[Drawn, Drawn, Drawn]:
        """An operator with its sides, cut where they must be: left, right, and the whole.

        Nothing but a whole statement is bold: of a part, whose truth or lower bits may be all that is
        asked for, a compiler computes those alone, and checks nothing.
        """
        bold = whole and self.random.random() < self.bold
        if bold and self.random.random() < 0.3:
            right = Drawn("-1", INT, -1, -1, UNARY)
        make = {"/": quotient, "%": quotient, "<<": shifted, ">>": shifted}.get(sign)
        if sign in ("/", "%"):
            right = right if bold else self._divisor(right)
        elif make is not None:
            left, right = (left, right) if bold else self._shift_sides(left, sign, right)
        elif sign in ("+", "-", "*"):
            make, kind = summed, common(left.kind, right.kind)
            made = summed(left, sign, right)
            if kind.signed and not made.fits(kind.least, kind.most) and not bold:
                most = self.random.choice((15, 255, 1000)) if sign == "*" else kind.most // 4
                left, right = (reduced(self.random, each, -most, most) for each in (left, right))
        return left, right, bounded((make or bits)(left, sign, right))

    def _divisor(self, value: Drawn) -> Drawn:
        if value.low > 0:
            return value
        if self.random.random() < 0.5:
            return constant(self.random, self.random.choice((1, 2, 3, 7, 10, 4096)))
        positive = reduced(self.random, value, 0, 1 << self.random.choice((3, 8, 30)))
        return summed(positive, "+", constant(self.random, 1))

    def _shift_sides(self, left: Drawn, sign: str, right: Drawn) -> tuple[Drawn, Drawn]:
        kind = promoted(left.kind)
        most = self.random.choice((kind.bits - 1, 7, 3))
        right = reduced(self.random, right, 0, most)
        if sign == "<<" and kind.signed:
            right = reduced(self.random, right, 0, 7)
            left = reduced(self.random, left, 0, kind.most >> 8)
        return left, right

    def _leaf(self, depth: int) -> Drawn:
        variables = self.visible.readable()
        if not variables or self.random.random() < 0.3:
            return (
                any_constant(self.random) if self.random.random() < 0.8 else self.macros.number(self.random)
            )
        chosen = self.random.choice(variables)
        self.visible.see(chosen)
        return chosen.read if self.random.random() < 0.9 else self._pointed(chosen)

    def _pointed(self, chosen: Variable) -> Drawn:
        """A variable by its address, or its address compared."""
        if chosen.target is None:
            return Drawn(f"*&{chosen.name}", chosen.kind, chosen.low, chosen.high, UNARY)
        form = self.random.choice(("*&*{0}", "!{0}", "{0} == &*{0}", "{0} != {1}", "{0} == {1}"))
        others = [each for each in self.visible.readable() if each.kind is chosen.kind]
        other = self.random.choice(others)
        text = form.format(chosen.name, other.name if other.target is not None else f"&{other.name}")
        if form.startswith("*"):
            return Drawn(text, chosen.kind, chosen.low, chosen.high, UNARY)
        return Drawn(text, INT, 0, 1, UNARY if form.startswith("!") else SAME)

    def _sum(self, depth: int) -> Drawn:
        return self.operated(self.some(depth), self.random.choice("+-*"), self.some(depth))[2]

    def _bits(self, depth: int) -> Drawn:
        return self.operated(self.some(depth), self.random.choice("&|^"), self.some(depth))[2]

    def _divide(self, depth: int) -> Drawn:
        return self.operated(self.some(depth), self.random.choice("/%"), self.some(depth))[2]

    def _shift(self, depth: int) -> Drawn:
        return self.operated(self.some(depth), self.random.choice(("<<", ">>")), self.some(depth))[2]

    def _compare(self, depth: int) -> Drawn:
        sign = self.random.choice(("<", "<=", ">", ">=", "==", "!="))
        left, right, rank = self.some(depth), self.some(depth), RANKS[sign]
        return Drawn(f"{left.within(rank)} {sign} {right.within(rank + 1)}", INT, 0, 1, rank)

    def _logical(self, depth: int) -> Drawn:
        sign, rank = self.random.choice((("&&", BOTH), ("||", EITHER)))
        left = self.some(depth)
        right = self.some(depth)
        return Drawn(f"{left.within(rank)} {sign} {right.within(rank + 1)}", INT, 0, 1, rank)

    def _choice(self, depth: int) -> Drawn:
        asked = self.some(depth)
        one, two = (self.some(depth) for _ in range(2))
        kind = common(one.kind, two.kind)
        left, right = converted(one, kind), converted(two, kind)
        text = f"{asked.within(EITHER)} ? {one.within(STORE)} : {two.within(CHOICE)}"
        return Drawn(text, kind, min(left.low, right.low), max(left.high, right.high), CHOICE)

    def _cast(self, depth: int) -> Drawn:
        kind = self.random.choice(KINDS)
        value = self.of_kind(kind, depth)
        made = converted(value, kind) if kind != BOOL else full("", BOOL)
        return Drawn(f"({spelled(self.random, kind)}){value.within(UNARY)}", kind, made.low, made.high, UNARY)

    def _sign(self, depth: int) -> Drawn:
        sign, value = self.random.choice("-~!+"), self.some(depth)
        kind = promoted(value.kind)
        if sign == "!":
            return Drawn(f"!{value.within(UNARY)}", INT, 0, 1, UNARY)
        if sign == "-" and kind.signed:
            value = reduced(self.random, value, -kind.most, kind.most)
            kind = promoted(value.kind)
        text = f"{sign} {value.within(UNARY)}"
        if sign == "+":
            return Drawn(text, kind, value.low, value.high, UNARY)
        return bounded(Drawn(text, kind, -value.high - 1, -value.low, UNARY))

    def _macro(self, depth: int) -> Drawn:
        self.quiet += 1
        made = self.macros.call(self.random, lambda: self.some(min(depth, 1)))
        self.quiet -= 1
        return made

    def _effect(self, depth: int) -> Drawn:
        """What changes a variable that no other part speaks of."""
        free = self.visible.changeable()
        if not free or self.quiet:
            return self._leaf(depth)
        chosen = self.random.choice(free)
        self.visible.see(chosen)
        form = self.random.choice(("step", "store", "comma"))
        if form == "step" and not chosen.kind.signed:
            made = self.stepped(chosen)
        else:
            value = self.of_kind(chosen.kind, depth)
            made = full(f"{chosen.name} = {value.within(STORE)}", chosen.kind, STORE)
        if form == "comma":
            right = self.some(depth)
            made = Drawn(f"{made.text}, {right.within(STORE)}", right.kind, right.low, right.high, COMMA)
        self.visible.changed.add(chosen)
        return made
