from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.page_map import LEVELS, Event, ListMap, PageMap, alloc, free, header, spell, take
from verified_buddy.oracle.check import Verdict, check
from verified_buddy.oracle.rules import LEVELS as BY_NAME
from verified_buddy.oracle.rules import THEOREMS, Rule

PEERS = Path(__file__).parents[1] / "data" / "peers"
EXPECTED = list(csv.DictReader((PEERS / "expected.tsv").read_text().splitlines(), delimiter="\t"))
KINDS = {
    "out of range": "out-of-range",
    "legal free refused": "free-refused",
    "free of no live block": "invalid-free",
}


def judge(head: Event, events: list[Event], level: str = "complete", *, keep_going: bool = False) -> Verdict:
    stream = io.BytesIO(spell(head, events))
    return check(stream, "trace", BY_NAME[level], keep_going=keep_going)


def first(verdict: Verdict) -> tuple[int, str] | None:
    return next(((found.operation, found.rule) for found in verdict.listed), None)


def expected(head: Event, events: list[Event], level: str) -> tuple[int, str] | None:
    pages = PageMap(head)
    for number, event in enumerate(events, 1):
        rule = pages.fault(event, level)
        if rule is not None:
            return number, rule
    return None


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["trace"])
def test_recordings_of_real_allocators_get_the_verdict_of_the_page_bitmap(row: dict[str, str]) -> None:
    with (PEERS / f"{row['trace']}.jsonl.gz").open("rb") as stream:
        found = first(check(stream, row["trace"]))
    kind = row["kind"]
    assert found == ((int(row["first_bad_op"]), KINDS.get(kind, kind)) if kind else None)


@pytest.mark.parametrize("name", ["linux_5_10.G1.geo.1", "linux_5_10.G3.geo.1"])
def test_the_kernels_own_functions_are_exact(name: str) -> None:
    with (PEERS / f"{name}.jsonl.gz").open("rb") as stream:
        verdict = check(stream, name, BY_NAME["exact"])
    assert verdict.conforms
    assert verdict.operations > 100_000


@st.composite
def heads(draw: st.DrawFn) -> Event:
    start, pages = draw(st.integers(0, 20)), draw(st.integers(1, 40))
    spots = st.tuples(st.integers(0, pages - 1), st.integers(0, 4))
    kept = [[start + at, min(count, pages - at)] for at, count in draw(st.lists(spots, max_size=3))]
    return header(start, pages, draw(st.integers(0, 5)), reserved=kept)


def lawful(pages: PageMap, random: Random) -> Event:
    """What some correct allocator might do next: any free block will do."""
    order = random.randrange(pages.max_order + 2)
    blocks = [pfn for pfn in range(pages.start, pages.end) if pages.is_free(pfn, order)]
    if pages.live and random.random() < 0.45:
        pfn = random.choice(list(pages.live))
        return free(pfn, random.choice([None, pages.live[pfn]]))
    if blocks and order <= pages.max_order:
        pfn = random.choice(blocks)
        return random.choice([alloc(order, pfn), take(pfn, order)])
    return alloc(order, None)


def anything(pages: PageMap, random: Random) -> Event:
    pfn = random.choice([*pages.live, random.randrange(pages.end + 8)])
    order = random.randrange(pages.max_order + 3)
    return random.choice(
        [
            alloc(order, pfn),
            alloc(order, None),
            take(pfn, order),
            free(pfn, order),
            free(pfn, None),
            free(pfn, order, rc=-22),
            {"op": "crash", "signal": 11},
        ]
    )


@st.composite
def traces(draw: st.DrawFn, unlawful: float = 0.1) -> tuple[Event, list[Event]]:
    head, random = draw(heads()), draw(st.randoms(use_true_random=False))
    pages, events = PageMap(head), []
    for _ in range(draw(st.integers(0, 40))):
        events.append((anything if random.random() < unlawful else lawful)(pages, random))
        pages.fault(events[-1], "safety")
    return head, events


