"""The page is one file that needs no other, is bounded, and cannot be broken by what a trace holds."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.page_map import alloc, free, header, spell
from tests.show.svg_pictures import story
from verified_buddy.show.chart import SAMPLES, sampled
from verified_buddy.show.operations import story_of
from verified_buddy.show.pack import Packed, cut, lanes
from verified_buddy.show.page import page_of
from verified_buddy.show.state import broken_up, free_by_order

HOSTILE = "</script><img src=x onerror=alert(1)>"


def parts(page: str) -> tuple[dict[str, Any], bytes]:
    """What the page holds: its facts and its columns."""
    facts = re.search(r'id="facts">(.*?)</script>', page, re.DOTALL)
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert facts is not None
    assert data is not None
    return json.loads(facts[1]), zlib.decompress(b64decode(data[1]))


def test_it_needs_no_other_file_and_no_network() -> None:
    page = "".join(page_of(story()))
    text = re.sub(r'id="data">.*?</script>', "", page, flags=re.DOTALL)
    assert "default-src 'none'" in text
    assert not re.search(r"@import|<link|<iframe|\bsrc=|url\(|fetch\(|XMLHttp|import\(", text)
    assert [*re.findall(r"https?://[^\"' ]+", text)] == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@@\w+@@", text)
    assert len(page) < 5_000_000


def test_the_name_of_a_trace_cannot_break_it() -> None:
    text = spell(header(), [alloc(2, 0), {"op": "crash", "signal": HOSTILE}])
    page = "".join(page_of(story_of(BytesIO(text), HOSTILE)))
    assert "<img" not in page
    assert parts(page)[0]["title"] == HOSTILE


@given(st.lists(st.integers(0, 1 << 60)))
def test_a_column_is_read_back(numbers: list[int]) -> None:
    packed = Packed()
    packed.add("numbers", numbers)
    start, many, size = packed.columns["numbers"]
    planes = [packed.data[start + byte * many : start + (byte + 1) * many] for byte in range(size)]
    assert [
        sum(plane[index] << 8 * byte for byte, plane in enumerate(planes)) for index in range(many)
    ] == numbers


def test_samples_are_the_kernels_figures_at_that_moment() -> None:
    steps, samples = sampled(story())
    assert len(steps) <= SAMPLES + 1
    for place in (0, 150, len(steps) - 1):
        state = story().at(steps[place])
        for zone, found in zip(state.zones, samples, strict=True):
            info, unusable, index = broken_up(free_by_order(state.counts(zone), state.top))
            assert found[place] == (info.free_pages, unusable, index)


def test_a_part_of_a_story_begins_where_what_was_before_ended() -> None:
    part = cut(story(), 77_000, 78_000)
    assert len(part) == 1001
    for step in (0, 500, 1001):
        assert part.at(step).blocks == story().at(76_999 + step).blocks


def test_a_page_of_too_many_events_says_which_they_are() -> None:
    text = spell(header(), [call for _ in range(50) for call in (alloc(2, 0), free(0, 2))])
    page = "".join(page_of(story_of(BytesIO(text), "trace"), (11, 20)))
    facts, _ = parts(page)
    assert facts["note"] == "These are events 11 to 20 of 100."
    assert (facts["first"], facts["total"]) == (11, 100)


def test_the_first_divergence_is_among_the_events_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("verified_buddy.show.page.MOST", 20)
    right = [call for _ in range(50) for call in (alloc(2, 0), free(0, 2))]
    for before, first in ((2, 1), (15, 1), (60, 52), (98, 82)):
        text = spell(header(), [*right[:before], free(8, 2), *right[before:]])
        facts, _ = parts("".join(page_of(story_of(BytesIO(text), "trace"))))
        assert (facts["first"], facts["wrong"][0]["step"]) == (first, before + 2 - first)
        assert facts["columns"]["acts"][1] <= 20


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20))))
def test_calls_in_one_lane_do_not_overlap(spans: list[tuple[int, int]]) -> None:
    calls = sorted((asked, asked + lasts) for asked, lasts in spans)
    of = lanes(calls)
    for lane in {*of}:
        mine = [call for call, its in zip(calls, of, strict=True) if its == lane]
        assert all(one[1] < other[0] for one, other in pairwise(mine))
