"""The variables that a random function may speak of, and who may change them where."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from specs.kernel_text.front_end.drawn import UNARY, Drawn
from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Kind

KINDS: tuple[Kind, ...] = (INT, UINT, LONG, ULONG, BOOL)
SPELLED = {
    "bool": ("bool", "_Bool"),
    "int": ("int", "int", "signed int", "fpi_t"),
    "unsigned int": ("unsigned int", "unsigned", "gfp_t"),
    "long": ("long", "long int"),
    "unsigned long": ("unsigned long", "unsigned long int", "u64", "size_t"),
}


def spelled(random: Random, kind: Kind) -> str:
    """The type, as one may write it."""
    return random.choice(SPELLED[kind.name])


@dataclass(eq=False)
class Variable:
    """A variable, or a pointer to one."""

    name: str
    kind: Kind
    low: int
    high: int
    fixed: bool = False
    """Whether only its loop changes it."""
    target: Variable | None = None
    """What it points to."""
    taken: bool = False
    """Whether something may point to it."""

    @property
    def read(self) -> Drawn:
        """The expression that reads it, or what it points to."""
        if self.target is not None:
            return Drawn(f"*{self.name}", self.kind, self.low, self.high, UNARY)
        return Drawn(self.name, self.kind, self.low, self.high)


@dataclass
class Visible:
    """The variables that can be named, by block; and what the present expression does with them."""

    blocks: list[dict[str, Variable]] = field(default_factory=lambda: [{}])
    seen: set[Variable] = field(default_factory=set)
    changed: set[Variable] = field(default_factory=set)

    def begin(self) -> None:
        """A new expression: what the last one did counts no longer."""
        self.seen, self.changed = set(), set()

    def declare(self, variable: Variable) -> None:
        """A variable of the innermost block."""
        self.blocks[-1][variable.name] = variable

    @property
    def named(self) -> dict[str, Variable]:
        """By name: the innermost variables."""
        found: dict[str, Variable] = {}
        for block in self.blocks:
            found.update(block)
        return found

    def readable(self) -> list[Variable]:
        """Those whose value is certain whenever it is read: nothing else in the expression changes them."""
        return [each for each in self.named.values() if self._base(each) not in self.changed]

    def writable(self) -> list[Variable]:
        """Those that a statement may change."""
        return [each for each in self.named.values() if not each.fixed]

    def changeable(self) -> list[Variable]:
        """Those that a part of the present expression may change: no other part speaks of them."""
        free = [each for each in self.writable() if each.target is None and not each.taken]
        return [each for each in free if each not in self.seen and each not in self.changed]

    def see(self, variable: Variable) -> None:
        """The expression reads it."""
        self.seen.add(self._base(variable))

    @staticmethod
    def _base(variable: Variable) -> Variable:
        return variable.target if variable.target is not None else variable
