"""The story of a buddy-trace is memory as the judge has it after each operation, divergences marked."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.page_map import alloc, free, header, spell
from tests.show.svg_pictures import ROOT
from verified_buddy.oracle.check import check
from verified_buddy.show.kinds import Kind, code, kind_of, order_of
from verified_buddy.show.operations import story_of
from verified_buddy.show.story import Story

PEERS = sorted((ROOT / "tests/data/peers").glob("*.jsonl.gz"))
CALLS = st.lists(
    st.one_of(
        st.builds(alloc, st.integers(0, 4), st.one_of(st.none(), st.integers(0, 20))),
        st.builds(free, st.integers(0, 20), st.integers(0, 4)),
    ),
    min_size=1,
    max_size=30,
)


def told(text: bytes) -> Story:
    return story_of(BytesIO(text), "trace")


@given(CALLS)
def test_the_first_divergence_is_that_of_check(calls: list[dict[str, object]]) -> None:
    text = spell(header(), calls)
    verdict, story = check(BytesIO(text), "trace"), told(text)
    assert len(story) == len(calls)
    assert [each.step for each in story.wrong[:1]] == [each.operation for each in verdict.listed]


@given(CALLS)
def test_blocks_are_whole_disjoint_and_within_the_memory(calls: list[dict[str, object]]) -> None:
    story = told(spell(header(), calls))
    (zone,) = story.zones
    for step in range(len(story) + 1):
        pieces = [*story.at(step).pieces(zone.start, zone.end)]
        assert [piece.end for piece in pieces[:-1]] == [piece.start for piece in pieces[1:]]
        for pfn, number in story.at(step).blocks.items():
            assert pfn % (1 << order_of(number)) == 0
            assert kind_of(number) in {Kind.FREE, Kind.LIVE}


def test_a_free_undoes_its_alloc() -> None:
    story = told(spell(header(), [alloc(2, 0), free(0, 2)]))
    assert story.at(0).blocks == story.at(2).blocks != story.at(1).blocks
    assert story.at(1).blocks[0] == code(Kind.LIVE, 2)


def test_every_peer_diverges_where_check_says() -> None:
    for path in PEERS:
        with path.open("rb") as stream:
            first = [each.operation for each in check(stream, path.name).listed]
        with path.open("rb") as stream:
            assert [each.step for each in story_of(stream, path.name).wrong[:1]] == first


def test_an_overlapping_history_goes_by_when_calls_have_their_effect() -> None:
    times = [(0, 9), (2, 6), (8, 12)]
    calls = [alloc(2, 0), alloc(1, 4), free(4, 1)]
    timed = [
        call | {"t0": asked, "t1": answered} for call, (asked, answered) in zip(calls, times, strict=True)
    ]
    story = told(spell(header(), timed))
    assert [*story.lines] == [3, 4, 2]
    assert [(call.operation, call.step) for call in story.calls] == [(2, 1), (3, 2), (1, 3)]


def test_what_breaks_off_is_told_up_to_there() -> None:
    text = spell(header(), [alloc(2, 0), free(0, 2)])
    story = told(text[:-9])
    assert len(story) == 1
    assert "breaks off" in story.note