@settings(max_examples=300, deadline=None)
@given(traces(), st.sampled_from(LEVELS[:3]))
def test_the_first_divergence_is_that_of_the_page_map(trace: tuple[Event, list[Event]], level: str) -> None:
    assert first(judge(*trace, level)) == expected(*trace, level)


@settings(max_examples=150, deadline=None)
@given(traces(unlawful=0))
def test_a_correct_allocator_conforms_whatever_it_picks(trace: tuple[Event, list[Event]]) -> None:
    verdict = judge(*trace)
    assert verdict.divergences == 0
    assert verdict.vacuous == (not trace[1])
    assert verdict.operations == len(trace[1])


@settings(max_examples=150, deadline=None)
@given(heads(), st.randoms(use_true_random=False), st.integers(0, 40))
def test_exact_is_the_linux_policy_and_nothing_else(head: Event, random: Random, length: int) -> None:
    live: dict[int, int] = {}
    lists, events = ListMap(head), []
    for _ in range(length):
        if live and random.random() < 0.45:
            pfn, order = live.popitem() if random.random() < 0.3 else (min(live), live.pop(min(live)))
            lists.free(pfn, order)
            events.append(free(pfn, order))
        else:
            order = random.randrange(head["max_order"] + 1)
            got = lists.alloc(order)
            events.append(alloc(order, got))
            if got is not None:
                live[got] = order
    assert judge(head, events, "exact").divergences == 0
    pages = PageMap(head)
    for event in events:
        pages.fault(event, "exact")
    wanted = lists.alloc(0)
    others = [pfn for pfn in pages.free_pages if pfn != wanted]
    if others:
        other = alloc(0, random.choice(others))
        rule = pages.fault(other, "exact") or "not-exact"
        assert first(judge(head, [*events, other], "exact")) == (length + 1, rule)


@settings(max_examples=200, deadline=None)
@given(traces(unlawful=0.5), st.sampled_from(LEVELS))
def test_keep_going_begins_with_the_same_divergence(trace: tuple[Event, list[Event]], level: str) -> None:
    alone, all_of_them = judge(*trace, level), judge(*trace, level, keep_going=True)
    assert all_of_them.listed[:1] == alone.listed
    assert all_of_them.operations == len(trace[1])
    assert all_of_them.divergences == len(all_of_them.listed)


def test_each_level_includes_the_one_before() -> None:
    with (PEERS / "zhaoyang.G2.geo.1.jsonl.gz").open("rb") as stream:
        content = stream.read()
    found = [first(check(io.BytesIO(content), "", BY_NAME[level])) for level in LEVELS]
    assert found == [None, (1117, "refusal"), (4, "not-smallest"), (3, "not-exact")]


def test_every_rule_has_a_theorem() -> None:
    assert set(THEOREMS) == set(get_args(Rule))


def test_an_impossible_order_is_rightly_refused_and_never_granted() -> None:
    huge = 10**30
    assert judge(header(), [alloc(4, None), alloc(huge, None), free(0, huge, rc=-1)]).conforms
    assert first(judge(header(), [alloc(4, 0)])) == (1, "out-of-range")
    assert first(judge(header(), [take(0, huge)])) == (1, "out-of-range")
    assert first(judge(header(), [free(0, huge)])) == (1, "invalid-free")
    assert first(judge(header(), [alloc(0, 10**30)], keep_going=True)) == (1, "out-of-range")


def test_a_refused_free_of_what_is_not_live_is_right_and_changes_nothing() -> None:
    events = [alloc(1, 4), free(4, 0, rc=-1), free(5, None, rc=-1), free(9, 0, rc=1), free(4, 1), alloc(3, 0)]
    assert judge(header(), events, "complete").conforms


def test_a_zone_without_pages_must_refuse_everything() -> None:
    assert judge(header(nr_pages=0), [alloc(0, None)], "exact").conforms
    assert first(judge(header(nr_pages=0), [alloc(0, 0)])) == (1, "out-of-range")
