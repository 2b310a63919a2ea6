"""Laws of histories in which calls overlap."""

from __future__ import annotations

import io
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.page_map import Event, PageMap, alloc, free, header, spell, take
from verified_buddy.oracle.check import check
from verified_buddy.oracle.rules import LEVELS
from verified_buddy.oracle.source import Unusable


def at(event: Event, t0: int, t1: int) -> Event:
    return {**event, "t0": t0, "t1": t1}


def found(
    events: list[Event], head: Event | None = None, level: str = "complete", *, every: bool = True
) -> list[tuple[int, str]]:
    stream = io.BytesIO(spell(head or header(), events))
    verdict = check(stream, "history", LEVELS[level], keep_going=every)
    return [(divergence.operation, divergence.rule) for divergence in verdict.listed]


def test_what_two_certainly_own_at_once_is_an_overlap() -> None:
    assert found([at(alloc(1, 4), 0, 1), at(alloc(0, 5), 2, 3)]) == [(2, "overlap")]
    assert found([at(alloc(1, 4), 0, 9), at(alloc(0, 5), 2, 3)]) == [(1, "overlap")]


def test_a_free_that_may_have_been_before_makes_no_overlap() -> None:
    assert found([at(alloc(1, 4), 0, 1), at(free(4, 1), 2, 9), at(alloc(0, 5), 3, 4)]) == []
    assert found([at(alloc(1, 4), 0, 1), at(free(4, 1), 5, 9), at(alloc(0, 5), 2, 4)]) == [(3, "overlap")]


def test_the_order_of_the_lines_is_no_order() -> None:
    events = [at(alloc(0, 5), 3, 4), at(free(4, 1), 2, 9), at(alloc(1, 4), 0, 1)]
    assert all(found([*order]) == [] for order in permutations(events))


def test_a_refusal_is_wrong_only_if_a_block_was_free_throughout() -> None:
    head = header(0, 2, 1)
    assert found([at(alloc(0, None), 0, 1)], head) == [(1, "refusal")]
    whole = at(alloc(1, 0), 2, 4)
    assert found([whole, at(alloc(0, None), 0, 1)], head) == [(2, "refusal")]
    assert found([whole, at(alloc(0, None), 0, 2)], head) == []
    assert found([whole, at(free(0, 1), 5, 7), at(alloc(0, None), 7, 9)], head) == []
    assert found([whole, at(free(0, 1), 5, 7), at(alloc(0, None), 8, 9)], head) == [(3, "refusal")]
    assert found([at(alloc(0, None), 0, 1)], head, "safety") == []


def test_a_free_of_what_nobody_can_have_is_invalid() -> None:
    assert found([at(free(3, 0), 0, 1)]) == [(1, "invalid-free")]
    assert found([at(alloc(0, 3), 5, 6), at(free(3, 0), 0, 4)]) == [(2, "invalid-free")]
    assert found([at(alloc(0, 3), 0, 1), at(free(3, 1), 2, 3)]) == [(2, "invalid-free")]
    assert found([at(alloc(0, 3), 0, 1), at(free(3, None), 2, 3), at(free(3, 0), 4, 5)]) == [
        (3, "invalid-free")
    ]


def test_a_legal_free_may_be_refused_only_if_it_raced_with_another() -> None:
    block = at(alloc(0, 3), 0, 1)
    assert found([block, at(free(3, 0, rc=-1), 2, 3)]) == [(2, "free-refused")]
    assert found([block, at(free(3, 0, rc=-1), 2, 5), at(free(3, 0), 4, 6)]) == []
    assert found([block, at(free(3, 0, rc=-1), 1, 5)]) == []


def test_blocks_that_are_none_of_the_pool_are_told_whatever_the_order() -> None:
    head = header(reserved=[[8, 1]])
    events = [at(alloc(0, 16), 0, 1), at(alloc(1, 3), 0, 1), at(alloc(0, 8), 0, 1), at(take(9, 0), 0, 1)]
    assert found(events, head) == [(1, "out-of-range"), (2, "misaligned"), (3, "overlap")]
    assert found(events, head, every=False) == [(1, "out-of-range")]
    assert found([at(alloc(0, 3), 0, 1), {"op": "crash", "signal": 11}]) == [(2, "crash")]


@pytest.mark.parametrize("level", ["smallest-fit", "exact"])
def test_levels_that_depend_on_the_order_are_not_judged(level: str) -> None:
    with pytest.raises(Unusable, match=f"t0/t1: {level} depends on the order of effects"):
        found([at(alloc(0, 3), 0, 1)], level=level)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([at(alloc(0, 3), 2, 1)], "line 2: t1 is before t0"),
        ([at(alloc(0, 3), 0, 1), alloc(0, 4)], "line 3: t0 and t1 must be told of every operation"),
        ([{**alloc(0, 3), "t0": 1}], "line 2: not an operation: Object missing required field `t1`"),
    ],
)
def test_times_that_make_no_sense_are_unusable(events: list[Event], why: str) -> None:
    with pytest.raises(Unusable) as caught:
        found(events)
    assert str(caught.value).startswith(why)


@st.composite
def runs(draw: st.DrawFn) -> tuple[Event, list[Event], Random]:
    head = header(draw(st.integers(0, 5)), draw(st.integers(1, 12)), draw(st.integers(0, 3)))
    random = draw(st.randoms(use_true_random=False))
    pages, events = PageMap(head), []
    for _ in range(draw(st.integers(0, 25))):
        order = random.randrange(pages.max_order + 1)
        blocks = [pfn for pfn in range(pages.start, pages.end) if pages.is_free(pfn, order)]
        if pages.live and random.random() < 0.5:
            pfn = random.choice(list(pages.live))
            event = free(pfn, pages.live[pfn])
        else:
            event = alloc(order, random.choice(blocks) if blocks else None)
        assert pages.fault(event, "complete") is None
        events.append(event)
    return head, events, random


@settings(max_examples=200, deadline=None)
@given(runs(), st.integers(1, 60))
def test_no_call_of_a_right_allocator_is_blamed_however_long_it_takes(
    run: tuple[Event, list[Event], Random], most: int
) -> None:
    head, events, random = run
    timed = []
    begun: dict[int, int] = {}
    for number, event in enumerate(events):
        moment = 100 * number
        t0 = moment - random.randrange(most * 10)
        if event["op"] == "free":  # nobody frees what was not handed out yet
            t0 = max(t0, begun[event["pfn"]])
        t1 = moment + random.randrange(most * 10)
        begun[event.get("pfn") or 0] = t1 if event["op"] == "alloc" else t0
        timed.append(at(event, min(t0, moment), max(t1, moment)))
    random.shuffle(timed)
    assert found(timed, head) == []


@settings(max_examples=200, deadline=None)
@given(runs(), st.integers(0, 25), st.integers(0, 12))
def test_without_overlapping_calls_the_verdict_is_that_of_the_order(
    run: tuple[Event, list[Event], Random], place: int, pfn: int
) -> None:
    head, events, _ = run
    events.insert(place, alloc(0, pfn))
    pages = PageMap(head)
    faults = [pages.fault(event, "complete") for event in events]
    timed = [at(event, 10 * number, 10 * number + 1) for number, event in enumerate(events)]
    first = next(((number, rule) for number, rule in enumerate(faults, 1) if rule), None)
    if first is None or first[0] == min(place + 1, len(events)):
        assert found(timed, head, every=False)[:1] == ([first] if first else [])
