"""The indices of debugfs are those of recorded kernels."""

from __future__ import annotations

from specs.model.proc_files import read_buddyinfo, read_indices
from tests.proc.proc_recorded import WITH_INDICES
from verified_buddy.proc.buddyinfo import FreeCounts
from verified_buddy.proc.extfrag import show_extfrag_index, show_unusable_index
from verified_buddy.replay.proc_files import free_counts

FAR = 75
"""Thousandths: of the lines that neither moment explains, no index is further off."""


def test_each_fragmentation_index_is_that_of_the_lists_near_it() -> None:
    known = total = 0
    for moment in WITH_INDICES:
        file = show_extfrag_index(FreeCounts(*zone) for zone in read_buddyinfo(moment.text("buddyinfo")))
        mark = show_extfrag_index(free_counts(moment.snapshot()))
        lines = moment.text("extfrag_index").splitlines()
        near = zip(file.splitlines(), mark.splitlines(), strict=True)
        known += sum(line in pair for line, pair in zip(lines, near, strict=True))
        total += len(lines)
    assert (known, total) == (15, 15)


def test_each_unusable_index_is_that_of_the_lists_near_it_or_of_a_moment_between() -> None:
    known = total = 0
    for moment in WITH_INDICES:
        counts = [FreeCounts(*zone) for zone in read_buddyinfo(moment.text("buddyinfo"))]
        texts = [show_unusable_index(zones) for zones in (counts, free_counts(moment.snapshot()))]
        recorded, file, mark = (read_indices(text, 1) for text in (moment.text("unusable_index"), *texts))
        for line, *near in zip(recorded, file, mark, strict=True):
            known += line in near
            total += 1
            assert all(
                min(abs(there - here) for here in both) <= FAR
                for there, *both in zip(line[2], *(each[2] for each in near), strict=True)
            )
    assert (known, total) == (8, 15)


def test_an_index_below_0_is_spelled_as_c_spells_it() -> None:
    (line,) = show_extfrag_index([FreeCounts(0, "DMA", [0, 1, 0])]).splitlines()
    assert line == "Node 0, zone      DMA -1.000 -1.000  0.-500 "
