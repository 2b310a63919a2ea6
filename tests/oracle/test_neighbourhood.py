from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.page_map import Event, PageMap, alloc, free, header, take
from tests.oracle.test_check import judge, traces
from verified_buddy.oracle.check import Divergence

BLOCKS = [alloc(0, 8), alloc(1, 10), alloc(2, 12), free(8, 0), alloc(0, 9)]


def told(events: list[Event], **head: Any) -> Divergence:
    (found,) = judge(header(**head), events).listed
    return found


def test_an_overlap_is_told_with_its_owners_and_drawn_in_the_parent_block() -> None:
    found = told([*BLOCKS, alloc(2, 8)])
    assert (found.operation, found.line, found.rule, found.theorem) == (6, 7, "overlap", "no-overlap")
    assert found.message == (
        "alloc of order 2 returned page 8, but the block is not wholly free: "
        "page 8 is free since operation 4; "
        "page 9 is live since operation 5, a block of order 0; "
        "pages 10..11 are live since operation 2, a block of order 1"
    )
    assert found.picture == (
        "pages 8..15:",
        ".abbcccc",
        "^^^^",
        ".  page 8 is free since operation 4",
        "a  page 9 is live since operation 5, a block of order 0",
        "b  pages 10..11 are live since operation 2, a block of order 1",
        "c  pages 12..15 are live since operation 3, a block of order 2",
    )


def test_what_is_reserved_or_outside_is_drawn_as_such() -> None:
    found = told([alloc(1, 12)], start_pfn=9, nr_pages=4, reserved=[[10, 2]])
    assert found.picture == (
        "pages 12..15:",
        ".---",
        "^^",
        ".  page 12 is free since the start",
        "-  pages 13..15 are outside",
    )
    assert found.message.endswith(": page 12 is free since the start; page 13 is outside")
    found = told([alloc(1, 10)], start_pfn=9, nr_pages=4, reserved=[[10, 2]])
    assert found.picture[1:3] == ("-.rr", "  ^^")


def test_a_big_block_is_drawn_in_cells_of_many_pages() -> None:
    found = told([alloc(0, 100), alloc(10, 0)], nr_pages=2048, max_order=10)
    cells = "." * 6 + "+" + "." * 57
    assert found.picture[1:4] == (cells, "^" * 64, "(a sign is 16 pages, + several owners)")


def test_a_refusal_shows_the_block_that_was_there() -> None:
    found = told([alloc(1, 0), free(0, 1), alloc(3, None)])
    assert found.message == (
        "alloc of order 3 was refused, but the block of order 3 at page 0 is free: "
        "pages 0..7 are free since operation 2"
    )


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (free(9, 0), "free of page 9 with order 0 was accepted, but no live block starts there"),
        (free(10, 0), "free of page 10 with order 0 was accepted, but the live block there is of order 1"),
        (free(11, None), "free of page 11 was accepted, but no live block starts there"),
        (free(10, 1, rc=-22), "free of the live block of order 1 at page 10 was refused (rc -22)"),
        (alloc(1, 9), "alloc of order 1 returned page 9, which is not a multiple of 2"),
        (alloc(4, 0), "alloc of order 4 returned page 0, but no block is above order 3"),
        (take(2**70, 0), "take of order 0 claimed page (a number of 71 bits), but the pages are [0, 16)"),
        ({"op": "crash", "signal": 11}, "the implementation crashed with signal 11"),
        ({"op": "crash", "during": "a\x1b[2J"}, r"the implementation crashed during 'a\x1b[2J'"),
    ],
)
def test_each_rule_says_what_was_wrong(event: Event, why: str) -> None:
    assert told([*BLOCKS[:4], event]).message.partition(": ")[0] == why


@settings(max_examples=150, deadline=None)
@given(traces(unlawful=0), st.integers(0, 5))
def test_since_is_the_operation_that_last_freed_a_page_of_the_free_block(
    trace: tuple[Event, list[Event]], order: int
) -> None:
    head, events = trace
    pages = PageMap(head)
    since: dict[int, int] = {}
    for number, event in enumerate(events, 1):
        if event["op"] == "free":
            since |= dict.fromkeys(pages.block(event["pfn"], pages.live[event["pfn"]]), number)
        pages.fault(event, "safety")
    sizes = [size for size in pages.free_blocks().values() if size >= order]
    if sizes:
        (found,) = judge(head, [*events, alloc(order, None)]).listed
        pfn = int(found.message.partition(" at page ")[2].split()[0])
        last = max(since.get(page, 0) for page in pages.block(pfn, pages.free_blocks()[pfn]))
        assert found.message.endswith(f"since operation {last}" if last else "since the start")


def test_since_counts_a_free_of_a_block_that_began_before_the_page() -> None:
    found = told([alloc(2, 8), free(8, 2), alloc(1, 8), free(10, 0)])
    assert found.message.endswith(": pages 10..11 are free since operation 2")


def test_what_lies_too_far_back_is_not_guessed() -> None:
    many = [alloc(3, 8), free(8, 3)] * 60_000
    found = told([alloc(0, 0), free(0, 0), *many, free(0, 0)])
    assert ": pages 0..7 are free since before operation " in found.message
