"""/proc/buddyinfo is that of recorded kernels."""

from __future__ import annotations

import pytest

from specs.model.proc_files import read_buddyinfo
from tests.proc.proc_recorded import MOMENTS, Moment
from verified_buddy.proc.buddyinfo import FreeCounts, show_buddyinfo
from verified_buddy.replay.proc_files import free_counts

CELLS = {
    ("req1", "before"): (7, 22, 189),
    ("req1", "after"): (4, 22, 27),
    ("req3memcg", "before"): (4, 22, 120),
    ("req3memcg", "after"): (6, 22, 27),
    ("req4compact", "before"): (7, 22, 78),
    ("req4compact", "after"): (1, 22, 62),
    ("req2numa-markers", "before"): (15, 33, 313),
    ("small", "before"): (8, 22, 422),
    ("small", "after"): (0, 22, 0),
}
"""Numbers that differ, of how many, and pages that came or went between the file and the mark."""


@pytest.mark.parametrize("moment", MOMENTS, ids="-".join)
def test_what_a_kernel_showed_is_shown_to_the_letter(moment: Moment) -> None:
    text = moment.text("buddyinfo")
    assert show_buddyinfo(FreeCounts(*zone) for zone in read_buddyinfo(text)) == text


def test_a_snapshot_shows_what_the_file_says_but_for_what_came_and_went() -> None:
    for moment in MOMENTS:
        mine = read_buddyinfo(show_buddyinfo(free_counts(moment.snapshot())))
        theirs = read_buddyinfo(moment.text("buddyinfo"))
        assert [zone[:2] for zone in mine] == [zone[:2] for zone in theirs]
        pairs = [
            (order, here, there)
            for (*_, ours), (*_, other) in zip(mine, theirs, strict=True)
            for order, (here, there) in enumerate(zip(ours, other, strict=True))
        ]
        moved = sum(
            abs(sum((here - there) << order for order, here, there in pairs[at : at + 11]))
            for at in range(0, len(pairs), 11)
        )
        assert CELLS[moment] == (sum(here != there for _, here, there in pairs), len(pairs), moved)


def test_numbers_that_fill_their_columns_push_the_rest_on() -> None:
    assert show_buddyinfo([FreeCounts(12, "Normal", [1, 1234567, 2])]) == (
        "Node 12, zone   Normal      1 1234567      2 \n"
    )
