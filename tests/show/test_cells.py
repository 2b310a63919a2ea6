"""A map is bounded, whatever the memory, and its cells have every page once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verified_buddy.show.cells import cells_of
from verified_buddy.show.kinds import Kind, code
from verified_buddy.show.state import ShownZone, State, pages_by_kind

STARTS, SIZES = st.integers(0, 1 << 51), st.integers(1, 1 << 51)


@given(STARTS, SIZES, st.integers(1, 64), st.sampled_from([1, 16, 32]))
def test_there_are_never_more_cells_than_were_asked_for(start: int, size: int, rows: int, row: int) -> None:
    zone = ShownZone("zone", start, start + size)
    found = cells_of(State("", (zone,)), zone, max(rows, 2) * row, row)
    assert 1 <= len(found.cells) <= max(rows, 2) * row
    assert found.start % (found.pages * row) == 0


@st.composite
def states(draw: st.DrawFn) -> State:
    """Some blocks, disjoint and aligned, and a hole."""
    start = draw(st.integers(0, 40))
    end = start + draw(st.integers(1, 300))
    blocks, at = {}, start
    while at < end:
        order = draw(st.integers(0, 5))
        at = -(-at // (1 << order)) * (1 << order)
        if at + (1 << order) <= end and draw(st.booleans()):
            blocks[at] = code(draw(st.sampled_from(list(Kind)[3:])), order)
        at += 1 << order
    holes = ((start, start + 2),) if start + 2 <= min(blocks, default=end) else ()
    return State("", (ShownZone("zone", start, end),), blocks, holes=holes)


@given(states(), st.integers(2, 8))
def test_every_page_is_in_one_cell_as_what_it_is(state: State, rows: int) -> None:
    (zone,) = state.zones
    found = cells_of(state, zone, rows * 16, 16)
    cells = pages_by_kind(state.pieces(zone.start, zone.end))
    summed: dict[Kind, int] = {}
    for cell in found.cells:
        assert sum(cell.pages.values()) <= found.pages
        for kind, many in cell.pages.items():
            summed[kind] = summed.get(kind, 0) + many
    summed[Kind.HOLE] = summed.get(Kind.HOLE, 0) - (zone.start - found.start)
    assert {kind: many for kind, many in summed.items() if many} == cells


def test_a_block_is_named_where_it_begins_and_goes_on() -> None:
    zone = ShownZone("zone", 0, 8)
    state = State("", (zone,), {0: code(Kind.FREE_MOVABLE, 2), 4: code(Kind.LIVE, 0)})
    assert [cell.sign for cell in cells_of(state, zone, 8).cells] == [
        "M2",
        "M=",
        "M=",
        "M=",
        "x0",
        "# ",
        "# ",
        "# ",
    ]
    assert [cell.sign for cell in cells_of(state, zone, 2).cells] == ["M2", "#+"]


def test_every_kind_has_a_letter_of_its_own() -> None:
    from verified_buddy.show.kinds import LOOKS

    assert len({look.letter for look in LOOKS.values()}) == len(LOOKS) == len(Kind)
