"""Steals, rotations and captures: what is told of them is exact, and what is not told is only noted."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import (
    ZONE,
    given_back,
    handed_out,
    judged,
    line,
    machine,
    moved,
    page,
    rules,
    scores,
    stolen,
    taken,
    typed,
)

ISOLATED = [
    line("isolate", f"(f+0x1/0x2) {page(7168)} order=3"),
    line("isolate_ret", "(f+0x1/0x2 <- g) ret=8"),
]
"""Compaction takes a free block that the tests need for nothing else."""
FOUR = ((4096, 0, 1), (4100, 0, 1), (4104, 0, 1), (4108, 0, 1), (7168, 3, 1))


def rotated(order: int, pfn: int) -> str:
    return line("rothead", f"(compaction_alloc+0x1/0x2) order={order} {page(pfn)}")


def sent_back(pfn: int) -> str:
    return line("rottail", f"(move_freelist_tail+0x1/0x2) list=0xffff8880279a7970 {page(pfn)}")


def test_a_reserve_directly_before_a_steal_is_not_part_of_it() -> None:
    """The reserved pageblock holds the last unmovable blocks, so that the request falls back."""
    snapshot = machine((4608, 3, 0), (4616, 3, 0), (5248, 7, 1))
    reserve = [taken(4608, 3, 0), typed(4608, 3), moved(4608, 3), handed_out(4608, 3, 0)]
    steal = [moved(5248, 0), stolen(5248, 7, order=3), taken(5248, 3, 0)]
    assert judged(snapshot, *reserve[:3], *steal).conforms
    assert rules(judged(snapshot, reserve[0], *steal))[0] == ("zone", "wrong-victim")


def test_an_end_of_the_reserve_directly_before_a_steal_is_not_part_of_it() -> None:
    snapshot = machine((4616, 3, 3), (5248, 7, 1))
    unreserve = [typed(4616, 2), moved(4616, 2)]
    steal = [moved(5248, 0), stolen(5248, 7, order=4), taken(5248, 4, 0)]
    assert judged(snapshot, typed(4608, 3), *unreserve, *steal).conforms


@pytest.mark.parametrize("told", [[moved(5248, 0)], [], [moved(5256, 0)], [typed(5248, 0)], [moved(5248, 2)]])
def test_what_moves_with_the_victim_is_that_pageblock_and_no_other(told: list[str]) -> None:
    before = [typed(6144, 3), moved(6144, 3)]  # so that both kinds of move are known to be told
    lines = [*before, *told, stolen(5248, 7, order=3), taken(5248, 3, 0)]
    found = judged(machine((5248, 7, 1)), *lines)
    assert found.conforms is (told == [moved(5248, 0)])


def test_a_rotation_that_is_told_is_exact() -> None:
    takes = [taken(page) for page in (4104, 4108, 4096, 4100)]
    found = judged(machine(*FOUR), *ISOLATED, rotated(0, 4104), *takes)
    assert (found.conforms, found.findings.notes) == (True, {})
    assert scores(found)["taken"] == (4, 4)
    tail = judged(machine(*FOUR), *ISOLATED, sent_back(4100), *takes)
    assert (tail.conforms, tail.findings.notes) == (True, {})


def test_where_nothing_moves_the_list_itself_is_told() -> None:
    lines = [line("rothead", "(f+0x1/0x2) order=0 page=0xffff8880279a7970"), taken(4096)]
    assert judged(machine(*FOUR), *lines).conforms


def test_once_rotations_are_told_another_block_of_the_list_is_wrong() -> None:
    takes = [taken(4104), taken(4108)]
    assert judged(machine(*FOUR), *ISOLATED, *takes).findings.notes["not the head"].count == 1
    found = judged(machine(*FOUR), *ISOLATED, rotated(0, 4096), *takes)
    assert rules(found)[0] == ("zone", "not-head")


def test_large_blocks_rotate_in_two_ways_and_both_are_told() -> None:
    large = machine((4096, 3, 1), (4112, 3, 1), (4128, 3, 1), (7168, 3, 1))
    takes = [taken(4112, 3), taken(4128, 3)]
    head, tail = rotated(3, 4096), sent_back(7168)
    assert judged(large, *ISOLATED, head, *takes).findings.notes["not the head"].count == 1
    assert not judged(large, *ISOLATED, head, tail, *takes).conforms


def test_only_movable_lists_rotate() -> None:
    snapshot = machine((4096, 0, 0), (4100, 0, 0), (7168, 3, 1))
    assert rules(judged(snapshot, *ISOLATED, taken(4100, kind=0))) == [("zone", "not-head")]


def test_a_block_that_is_rotated_is_on_its_list() -> None:
    assert rules(judged(machine(*FOUR), rotated(0, 4097))) == [("zone", "not-free")]


def test_a_victim_heads_its_list_after_a_rotation() -> None:
    snapshot = machine((5248, 7, 1), (5760, 7, 1), (7168, 3, 1))
    steal = [moved(5760, 0), stolen(5760, 7, order=3), taken(5760, 3, 0)]
    exact = judged(snapshot, *ISOLATED, rotated(7, 5760), *steal)
    assert (exact.conforms, exact.findings.notes) == (True, {})
    assert judged(snapshot, *ISOLATED, *steal).findings.notes["not the head"].count == 1
    assert rules(judged(snapshot, *steal))[0] == ("zone", "wrong-victim")
    told = [rotated(7, 5248), sent_back(5760)]
    assert rules(judged(snapshot, *ISOLATED, *told, *steal))[0] == ("zone", "wrong-victim")


def counted(delta: int) -> str:
    return line("nrfree", f"(__mod_zone_page_state+0x5/0x60) zone={ZONE:#x} item=0 delta={delta}")


def test_a_block_that_is_counted_off_as_soon_as_it_is_merged_was_captured() -> None:
    snapshot = machine((4608, 0, 1), (4610, 1, 1), (7168, 3, 1))
    merge = [*ISOLATED, given_back(4609, probe="fop_ok")]
    found = judged(snapshot, *merge, counted(-4), handed_out(4608, 2, 0))
    assert (found.conforms, found.findings.notes) == (True, {})
    assert scores(found)["allocated"] == (1, 1)
    noted = judged(snapshot, *merge, handed_out(4608, 2, 0))
    assert noted.findings.notes["captured"].count == 1
    assert not judged(snapshot, merge[-1], handed_out(4608, 2, 0)).conforms


def test_no_block_is_captured_that_is_not_merged_to_its_order() -> None:
    snapshot = machine((4608, 0, 1), (7168, 3, 1))
    found = judged(snapshot, given_back(4609, probe="fop_ok"), counted(-4))
    assert rules(found) == [("zone", "wrong-order")]


def test_a_captured_block_serves_no_other_request() -> None:
    snapshot = machine((4608, 0, 0), (4612, 2, 0), (7168, 3, 1))
    lines = [typed(4608, 0), *ISOLATED, given_back(4609, kind=0, probe="fop_ok"), counted(-2)]
    assert judged(snapshot, *lines, taken(4612, 1, 0)).conforms
    assert not judged(snapshot, *lines, taken(4608, 1, 0)).conforms
