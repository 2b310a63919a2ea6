"""A state as a picture: SVG that needs no other file, for screens of either colour and for paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from verified_buddy.show.cells import NONE, Cell, Map, cells_of
from verified_buddy.show.kinds import LOOKS, Kind
from verified_buddy.show.state import ShownZone, State, pages_by_kind
from verified_buddy.show.terminal import size_of

ROW: Final = 32
ROWS: Final = 32
"""Of a zone, at most."""
SIDE: Final = 20
LEFT: Final = 84
LINE: Final = 18
WIDTH: Final = LEFT + ROW * SIDE + 8
FONT: Final = "ui-monospace, Menlo, Consolas, monospace"
PATTERNS: Final = {
    "rising": "M0 6L6 0",
    "falling": "M0 0L6 6",
    "level": "M0 3H6",
    "upright": "M3 0V6",
    "cross": "M0 6L6 0M0 0L6 6",
    "dots": "M3 3h1",
}
"""What tells kinds apart without colour, in a square of six."""


def as_svg(state: State, rows: int = ROWS) -> Iterator[str]:
    """The picture, line by line; never more than ``rows`` rows of cells a zone."""
    maps = [cells_of(state, zone, rows * ROW, ROW) for zone in state.zones]
    pages = [pages_by_kind(state.pieces(zone.start, zone.end)) for zone in state.zones]
    kinds = sorted({kind for found in pages for kind in found})
    heights = [LINE * 2 + SIDE * -(-len(each.cells) // ROW) + 10 for each in maps]
    height = 30 + sum(heights) + LINE * -(-len(kinds) // 3) + 10
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    yield f' aria-labelledby="title about" font-family="{FONT}" font-size="10">'
    after = "" if state.event is None else f" after event {state.event:,} of {state.of:,}"
    yield f'<title id="title">{escape(state.title)}{after}</title>'
    yield f'<desc id="about">{escape("; ".join(map(told, state.zones, pages)))}</desc>'
    yield from style(kinds)
    yield f'<rect class="ground" width="{WIDTH}" height="{height}"/>'
    yield f'<text class="ink" x="8" y="19" font-size="13">{escape(state.title)}{after}</text>'
    top = 30
    for each, found, tall in zip(maps, pages, heights, strict=True):
        yield from zone_drawn(each, found, top)
        top += tall
    for index, kind in enumerate(kinds):
        yield from key(kind, 8 + index % 3 * (WIDTH // 3), top + LINE * (index // 3))
    yield "</svg>"


def told(zone: ShownZone, pages: dict[Kind, int]) -> str:
    """The zone in words, for who cannot see it."""
    parts = ", ".join(f"{many} pages {LOOKS[kind].name}" for kind, many in pages.items())
    return f"zone {zone.name}, pages {zone.start} to {zone.end - 1}: {parts}"


def style(kinds: list[Kind]) -> Iterator[str]:
    """Colours, for light and dark, and the patterns."""
    looks = [(int(kind), LOOKS[kind]) for kind in kinds]
    yield "<style>.ground{fill:#fff}.ink{fill:#16191d}.edge{fill:none;stroke:#fff}"
    yield ".hatch{stroke:#fff;opacity:.35}"
    yield "".join(f".k{kind}{{fill:{look.light}}}.i{kind}{{fill:{look.ink}}}" for kind, look in looks)
    yield "@media (prefers-color-scheme:dark){.ground{fill:#0f1216}.ink{fill:#e8ebef}.edge{stroke:#0f1216}"
    yield ".hatch{stroke:#000}"
    yield "".join(f".k{kind}{{fill:{look.dark}}}.i{kind}{{fill:{look.dark_ink}}}" for kind, look in looks)
    yield "}</style>"
    yield "<defs>"
    for name in sorted({look.pattern for _, look in looks} & PATTERNS.keys()):
        path = f'<path class="hatch" d="{PATTERNS[name]}"/>'
        yield f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">{path}</pattern>'
    yield "</defs>"


def zone_drawn(cells: Map, pages: dict[Kind, int], top: int) -> Iterator[str]:
    """A zone: its name, and its rows, each with its first page."""
    zone = cells.zone
    free = sum(many for kind, many in pages.items() if Kind.FREE <= kind <= Kind.FREE_ISOLATE)
    each = size_of(cells.pages)
    says = f"{zone.name}: pages {zone.start:,} to {zone.end - 1:,}, {free:,} of them free; a cell is {each}"
    yield f'<text class="ink" x="8" y="{top + 14}" font-size="12">{escape(says)}</text>'
    top += LINE + 6
    for index in range(0, len(cells.cells), ROW):
        y = top + index // ROW * SIDE
        row = cells.cells[index : index + ROW]
        yield f'<text class="ink" x="{LEFT - 6}" y="{y + 14}" text-anchor="end">{row[0].start:,}</text>'
        for begin, run in runs(row):
            yield from run_drawn(run, LEFT + begin * SIDE, y)


def runs(row: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
    """Cells that one block fills stand together, and cells in which all is alike and of no block."""
    begin = 0
    for index in range(1, len(row) + 1):
        joined = index < len(row) and row[index].kind == row[begin].kind and row[index].second in ("=", NONE)
        if not joined or (row[index].second == NONE) != (row[begin].second == NONE):
            yield begin, row[begin:index]
            begin = index


def run_drawn(run: list[Cell], x: int, y: int) -> Iterator[str]:
    """Some cells of one kind, with the sign of the first."""
    kind = run[0].kind
    yield from box(kind, (x, y), (SIDE * len(run), SIDE))
    yield f'<rect class="edge" x="{x}" y="{y}" width="{SIDE * len(run)}" height="{SIDE}"/>'
    if kind != Kind.HOLE:
        yield sign(kind, run[0].sign.strip(), (x + SIDE // 2, y + 14))


def box(kind: Kind, corner: tuple[int, int], size: tuple[int, int]) -> Iterator[str]:
    """A box in the colour and the pattern of the kind."""
    place = f'x="{corner[0]}" y="{corner[1]}" width="{size[0]}" height="{size[1]}"'
    yield f'<rect class="k{int(kind)}" {place}/>'
    if LOOKS[kind].pattern in PATTERNS:
        yield f'<rect fill="url(#{LOOKS[kind].pattern})" {place}/>'


def sign(kind: Kind, text: str, place: tuple[int, int]) -> str:
    """Letters on a box."""
    return (
        f'<text class="i{int(kind)}" x="{place[0]}" y="{place[1]}" text-anchor="middle">{escape(text)}</text>'
    )


def key(kind: Kind, x: int, y: int) -> Iterator[str]:
    """What a letter means."""
    yield from box(kind, (x, y), (16, 14))
    yield sign(kind, LOOKS[kind].letter, (x + 8, y + 11))
    yield f'<text class="ink" x="{x + 22}" y="{y + 11}">{escape(LOOKS[kind].name)}</text>'
