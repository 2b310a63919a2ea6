"""/proc/pagetypeinfo is that of recorded kernels."""

from __future__ import annotations

import pytest

from specs.model.proc_files import read_pagetypeinfo
from tests.proc.proc_recorded import MOMENTS, Moment
from verified_buddy.proc.pagetypeinfo import TypeCounts, show_pagetypeinfo
from verified_buddy.replay.proc_files import type_counts

LISTS = {
    ("req1", "before"): (12, 110),
    ("req1", "after"): (4, 110),
    ("req3memcg", "before"): (9, 110),
    ("req3memcg", "after"): (6, 110),
    ("req4compact", "before"): (7, 110),
    ("req4compact", "after"): (1, 110),
    ("req2numa-markers", "before"): (30, 165),
    ("small", "before"): (15, 110),
    ("small", "after"): (0, 110),
}
"""Lists whose lengths differ, of how many."""
RETYPED = {("req2numa-markers", "before"): [(0, "DMA32", [2, -2, 0, 0, 0])]}
"""Zones with other pageblocks at the mark: a fallback took two movable ones meanwhile."""


@pytest.mark.parametrize("moment", MOMENTS, ids="-".join)
def test_what_a_kernel_showed_is_shown_to_the_letter(moment: Moment) -> None:
    text = moment.text("pagetypeinfo")
    assert show_pagetypeinfo(TypeCounts(*zone) for zone in read_pagetypeinfo(text)) == text


def test_a_snapshot_shows_the_lists_that_did_not_change_meanwhile() -> None:
    for moment in MOMENTS:
        mine = read_pagetypeinfo(show_pagetypeinfo(type_counts(moment.snapshot())))
        theirs = read_pagetypeinfo(moment.text("pagetypeinfo"))
        differ = total = 0
        for (*zone, lists, _), (*same, other, _) in zip(mine, theirs, strict=True):
            assert zone == same
            for ours, kernels in zip(lists, other, strict=True):
                total += len(ours)
                differ += sum(here != there for here, there in zip(ours, kernels, strict=True))
        assert LISTS[moment] == (differ, total)


def test_a_snapshot_has_the_pageblocks_of_the_file() -> None:
    for moment in MOMENTS:
        mine = read_pagetypeinfo(show_pagetypeinfo(type_counts(moment.snapshot())))
        theirs = read_pagetypeinfo(moment.text("pagetypeinfo"))
        changed = [
            (node, zone, [here - there for here, there in zip(blocks, other, strict=True)])
            for (node, zone, _, blocks), (*_, other) in zip(mine, theirs, strict=True)
            if blocks != other
        ]
        assert changed == RETYPED.get(moment, [])


def test_a_long_list_is_not_counted_to_its_end() -> None:
    lists = [[99_999, 100_000, 123_456]] + [[0] * 3] * 4
    shown = show_pagetypeinfo([TypeCounts(0, "Normal", lists, [0] * 5)])
    assert "type    Unmovable  99999 >100000 >100000 \n" in shown
