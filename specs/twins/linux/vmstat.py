"""Broken twins of the counter of free pages, and of its thresholds."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.vmstat"
KEPT = "            self.value += diff\n            diff = 0\n"
FOLD = "        self.value += self.diffs[cpu]\n        self.diffs[cpu] = 0\n"

TWINS = (
    Twin("vmstat-due-at-the-threshold", MODULE, "if diff > threshold or", "if diff >= threshold or"),
    Twin(
        "vmstat-due-upwards-only",
        MODULE,
        "if diff > threshold or diff + threshold < 0:",
        "if diff > threshold:",
    ),
    Twin("vmstat-threshold-of-the-first-cpu", MODULE, "self.thresholds[cpu]\n", "self.thresholds[0]\n"),
    Twin("vmstat-diff-kept", MODULE, KEPT, "            self.value += diff\n"),
    Twin(
        "vmstat-delta-lost", MODULE, KEPT, "            self.value += self.diffs[cpu]\n            diff = 0\n"
    ),
    Twin("vmstat-fold-keeps-the-diff", MODULE, FOLD, "        self.value += self.diffs[cpu]\n"),
    Twin("vmstat-fold-loses-the-diff", MODULE, FOLD, "        self.diffs[cpu] = 0\n"),
    Twin("vmstat-reads-negative", MODULE, "return max(self.value, 0)", "return self.value"),
    Twin(
        "vmstat-exact-negative",
        MODULE,
        "return max(self.value + sum(self.diffs), 0)",
        "return self.value + sum(self.diffs)",
    ),
    Twin("vmstat-exact-without-diffs", MODULE, "max(self.value + sum(self.diffs), 0)", "max(self.value, 0)"),
    Twin("vmstat-safe-at-the-mark", MODULE, "if free < drift_mark", "if free <= drift_mark"),
    Twin(
        "vmstat-threshold-without-limit",
        MODULE,
        "return min(2 * online_cpus.bit_length() * (1 + units.bit_length()), THRESHOLD_MOST)",
        "return 2 * online_cpus.bit_length() * (1 + units.bit_length())",
    ),
    Twin("vmstat-threshold-of-one-unit-more", MODULE, "units = managed //", "units = 1 + managed //"),
    Twin(
        "vmstat-pressure-may-be-zero",
        MODULE,
        "min(max((low_pages - min_pages) // online_cpus, 1), THRESHOLD_MOST)",
        "min((low_pages - min_pages) // online_cpus, THRESHOLD_MOST)",
    ),
    Twin(
        "vmstat-mark-forgotten",
        MODULE,
        "if drift > low_pages - min_pages else before",
        "if drift > low_pages - min_pages else 0",
    ),
    Twin("vmstat-mark-too-early", MODULE, "if drift > low_pages", "if drift >= low_pages"),
)
