"""A run over a tree: every unit, in several processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from specs.kernel_text.constants import Constants
from specs.kernel_text.reader import Text
from specs.kernel_text.rows import TOPS, Findings, Shared, examine, lost, rows_of
from specs.kernel_text.tree import Tree
from specs.kernel_text.units import Unit
from specs.kernel_text.versions import Version, nearest
from specs.run.pool import in_processes

LONG = (
    "take_page_off_buddy",
    "break_down_buddy_pages",
    "__free_one_page",
    "move_freepages",
    "steal_suitable_fallback",
    "__rmqueue_fallback",
    "__zone_watermark_ok",
    "zone_watermark_fast",
    "expand",
    "__rmqueue_smallest",
)
"""Functions about which deciding takes longest: they come first."""
RANK = {name: at for at, name in enumerate(LONG)}


@dataclass(frozen=True)
class Asked:
    """What is to be decided: of which text, for which zones, about which functions and rows."""

    root: Path
    version: str
    defined: Mapping[str, str]
    tops: tuple[int, ...] = TOPS
    functions: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    edits: Mapping[str, str] | None = None

    def text(self) -> Text:
        """The text."""
        return Text(Tree(self.root, self.version), self.defined, self.edits or {})

    @property
    def known(self) -> Version:
        """The known kernel that is nearest."""
        return nearest(Tree(self.root, self.version).series)

    def numbers(self) -> list[int]:
        """The units about which something is asked, those that take long first."""
        units = self.known.units
        wanted = [at for at, unit in enumerate(units) if self.about(unit)]
        return sorted(wanted, key=lambda at: (RANK.get(units[at].name, len(RANK)), at))

    def about(self, unit: Unit) -> bool:
        """Whether a row about the unit is asked for, or all that there is to say."""
        if self.functions and unit.name not in self.functions:
            return False
        return not self.rows or any(True for _ in rows_of(unit, self.rows))


@dataclass(frozen=True)
class Room:
    """What one process keeps from unit to unit."""

    asked: Asked
    text: Text
    constants: Constants
    shared: Shared

    @classmethod
    def of(cls, asked: Asked) -> Room:
        """Read the text."""
        text = asked.text()
        return cls(asked, text, Constants(text), Shared())

    def examine(self, number: int) -> Findings:
        """Decide everything that is asked about a unit."""
        return examine(
            self.asked.known.units[number], self.constants, self.shared, self.asked.tops, self.asked.rows
        )


_ROOMS: list[Room] = []
"""The one of this process."""


def _enter(asked: Asked) -> None:
    _ROOMS[:] = [Room.of(asked)]


def _examine(number: int) -> Findings:
    return _ROOMS[0].examine(number)


def examine_all(asked: Asked, jobs: int) -> Iterator[Findings]:
    """What is found of each unit, as soon as it is."""
    numbers = asked.numbers()
    if jobs == 1:
        room = Room.of(asked)
        yield from (room.examine(number) for number in numbers)
        return
    for number, found in in_processes(_examine, numbers, jobs, partial(_enter, asked)):
        yield found if found is not None else lost(asked.known.units[number], asked.known, asked.rows)
