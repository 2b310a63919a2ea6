"""The whole comparison over plain numbers: what was compared, whether all of C ran, and what differs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

from specs.kernel_text.beside.core import first_of_core
from specs.kernel_text.beside.numbers import first_of_numbers, first_of_splits
from specs.kernel_text.beside.pair import Pair
from specs.kernel_text.beside.programs import DIRECTED, SHAPES, Program
from specs.kernel_text.beside.rooms import LARGER, ROOMS
from specs.kernel_text.beside.shrink import Shrinker, told
from specs.kernel_text.beside.subject import ALL, HELPED, Home, Side, ours, theirs
from specs.kernel_text.beside.walk import Walk
from specs.kernel_text.beside.zones import Call, Shape
from specs.kernel_text.reader import Text

LENGTH = 150
"""Calls of one random program."""
SHRINKING = 30.0
"""Seconds for shrinking a difference at most."""
SHARES = {"states": 0.5, "programs": 0.7, "numbers": 0.9, "splits": 1.0}
"""By when each part has to be done, of all the time."""


@dataclass
class Result:
    """What was compared."""

    states: int = 0
    calls: int = 0
    """From those states: each checked in every state of a small zone, where the room is whole."""
    rooms: list[str] = field(default_factory=list)
    """Small zones of which every state was visited, in words."""
    unfinished: list[str] = field(default_factory=list)
    """Small zones of which some states were."""
    programs: int = 0
    steps: int = 0
    """Calls of random programs: tested."""
    numbers: int = 0
    splits: int = 0
    ran: Counter[Home] = field(default_factory=Counter)
    """Calls of each C function, by our function in whose place it stood."""
    helped: Counter[str] = field(default_factory=Counter)
    """Calls of small functions inside those."""
    story: str = ""
    """What differs; nothing if nothing does."""

    @property
    def never(self) -> list[str]:
        """C functions that never ran, with our function: nothing to judge is never fine."""
        homes = [(unit.name, home) for unit in ALL for home in unit.homes if unit.name not in HELPED]
        silent = [f"{name}() for {home}" for name, home in homes if not self.ran[name, home]]
        return [*silent, *(f"{name}()" for name in HELPED if not self.helped[name])]

    @property
    def same(self) -> bool:
        """Whether all of C ran, and nothing differs."""
        return not self.story and not self.never


@dataclass
class Comparison:
    """A comparison that goes on."""

    text: Text
    seconds: float
    result: Result = field(default_factory=Result)
    sides: dict[int, tuple[Side, Side]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = monotonic()

    def pair(self, shape: Shape) -> Pair:
        """Both sides, of such zones."""
        return Pair(shape, *self.both(shape.top))

    def both(self, top: int) -> tuple[Side, Side]:
        """Both sides, of that top order."""
        if top not in self.sides:
            self.sides[top] = ours(top), theirs(self.text, top)
        return self.sides[top]

    def until(self, part: str) -> float:
        """When that part has to be done."""
        return self.began + self.seconds * SHARES[part]

    def differs(self, pair: Pair, calls: list[Call]) -> None:
        """Shrink what differs, and tell it."""
        shrinker = Shrinker(pair, monotonic() + SHRINKING)
        shrunk = shrinker.shrink(pair.shape, calls)
        said = [str(call) for call in calls]
        self.result.story = "\n".join(said) if shrunk is None else told(self.text, shrunk)

    def states(self) -> None:
        """Every state of small zones, the quickest first."""
        for room in (*ROOMS, *LARGER):
            if monotonic() > self.until("states"):
                return
            walk = Walk(room, self.pair(room.shape), self.until("states"))
            found = walk.run()
            self.result.states += len(walk.reached)
            self.result.calls += walk.calls
            (self.result.rooms if walk.whole else self.result.unfinished).append(room.words)
            if found is not None:
                self.differs(walk.pair, found[0])
                return

    def programs(self) -> None:
        """Random programs, on every shape in turn; at least one on each."""
        for shape, calls in DIRECTED:
            pair = self.pair(shape)
            self.result.programs += 1
            self.result.steps += len(calls)
            if pair.first(calls) is not None:
                self.differs(pair, list(calls))
                return
        turn = 0
        while turn < len(SHAPES) or monotonic() < self.until("programs"):
            shape = SHAPES[turn % len(SHAPES)]
            program = Program(self.pair(shape), f"{turn} {shape.words}")
            late = self.began + self.seconds * (turn + 1) / len(SHAPES)
            found = program.run(LENGTH, max(self.until("programs"), late))
            turn += 1
            self.result.programs += 1
            self.result.steps += len(program.calls)
            if found is not None:
                self.differs(program.pair, program.calls)
                return

    def core(self) -> None:
        """The zone of the core."""
        calls, self.result.story = first_of_core(*self.both(3), 150)
        self.result.steps += calls

    def numbers(self) -> None:
        """Functions of numbers, and splits."""
        result = self.result
        result.numbers, result.story = first_of_numbers(*self.both(10), self.until("numbers"))
        if not result.story:
            mine, other = ours(10), theirs(self.text, 10)  # in which frees are noted, and not made
            result.splits, result.story = first_of_splits(mine, other, self.until("splits"))
            self.sides[-1] = mine, other

    def run(self) -> Result:
        """All of it, until something differs."""
        for part in (self.core, self.states, self.programs, self.numbers):
            if not self.result.story:
                part()
        for _, other in self.sides.values():
            self.result.ran.update(other.trace.ran)
            self.result.helped.update(other.trace.helped)
        return self.result


def run(text: Text, seconds: float) -> Result:
    """Compare a tree's text with ours, for about so many seconds."""
    return Comparison(text, seconds).run()
