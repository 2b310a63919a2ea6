"""A difference, shrunk to a few calls on a small zone, and told: the calls, the states, and the functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from specs.kernel_text.beside.pair import Difference, Pair
from specs.kernel_text.beside.subject import ALL, ours, theirs
from specs.kernel_text.beside.zones import Call, Shape
from specs.kernel_text.errors import NoTree, Unread
from specs.kernel_text.reader import Text
from specs.kernel_text.units import Unit
from specs.ledger.subject import PACKAGE, Subject

Calls = tuple[Call, ...]
LOOSE = 3
"""Arguments of a call that are made smaller where they may be."""


@dataclass(frozen=True)
class Shrunk:
    """Calls after which both sides differ, on zones that are free at first."""

    shape: Shape
    calls: Calls
    difference: Difference


def fewer(calls: Calls) -> Iterator[Calls]:
    """Without a part of the calls: the largest parts first."""
    size = len(calls)
    while size:
        for start in range(0, len(calls), size):
            yield calls[:start] + calls[start + size :]
        size //= 2


def simpler(calls: Calls) -> Iterator[Calls]:
    """With one call simpler: without a flag, or with a smaller number."""
    for at, call in enumerate(calls):
        for drop in range(len(call.options)):
            options = call.options[:drop] + call.options[drop + 1 :]
            yield (*calls[:at], call._replace(options=options), *calls[at + 1 :])
        for place, value in enumerate(call.args[:LOOSE]):
            for smaller in sorted({0, value // 2, value - 1}) if value else ():
                args = (*call.args[:place], smaller, *call.args[place + 1 :])
                yield (*calls[:at], call._replace(args=args), *calls[at + 1 :])


def smaller(shape: Shape) -> Iterator[Shape]:
    """Fewer zones, less memory, one CPU, no per-CPU lists, no movable pages."""
    if len(shape.zones) > 1:
        yield replace(shape, zones=shape.zones[:1])
    for end_of in range(2, 8):
        start, end, _ = shape.zones[0]
        cut = start + (end - start) * end_of // 8
        if len(shape.zones) == 1 and start < cut < end:
            yield replace(shape, zones=((start, cut, ((start, cut),)),))
    if shape.cpus > 1:
        yield replace(shape, cpus=1)
    if (shape.high, shape.batch) != (0, 1):
        yield replace(shape, high=0, batch=1)
    if shape.movable != "none":
        yield replace(shape, movable="none")


class Shrinker:
    """Tries smaller programs, as long as both sides still differ."""

    def __init__(self, pair: Pair, until: float) -> None:
        self.sides, self.until = (pair.ours, pair.theirs), until

    def tried(self, shape: Shape, calls: Sequence[Call]) -> Shrunk | None:
        """What differs after these calls, if anything does; the calls behind it are left out."""
        try:
            found = Pair(shape, *self.sides).first(calls)
        except (Unread, NoTree):
            raise
        except Exception:  # calls that no zone of ours allows
            return None
        return None if found is None else Shrunk(shape, tuple(calls[: found[0]]), found[1])

    def shrink(self, shape: Shape, calls: Sequence[Call]) -> Shrunk | None:
        """The smallest program that is found; None if nothing differs after these calls."""
        best = self.tried(shape, calls)
        while best is not None:
            better = self.better(best)
            if better is None:
                return best
            best = better
        return None

    def better(self, best: Shrunk) -> Shrunk | None:
        """A smaller one, if there is one and there is time."""
        makers: tuple[Callable[[], Iterator[tuple[Shape, Calls]]], ...] = (
            lambda: ((best.shape, calls) for calls in fewer(best.calls)),
            lambda: ((shape, best.calls) for shape in smaller(best.shape)),
            lambda: ((best.shape, calls) for calls in simpler(best.calls)),
        )
        for made in makers:
            for shape, calls in made():
                if monotonic() > self.until:
                    return None
                found = self.tried(shape, calls)
                if found is not None:
                    return found
        return None


def guilty(text: Text, shrunk: Shrunk) -> list[str]:
    """Which of C's functions differ alone on these calls, or are needed for it; and where both stand."""
    mine = ours(shrunk.shape.top)

    def differ(*units: Unit) -> bool:
        pair = Pair(shrunk.shape, mine, theirs(text, shrunk.shape.top, units))
        return pair.first(shrunk.calls) is not None

    found = [("alone", unit) for unit in ALL if differ(unit)]
    if not found:
        others = ((unit, [each for each in ALL if each is not unit]) for unit in ALL)
        found = [("not without", unit) for unit, rest in others if not differ(*rest)]
    return [
        f"{how}: {unit.name}() at {text.place(unit.name)}, ours {standing(mine.subject, unit.homes[0])}"
        for how, unit in found
    ]


def standing(subject: Subject, home: str) -> str:
    """Where a function of ours stands."""
    module, _, name = home.rpartition(".")
    code = getattr(subject.module(module), name).__code__
    at = Path(code.co_filename).parts
    return f"{'/'.join(at[len(at) - 1 - at[::-1].index(PACKAGE) :])}:{code.co_firstlineno} {name}()"


def told(text: Text, shrunk: Shrunk) -> str:
    """The story."""
    lines = [shrunk.shape.words]
    lines += [f"  {number}. {call}" for number, call in enumerate(shrunk.calls, 1)]
    lines.append(shrunk.difference.says)
    lines += guilty(text, shrunk)
    for name, place in shrunk.difference.places[-LOOSE:]:
        lines.append(f"ran last: {name}() at {place}")
    return "\n".join(lines)
