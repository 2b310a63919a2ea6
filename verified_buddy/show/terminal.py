"""A state on a terminal of sixty columns: maps, lists and what the letters mean; colour only adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.text import Text

from verified_buddy.show.cells import Cell, Map, cells_of
from verified_buddy.show.kinds import LOOKS, Kind
from verified_buddy.show.state import ShownZone, State, broken_up, free_by_order, pages_by_kind, wanted_order

COLUMNS: Final = 60
ROW: Final = 16
"""Cells in a row; each is two letters."""
ROWS: Final = 16
"""Of a zone, if nothing else is asked for."""


def as_text(state: State, rows: int = ROWS) -> Iterator[Text]:
    """The state, line by line."""
    yield Text(cut(state.title, COLUMNS), "bold")
    if state.event is not None:
        yield Text(f"after event {state.event:,} of {state.of:,}")
    seen = set[Kind]()
    for zone in state.zones:
        yield Text()
        pages = pages_by_kind(state.pieces(zone.start, zone.end))
        seen |= pages.keys()
        yield from zone_text(state, zone, rows, pages)
    yield Text()
    yield from legend(seen)


def zone_text(state: State, zone: ShownZone, rows: int, pages: dict[Kind, int]) -> Iterator[Text]:
    """A zone: its extent, its map and its blocks."""
    cells = cells_of(state, zone, rows * ROW, ROW)
    yield Text(cut(f"{zone.name}: pages {zone.start:,} to {zone.end - 1:,}", COLUMNS), "bold")
    yield Text(f"  a cell is {size_of(cells.pages)}", "dim")
    yield from map_text(cells)
    counts = state.counts(zone)
    yield from table(counts, state.top, pages)
    nr_free = free_by_order(counts, state.top)
    if any(nr_free) and state.rest != Kind.UNTOLD:
        info, unusable, index = broken_up(nr_free)
        why = "and a block is free" if index < 0 else f"fragmentation index {index / 1000:.3f}"
        yield Text(f"  {info.free_pages:,} pages free in {info.blocks_total:,} blocks")
        yield Text(f"  order {wanted_order(state.top)}: unusable index {unusable / 1000:.3f}, {why}")


def size_of(pages: int) -> str:
    """How large a cell is, in words."""
    return "a page" if pages == 1 else f"{pages:,} pages"


def map_text(cells: Map) -> Iterator[Text]:
    """The rows of the map, each with its first page and how much of it is free."""
    for index in range(0, len(cells.cells), ROW):
        row = cells.cells[index : index + ROW]
        line = Text(f"{row[0].start:>13,} ")
        for cell in row:
            line.append(cell.sign, LOOKS[cell.kind].terminal + (" reverse" if is_free(cell.kind) else ""))
        line.append(f"{'':{2 * (ROW - len(row))}} {free_part(row)}")
        yield line


def is_free(kind: Kind) -> bool:
    """Whether it is on a free list."""
    return Kind.FREE <= kind <= Kind.FREE_ISOLATE


def free_part(row: Iterable[Cell]) -> str:
    """How much of the memory in the row is free, if anything is told of it."""
    unknown = (Kind.HOLE, Kind.UNTOLD)
    pages = [(kind, many) for cell in row for kind, many in cell.pages.items() if kind not in unknown]
    whole = sum(many for _, many in pages)
    free = sum(many for kind, many in pages if is_free(kind))
    return f"{free * 100 // whole:>4}% free" if whole else ""


def table(counts: dict[Kind, list[int]], top: int, pages: dict[Kind, int]) -> Iterator[Text]:
    """How many blocks there are of each kind and order; several rows of orders, where they are many."""
    kinds = [kind for kind in counts if any(counts[kind])]
    if not kinds:
        return
    for first in range(0, top + 1, 11):
        orders = range(first, min(first + 11, top + 1))
        widths = [max(len(brief(counts[kind][order])) for kind in kinds) for order in orders]
        widths = [max(width, len(str(order))) for width, order in zip(widths, orders, strict=True)]
        head = " ".join(f"{order:>{width}}" for order, width in zip(orders, widths, strict=True))
        yield Text(f"    pages {head}", "dim")
        for kind in kinds:
            cells = zip((brief(counts[kind][order]) for order in orders), widths, strict=True)
            line = " ".join(f"{text:>{width}}" for text, width in cells)
            yield Text(f"  {LOOKS[kind].letter} {brief(pages.get(kind, 0)):>5} {line}")


def brief(number: int) -> str:
    """The number in at most four signs, or five of a great one; nothing is a dot."""
    if not number:
        return "."
    for unit in ("", "k", "M", "G", "T"):
        if number < 10_000:
            return f"{number}{unit}"
        number //= 1000
    return f"{number}P"


def legend(kinds: Iterable[Kind]) -> Iterator[Text]:
    """What the letters mean that were drawn."""
    for kind in sorted(kinds):
        look = LOOKS[kind]
        yield Text(f"  {look.letter}  {look.name}")
    yield Text("  0 to 9, A, ...  the order of the blocks; + several")
    yield Text("  =  of the block that began before")
    yield Text("Tables: pages, then blocks of each order; k is thousands.")


def cut(text: str, width: int) -> str:
    """The text, without its middle if it is too long."""
    if len(text) <= width:
        return text
    head = (width - 3) // 2
    return f"{text[:head]}...{text[len(text) - (width - 3 - head) :]}"
