"""The picture of a zone: cells of equal size, never more than a bound, however much memory there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from verified_buddy.show.kinds import LOOKS, Kind, order_sign
from verified_buddy.show.state import ShownZone, State

SEVERAL: Final = "+"
"""In place of an order: blocks of several."""
ON: Final = "="
"""In place of an order: the block began in a cell before."""
NONE: Final = " "


@dataclass(slots=True)
class Cell:
    """So many pages from one on: how many of them are of each kind, and of which order."""

    start: int
    pages: dict[Kind, int] = field(default_factory=dict)
    order: int | None = None
    """That of all blocks of the kind that has most pages."""
    begun: bool = True
    """Whether a block of that kind begins here."""
    several: bool = False

    @property
    def kind(self) -> Kind:
        """That of most pages; of two that have as many, the free or less usual one."""
        return max(self.pages, key=lambda kind: (self.pages[kind], kind))

    @property
    def sign(self) -> str:
        """Two letters: who has it, and the order of the blocks."""
        return LOOKS[self.kind].letter + self.second

    @property
    def second(self) -> str:
        """The order of the blocks, or what there is in place of one."""
        if self.several or len(self.pages) > 1:
            return SEVERAL
        if self.order is None:
            return NONE
        return order_sign(self.order) if self.begun else ON


@dataclass(slots=True)
class Map:
    """The cells of a zone."""

    zone: ShownZone
    pages: int
    """In each cell."""
    start: int
    """The first cell's first page, which may lie before the zone's."""
    cells: list[Cell]


def cell_pages(zone: ShownZone, many: int) -> int:
    """The least power of two of pages with which the zone has no more than so many cells."""
    pages = 1
    while (-(-zone.end // pages)) - zone.start // pages > many:
        pages *= 2
    return pages


def cells_of(state: State, zone: ShownZone, many: int, row: int = 1) -> Map:
    """The zone in at most so many cells, the first of which begins a row of so many."""
    size = cell_pages(zone, many - row + 1)
    start = zone.start // (size * row) * size * row
    found = [Cell(page) for page in range(start, zone.end, size)]
    if start < zone.start:
        fill(found, size, start, (start, zone.start), Kind.HOLE, None)
    for piece in state.pieces(zone.start, zone.end):
        fill(found, size, start, (piece.start, piece.end), piece.kind, piece.order)
    return Map(zone, size, start, found)


def fill(
    cells: list[Cell], size: int, first: int, pages: tuple[int, int], kind: Kind, order: int | None
) -> None:
    """Put the pages, which belong together, into their cells."""
    start, end = pages
    for index in range((start - first) // size, (end - 1 - first) // size + 1):
        cell = cells[index]
        low, high = max(start, cell.start), min(end, cell.start + size)
        before = cell.pages.get(kind, 0)
        cell.pages[kind] = before + high - low
        if len(cell.pages) == 1:
            cell.several |= before > 0 and cell.order != order
            cell.order, cell.begun = order, cell.begun if before else start >= cell.start
