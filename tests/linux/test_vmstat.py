"""The counter of free pages, and its thresholds, beside those of recorded kernels."""

from __future__ import annotations

import pytest

from tests.linux import zone_states
from verified_buddy.linux.vmstat import (
    ZoneCounter,
    normal_threshold,
    percpu_drift_mark,
    pressure_threshold,
    read_safe,
)

IN_EVERY = pytest.mark.parametrize("name", zone_states.NAMES)


@IN_EVERY
def test_thresholds_are_those_that_the_kernel_had(name: str) -> None:
    managed = {(row["node"], row["zone"]): int(row["managed"]) for row in zone_states.rows(name, "Z")}
    rows = list(zone_states.rows(name, "D"))
    assert len(rows) == zone_states.cpus(name) * len(managed)
    for row in rows:
        threshold = normal_threshold(managed[row["node"], row["zone"]], zone_states.cpus(name))
        assert threshold == int(row["threshold"])


@IN_EVERY
def test_marks_of_drift_are_those_that_the_kernel_had(name: str) -> None:
    """They are set while CPUs are added to the first, when no watermark is set, and once more after that."""
    cpus = zone_states.cpus(name)
    for row in zone_states.rows(name, "Z"):
        threshold, mark = normal_threshold(int(row["managed"]), cpus), 0
        if cpus > 1:
            mark = percpu_drift_mark(mark, 0, 0, 0, threshold, cpus)
        mark = percpu_drift_mark(mark, int(row["min"]), int(row["low"]), int(row["high"]), threshold, cpus)
        assert mark == int(row["drift_mark"])


def test_thresholds_of_other_machines() -> None:
    gib = 1 << 18
    assert [normal_threshold(managed, 1) for managed in (3840, 32767, 32768, 16 * gib)] == [2, 2, 4, 18]
    assert normal_threshold(16 * gib, 8) == 72
    assert normal_threshold(16 * gib, 4096) == 125
    assert [pressure_threshold(423, low, 2) for low in (423, 424, 528, 6000)] == [1, 1, 52, 125]


def test_a_difference_reaches_the_sum_when_it_exceeds_the_threshold() -> None:
    counter = ZoneCounter(500, 2, 4)
    for _ in range(4):
        counter.add(1, -1)
    assert (counter.value, counter.diffs) == (500, [0, -4])
    counter.add(1, -1)
    assert (counter.value, counter.diffs) == (495, [0, 0])
    counter.add(0, 4)
    counter.add(1, 5)
    assert (counter.value, counter.diffs) == (500, [4, 0])
    counter.add(0, -2)
    counter.fold(0)
    assert (counter.value, counter.diffs) == (502, [0, 0])


def test_a_lower_threshold_is_asked_for_at_the_next_change() -> None:
    counter = ZoneCounter(100, 1, 8)
    counter.add(0, 7)
    counter.thresholds[0] = 1
    assert (counter.read(), counter.exact()) == (100, 107)
    counter.add(0, -1)
    assert (counter.read(), counter.exact()) == (106, 106)


def test_nothing_is_read_as_negative() -> None:
    counter = ZoneCounter(-3, 2, 8, [2, 4])
    assert (counter.read(), counter.exact()) == (0, 3)
    assert ZoneCounter(2, 2, [8, 4], [-3, 0]).exact() == 0


def test_kswapd_reads_the_whole_below_the_mark_alone() -> None:
    counter = ZoneCounter(46, 2, 4, [-3, -2])
    assert [read_safe(counter, mark) for mark in (0, 46, 47)] == [46, 46, 41]
