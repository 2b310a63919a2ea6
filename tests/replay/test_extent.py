"""A snapshot is of some moment between two marks: the replay finds which."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import (
    drained,
    freed,
    given_back,
    handed_out,
    judged,
    line,
    machine,
    recording,
    rules,
    taken,
    text_of,
)
from verified_buddy.replay.recording import Judgement


def mark(text: str) -> str:
    return line("tracing_mark_write", f"KT snap {text}")


LIFE = [taken(4096), taken(4097), taken(4098), handed_out(4096), handed_out(4097), freed(4096)]
"""What happens between the two marks of the start."""
AFTER = [handed_out(4096), handed_out(4098), freed(4097), handed_out(4097)]
START = machine((4096, 3, 1))
"""The free lists before all that."""


def between(judgement: Judgement) -> int:
    return judgement.replay.behind


def test_all_that_stands_between_the_marks_may_be_in_the_snapshot() -> None:
    """The machine as it was at the second mark: nothing is replayed."""
    refilled = [taken(4101, kind=1), handed_out(4101)]
    found = judged(machine((4101, 0, 1)), mark("start begin"), *LIFE, mark("start end"), *refilled)
    assert (found.conforms, between(found)) == (True, 0)


def test_none_of_it_may_be_in_the_snapshot() -> None:
    found = judged(START, mark("start begin"), *LIFE, mark("start end"), *AFTER)
    assert (found.conforms, between(found)) == (True, len(LIFE))


def test_without_a_first_mark_nothing_before_the_second_is_replayed() -> None:
    assert not judged(START, *LIFE, mark("start end"), *AFTER).conforms


def test_where_no_moment_fits_what_is_wrong_is_told_of_the_second_mark() -> None:
    wrong = [*AFTER[:1], taken(5000)]
    found = judged(START, mark("start begin"), *LIFE, mark("start end"), *wrong)
    assert between(found) == 0
    assert rules(found)[-1] == ("zone", "not-free")


def test_what_stands_before_the_first_mark_is_in_the_snapshot() -> None:
    lines = [*LIFE, mark("start begin"), mark("start end"), *AFTER]
    assert not judged(START, *lines).conforms


def with_mark_later(events: int) -> Judgement:
    """A recording whose second mark stands so many lines after the moment of the snapshot."""
    lines = text_of("nocomp1").splitlines(True)
    at = next(index for index, each in enumerate(lines) if b"KT snap start end" in each)
    late = lines.pop(at)
    return recording("nocomp1", b"".join([*lines[: at + events], late, *lines[at + events :]]))


@pytest.mark.parametrize("events", [0, 1, 3, 40])
def test_the_moment_is_found_wherever_it_is_between_the_marks(events: int) -> None:
    found = with_mark_later(events)
    assert found.conforms
    assert found.findings.operation == 49_994  # all that happened since the moment


def test_a_moment_before_both_marks_is_not_looked_for() -> None:
    lines = text_of("req2numa-markers").splitlines(True)
    begin = next(index for index, each in enumerate(lines) if b"KT snap start begin" in each)
    moved = [lines[begin + 1], lines[begin], *lines[begin + 2 :]]
    assert recording("req2numa-markers").conforms
    assert not recording("req2numa-markers", b"".join([*lines[:begin], *moved])).conforms


END = [taken(4096), handed_out(4096)]


@pytest.mark.parametrize(("done", "lists"), [(0, (4096, 3, 1)), (1, (4097, 0, 1))])
def test_the_snapshot_of_the_end_is_of_some_moment_between_its_marks(
    done: int, lists: tuple[int, int, int]
) -> None:
    rest = [(4098, 1, 1), (4100, 2, 1)] if done else []
    blocks = [lists, *rest, (7168, 9, 1)]
    end = machine(*blocks)
    start = machine((4096, 3, 1))
    lines = [given_back(7168, 9, probe="fop_ok"), mark("end begin"), taken(4096), mark("end end")]
    if done:
        lines.insert(3, handed_out(4096))
    assert judged(start, *lines, end=end, last=False).conforms
    other = machine((4096, 2, 1), (4100, 2, 1), (7168, 9, 1))
    assert rules(judged(start, *lines, end=other, last=False))[0] == ("final", "wrong-lists")


def test_what_stands_after_the_last_mark_is_not_judged() -> None:
    lines = [*END, mark("end begin"), mark("end end"), taken(5000), drained(5001)]
    assert judged(machine((4096, 0, 1)), *lines).conforms
