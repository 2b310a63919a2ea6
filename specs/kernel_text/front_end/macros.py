"""Random macros: with arguments and without, over several lines, within one another; and conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from specs.kernel_text.front_end.drawn import PRODUCT, STORE, WHOLE, Drawn, any_constant, full, reduced
from specs.kernel_text.integers import INT, UINT, ULONG, common

BODIES = (
    ("{0}(a, b) ((a) ^ (b) * 3u)", UINT),
    ("{0}(a, b) \\\n\t(((a) + 1u) \\\n\t | (b))", UINT),
    ("{0}(a, b) (likely((a) > (b)) ? (a) + 0ul : (b) + 0ul)", ULONG),
    ("{0}(a, b) \\\n\t({1} + 0ul + (a) - /* not { closed\n\t   here */ (b))", ULONG),
    ("{0}(a, b) ((a) & BIT(35) ? (b) + 0UL : {1} - 0ul)", ULONG),
)
"""How macros with two arguments read, after their names and that of a number; and what they are at least."""


@dataclass
class Macros:
    """The macros of one text."""

    prefix: str
    numbers: list[Drawn] = field(default_factory=list)
    """Those without arguments: names, with what they stand for."""
    open: list[str] = field(default_factory=list)
    """Those that are a sum without brackets: their names, and what they add to what stands before."""
    calls: list[tuple[str, int]] = field(default_factory=list)
    """Those with arguments: names, and which of the bodies they have."""
    on: list[str] = field(default_factory=list)
    """Names that are defined, as 1."""
    off: list[str] = field(default_factory=list)
    """Names that are not."""

    def draw(self, random: Random) -> str:
        """Define some; the text of the definitions."""
        lines = [self._number(random, at) for at in range(3)]
        lines.append(f"#define {self.prefix}OPEN 2u + 3u // without brackets: {{ not counted")
        self.open.append(f"{self.prefix}OPEN")
        for at in range(2):
            name, body = f"{self.prefix}MIX{at}", random.randrange(len(BODIES))
            lines.append("#define " + BODIES[body][0].replace("{0}", name).replace("{1}", f"{self.prefix}N0"))
            self.calls.append((name, body))
        self.on = [f"{self.prefix}ON{at}" for at in range(2)]
        self.off = [f"{self.prefix}OFF{at}" for at in range(2)]
        lines += [f"#define {name} 1" for name in self.on]
        lines += [f"#define {self.off[0]} 1", f"#undef {self.off[0]}"]
        return "\n".join(lines) + "\n"

    def _number(self, random: Random, at: int) -> str:
        name, value = f"{self.prefix}N{at}", any_constant(random)
        if at == 0:
            value = reduced(random, value, 0, 1 << 20)
        if at == 2:
            self.numbers.append(replace(self.numbers[0], text=name, rank=WHOLE))
            return f"#define {name} {self.numbers[0].text}"
        self.numbers.append(replace(value, text=name, rank=WHOLE))
        return f"#define {name} ({value.text})"

    def number(self, random: Random) -> Drawn:
        """A macro without arguments, or what the kernel's headers say."""
        if not self.numbers:
            return any_constant(random)
        on, off = random.choice(self.on), random.choice(self.off)
        return random.choice(
            (
                *self.numbers,
                Drawn("true", INT, 1, 1),
                Drawn("false", INT, 0, 0),
                Drawn(f"IS_ENABLED({on})", INT, 1, 1),
                Drawn(f"IS_ENABLED({off})", INT, 0, 0),
            )
        )

    def call(self, random: Random, draw: Callable[[], Drawn]) -> Drawn:
        """A macro with arguments; or one that is a sum without brackets, which its neighbours tear."""
        first = draw()
        if random.random() < 0.3:
            first = reduced(random, first, 0, 1 << 20) if first.kind.signed else first
            return full(f"({first.within(PRODUCT)} * {self.open[0]})", common(first.kind, UINT))
        if random.random() < 0.2:
            word = random.choice(("likely", "unlikely"))
            return Drawn(f"{word}({first.text})", first.kind, first.low, first.high)
        second = draw()
        name, body = random.choice(self.calls)
        if BODIES[body][1] == UINT:  # a long would not wrap
            first, second = (
                reduced(random, each, 0, 1 << 20) if each.kind.signed else each for each in (first, second)
            )
        least = BODIES[body][1]
        kind = common(common(first.kind, second.kind), least if least.bits > INT.bits else UINT)
        return full(f"{name}({first.within(STORE)}, {second.within(STORE)})", kind)

    def condition(self, random: Random) -> tuple[str, bool]:
        """A condition of the preprocessor's, and whether it is so."""
        on, off = random.choice(self.on), random.choice(self.off)
        return random.choice(
            (
                (f"#ifdef {on}", True),
                (f"#ifdef {off}", False),
                (f"#ifndef {on}", False),
                (f"#ifndef {off}", True),
                (f"#if defined({on}) && !defined({off})", True),
                (f"#if defined({off}) || {on} > 1", False),
                (f"#if {on} + 1 == 2", True),
                (f"#if {off}", False),
                (f"#if \\\n\t{on} && \\\n\t!{off}", True),
                (f"#if -1 < 0 && (7 / 2 == 3) && {on} << 2 == 4", True),
            )
        )
