"""The figures of a run: indices as the kernel has them."""

from __future__ import annotations

from verified_buddy.simulate.outcome import fragmentation_index, thousandths, unusable_index

SMALL = [3, 4, 9, 4, 6, 6, 7, 6, 5, 2, 13]
"""Of a recorded kernel's /proc/buddyinfo."""


def test_the_recorded_state_has_the_kernels_index() -> None:
    assert (unusable_index(SMALL, 9), fragmentation_index(SMALL, 9)) == (166, -1000)


def test_single_pages_alone_are_in_pieces() -> None:
    free = [1000] + [0] * 10
    assert (unusable_index(free, 4), fragmentation_index(free, 4)) == (1000, 937)


def test_no_page_is_want_of_memory() -> None:
    free = [0] * 11
    assert (unusable_index(free, 4), fragmentation_index(free, 4)) == (1000, 0)


def test_it_is_told_as_debugfs_does() -> None:
    assert [thousandths(each) for each in (-1000, 7, 166, 1000)] == ["-1.000", "0.007", "0.166", "1.000"]
