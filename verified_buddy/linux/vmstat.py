"""The counter of a zone's free pages: one sum that all read, and on each CPU a difference of its own.

What reads the sum alone, as the watermarks do, may be wrong by what the differences hold back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

THRESHOLD_MOST: Final = 125
"""The largest difference, which a signed byte must hold."""

MEMORY_UNIT: Final = 32768
"""Pages of 128 MiB, by which zones are measured."""


class ZoneCounter:
    """NR_FREE_PAGES of one zone.

    ``value`` is the sum; ``diffs`` and ``thresholds`` are by CPU.
    Linux: vm_stat of struct zone, and struct per_cpu_zonestat, include/linux/mmzone.h.
    """

    __slots__ = ("diffs", "thresholds", "value")

    def __init__(
        self, value: int, cpus: int, threshold: int | Sequence[int], diffs: Sequence[int] = ()
    ) -> None:
        self.value = value
        self.thresholds = [threshold] * cpus if isinstance(threshold, int) else list(threshold)
        self.diffs = list(diffs) or [0] * cpus

    def add(self, cpu: int, delta: int) -> None:
        """Count on that CPU that many pages more; the sum learns of it if the difference grows too large.

        Linux: __mod_zone_page_state(), mm/vmstat.c.
        """
        diff, threshold = self.diffs[cpu] + delta, self.thresholds[cpu]
        if diff > threshold or diff + threshold < 0:
            self.value += diff
            diff = 0
        self.diffs[cpu] = diff

    def fold(self, cpu: int) -> None:
        """Let the sum have that CPU's difference.

        Linux: refresh_cpu_vm_stats(), mm/vmstat.c, for this counter.
        """
        self.value += self.diffs[cpu]
        self.diffs[cpu] = 0

    def read(self) -> int:
        """The sum, as whoever does not look at the differences reads it; never negative.

        Linux: zone_page_state(), include/linux/vmstat.h.
        """
        return max(self.value, 0)

    def exact(self) -> int:
        """The sum and all differences.

        Linux: zone_page_state_snapshot(), include/linux/vmstat.h.
        """
        return max(self.value + sum(self.diffs), 0)


def read_safe(counter: ZoneCounter, drift_mark: int) -> int:
    """The free pages as kswapd reads them: exactly, where they are few.

    ``drift_mark`` is 0 if the differences are too small to matter.
    Linux: zone_watermark_ok_safe(), mm/page_alloc.c, before its test.
    """
    free = counter.read()
    return counter.exact() if free < drift_mark else free


def normal_threshold(managed: int, online_cpus: int) -> int:
    """The threshold of a zone of so many pages, while there is no hurry.

    Linux: calculate_normal_threshold(), mm/vmstat.c.
    """
    units = managed // MEMORY_UNIT
    return min(2 * online_cpus.bit_length() * (1 + units.bit_length()), THRESHOLD_MOST)


def pressure_threshold(min_pages: int, low_pages: int, online_cpus: int) -> int:
    """The threshold while kswapd is awake: all CPUs together hide no more than lies between the watermarks.

    Linux: calculate_pressure_threshold(), mm/vmstat.c.

    pre: 0 <= min_pages <= low_pages and online_cpus >= 1
    post: 1 <= __return__ <= 125
    post: __return__ == 1 or online_cpus * __return__ <= low_pages - min_pages
    post: __return__ == 125 or online_cpus * (__return__ + 1) > low_pages - min_pages
    """
    return min(max((low_pages - min_pages) // online_cpus, 1), THRESHOLD_MOST)


def percpu_drift_mark(
    before: int, min_pages: int, low_pages: int, high_pages: int, threshold: int, online_cpus: int
) -> int:
    """Below how many free pages the differences matter; as it was ``before``, if they are small.

    They are where the watermarks low and min are further apart than all differences together.
    Linux: refresh_zone_stat_thresholds(), mm/vmstat.c, which first runs while the watermarks are still 0.

    post: __return__ in (before, high_pages + threshold * online_cpus)
    post: min_pages + threshold * online_cpus <= low_pages or __return__ > high_pages or threshold <= 0
    post: min_pages + threshold * online_cpus > low_pages or __return__ == before
    """
    drift = online_cpus * threshold
    return high_pages + drift if drift > low_pages - min_pages else before
