"""Two states side by side: which pages are another kind now, and what became of the lists."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final, NamedTuple

from rich.text import Text

from verified_buddy.oracle.source import Unusable
from verified_buddy.show.cells import cell_pages
from verified_buddy.show.kinds import LOOKS, Kind
from verified_buddy.show.state import Piece, ShownZone, State
from verified_buddy.show.terminal import COLUMNS, ROW, cut, is_free, size_of

SIGNS: Final = {
    "freed": ("+", "green"),
    "taken": ("-", "red"),
    "other": ("~", "yellow"),
    "same": (".", "dim"),
}
SAYS: Final = {
    "freed": "free now, and was not",
    "taken": "free before, and is not now",
    "other": "another kind now, as free as before",
    "same": "nothing changed",
}


class Change(NamedTuple):
    """Pages [start, end) that were one kind, and are another."""

    start: int
    end: int
    before: Kind
    after: Kind

    @property
    def word(self) -> str:
        """What became of them."""
        if self.before == self.after:
            return "same"
        free = is_free(self.before), is_free(self.after)
        return {(False, True): "freed", (True, False): "taken"}.get(free, "other")


def same_zones(one: State, other: State) -> None:
    """Both are of one memory.  Raises Unusable."""
    if one.zones != other.zones:
        raise Unusable(f"{other.title}: its zones are not those of {one.title}")


def changes(one: State, other: State, zone: ShownZone) -> Iterator[Change]:
    """What became of all pages of the zone, ascending."""
    before, after = (state.pieces(zone.start, zone.end) for state in (one, other))
    mine, its = next(before), next(after)
    at = zone.start
    while True:
        end = min(mine.end, its.end)
        yield Change(at, end, mine.kind, its.kind)
        at = end
        if at == zone.end:
            return
        mine, its = further(mine, before, at), further(its, after, at)


def further(piece: Piece, pieces: Iterator[Piece], at: int) -> Piece:
    """The piece, or the one after it if it ends there."""
    return next(pieces) if piece.end == at else piece


def moved(one: State, other: State, zone: ShownZone) -> dict[tuple[Kind, Kind], int]:
    """How many pages went from which kind to which."""
    found: dict[tuple[Kind, Kind], int] = {}
    for each in changes(one, other, zone):
        if each.before != each.after:
            key = each.before, each.after
            found[key] = found.get(key, 0) + each.end - each.start
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def signs(one: State, other: State, zone: ShownZone, many: int) -> tuple[int, int, list[str]]:
    """A bounded number of cells: how many pages each has, the first page, and what became of each."""
    size = cell_pages(zone, many - ROW + 1)
    first = zone.start // (size * ROW) * size * ROW
    cells: list[dict[str, int]] = [{} for _ in range(first, zone.end, size)]
    for each in changes(one, other, zone):
        for index in range((each.start - first) // size, (each.end - 1 - first) // size + 1):
            low = max(each.start, first + index * size)
            pages = min(each.end, first + (index + 1) * size) - low
            cells[index][each.word] = cells[index].get(each.word, 0) + pages
    return size, first, [most(cell) for cell in cells]


def most(cell: dict[str, int]) -> str:
    """What became of most pages that are another kind now; "" where there is no memory."""
    changed = {word: pages for word, pages in cell.items() if word != "same"}
    return max(changed, key=lambda word: (changed[word], word)) if changed else "same" if cell else ""


def as_text(one: State, other: State, rows: int) -> Iterator[Text]:
    """The difference, line by line."""
    for sign, state in zip("-+", (one, other), strict=True):
        event = "" if state.event is None else f", after event {state.event:,} of {state.of:,}"
        yield Text(cut(f"{sign} {state.title}{event}", COLUMNS), "bold")
    for zone in one.zones:
        yield Text()
        yield from zone_text(one, other, zone, rows)
    yield Text()
    for word, (sign, _) in SIGNS.items():
        yield Text(f"  {sign}  {SAYS[word]}")


def zone_text(one: State, other: State, zone: ShownZone, rows: int) -> Iterator[Text]:
    """A zone: the map of what changed, and how many pages went where."""
    size, first, words = signs(one, other, zone, rows * ROW)
    yield Text(cut(f"{zone.name}: pages {zone.start:,} to {zone.end - 1:,}", COLUMNS), "bold")
    yield Text(f"  a cell is {size_of(size)}", "dim")
    for index in range(0, len(words), ROW):
        line = Text(f"{first + index * size:>13,} ")
        for word in words[index : index + ROW]:
            sign, look = SIGNS.get(word, (" ", ""))
            line.append(sign * 2, look)
        yield line
    pages = moved(one, other, zone)
    for (before, after), many in pages.items():
        yield from wrapped(f"{many:>11,}  {LOOKS[before].name} -> {LOOKS[after].name}", 13)
    if not pages:
        yield Text("  no page is another kind now")
    for kind, orders in lists(one, other, zone).items():
        text = " ".join(f"{order}:{many:+}" for order, many in enumerate(orders) if many)
        yield from wrapped(f"  {LOOKS[kind].letter} blocks by order  {text}", 21)


def wrapped(text: str, indent: int) -> Iterator[Text]:
    """The text in lines that fit; what does not fit in the first is indented."""
    blank = " " * indent
    for line in wrap(text, COLUMNS, subsequent_indent=blank, drop_whitespace=True, break_on_hyphens=False):
        yield Text(line)


def lists(one: State, other: State, zone: ShownZone) -> dict[Kind, list[int]]:
    """By kind and order: how many blocks more there are; kinds of which nothing changed are left out."""
    before, after = one.counts(zone), other.counts(zone)
    none = [0] * (max(one.top, other.top) + 1)
    found = {
        kind: [now - then for then, now in zip(before.get(kind, none), after.get(kind, none), strict=True)]
        for kind in sorted({*before, *after})
    }
    return {kind: orders for kind, orders in found.items() if any(orders)}
