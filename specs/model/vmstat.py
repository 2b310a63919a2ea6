"""The thresholds of the counters by definition, from the semantics alone: sections 7.6 and 17.5."""

from __future__ import annotations


def digits(number: int) -> int:
    """How many binary digits a number has; none, if it is 0."""
    count = 0
    while 2**count <= number:
        count += 1
    return count


def normal_threshold(managed: int, cpus: int) -> int:
    """Twice the digits of the CPUs for each digit of the zone's units of 128 MiB and once more, up to 125."""
    product = 2 * digits(cpus) * (1 + digits(managed * 4096 // 2**27))
    return product if product < 125 else 125


def pressure_threshold(least: int, low: int, cpus: int) -> int:
    """The largest of 1..125 whose multiple by the CPUs the watermarks are apart; 1 if there is none."""
    fitting = [each for each in range(1, 126) if each * cpus <= low - least]
    return fitting[-1] if fitting else 1


def drift_mark(before: int, marks: tuple[int, int, int], threshold: int, cpus: int) -> int:
    """All differences above the watermark high, where the low minus min one may be lost in them."""
    least, low, high = marks
    differences = sum(threshold for _ in range(cpus))
    return before if least + differences <= low else high + differences
