"""A difference is what each page was and is; of a state and itself there is none."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.show.test_cells import states
from verified_buddy.oracle.source import Unusable
from verified_buddy.show.diff import changes, lists, moved, same_zones, signs
from verified_buddy.show.kinds import Kind, code
from verified_buddy.show.state import ShownZone, State


@given(states())
def test_nothing_differs_from_itself(state: State) -> None:
    (zone,) = state.zones
    assert not moved(state, state, zone)
    assert not lists(state, state, zone)
    assert {*signs(state, state, zone, 64)[2]} <= {"same", ""}


@given(states())
def test_the_other_way_round_it_is_the_other_way_round(state: State) -> None:
    (zone,) = state.zones
    empty = State("", state.zones)
    there, back = moved(state, empty, zone), moved(empty, state, zone)
    assert {(after, before): many for (before, after), many in there.items()} == back


@given(states())
def test_every_page_is_in_one_change(state: State) -> None:
    (zone,) = state.zones
    found = [*changes(state, State("", state.zones), zone)]
    assert (found[0].start, found[-1].end) == (zone.start, zone.end)
    assert [each.end for each in found[:-1]] == [each.start for each in found[1:]]


def test_what_is_free_now_is_told_from_what_was() -> None:
    zone = ShownZone("zone", 0, 4)
    one = State("", (zone,), {0: code(Kind.FREE_MOVABLE, 1), 2: code(Kind.FREE_MOVABLE, 0)})
    other = State("", (zone,), {2: code(Kind.FREE_UNMOVABLE, 0), 3: code(Kind.FREE_UNMOVABLE, 0)})
    assert signs(one, other, zone, 64)[2] == ["taken", "taken", "other", "freed"]
    assert lists(one, other, zone)[Kind.FREE_MOVABLE][:2] == [-1, -1]


def test_another_memory_is_refused() -> None:
    with pytest.raises(Unusable, match="zones are not those"):
        same_zones(State("a", (ShownZone("zone", 0, 4),)), State("b", (ShownZone("zone", 0, 5),)))
