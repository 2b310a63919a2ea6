from __future__ import annotations

import io

import pytest
from hypothesis import given, settings

from tests.oracle.page_map import Event, alloc, free, header, spell, take
from tests.oracle.test_check import judge, traces
from verified_buddy.oracle.judge import Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.trace import read


def rules(events: list[Event], head: Event | None = None) -> list[tuple[int, str]]:
    verdict = judge(head or header(), events, keep_going=True)
    return [(found.operation, found.rule) for found in verdict.listed]


@settings(max_examples=300, deadline=None)
@given(traces(unlawful=0.6))
def test_whatever_is_adopted_every_page_has_one_owner_and_free_buddies_are_merged(
    trace: tuple[Event, list[Event]],
) -> None:
    head, batches = read(io.BytesIO(spell(*trace)))
    memory = Memory(head)
    for batch in batches:
        assert all(fault.rule for _, fault in Judge(memory, Level.COMPLETE).faults(batch.events, batch.first))
    free_blocks = {(pfn, order) for pfn, order, _ in memory.area.blocks()}
    live_blocks = {(pfn, order) for order, blocks in memory.live.items() for pfn in blocks}
    pages = sorted(page for pfn, order in [*free_blocks, *live_blocks] for page in range(pfn, pfn + 2**order))
    kept = {page for pfn, count in head.reserved for page in range(pfn, pfn + count)}
    assert pages == sorted(set(range(head.start_pfn, head.end_pfn)) - kept)
    for pfn, order in free_blocks:
        assert order == head.max_order or (pfn ^ 2**order, order) not in free_blocks


def test_a_block_handed_out_twice_diverges_once() -> None:
    assert rules([alloc(1, 4), alloc(1, 4), free(4, 1), free(4, 1), alloc(3, 0), alloc(3, 8)]) == [
        (2, "overlap")
    ]


def test_a_block_that_was_free_in_part_diverges_once_and_its_free_part_is_not_free_until_it_is() -> None:
    events = [alloc(0, 5), alloc(1, 4), take(4, 0), free(4, 1), free(5, 0), alloc(3, 0)]
    assert rules(events) == [(2, "overlap"), (3, "overlap")]


@pytest.mark.parametrize("bad", [alloc(1, 5), alloc(1, 40), alloc(4, 0)])
def test_a_block_that_cannot_be_diverges_once_and_may_be_freed(bad: Event) -> None:
    assert [number for number, _ in rules([bad, free(bad["pfn"], bad["order"])])] == [1]


def test_a_free_of_half_a_block_leaves_the_other_half_live() -> None:
    events = [alloc(2, 4), free(6, 1), alloc(1, 6), alloc(0, 4), free(4, 1), alloc(1, 4)]
    assert rules(events) == [(2, "invalid-free"), (4, "overlap")]


def test_a_free_of_too_much_frees_the_live_blocks_within() -> None:
    events = [alloc(0, 4), alloc(0, 6), free(4, 2), alloc(3, 0)]
    assert rules(events) == [(3, "invalid-free")]


def test_a_refused_free_leaves_the_block_live() -> None:
    assert rules([alloc(0, 4), free(4, 0, rc=-22), alloc(0, 4)]) == [(2, "free-refused"), (3, "overlap")]


def test_a_hundred_divergences_are_listed_and_all_are_counted() -> None:
    verdict = judge(header(), [free(0, 0)] * 250, keep_going=True)
    assert (verdict.divergences, len(verdict.listed), verdict.operations) == (250, 100, 250)
