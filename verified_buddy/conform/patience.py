"""When a process that gives no answer stands still, and when it eats memory, however slow the machine is."""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

DEADLINE: Final = 5.0
"""Seconds without an answer that are a hang."""
SHORT: Final = 0.25
"""The same, where it was seen to hang before."""
MEMORY: Final = 1 << 30
"""Bytes in memory that are growth without end."""
GROWTH: Final = 1 << 20
"""Bytes more than a third of a deadline ago, or longer, that are growth."""
PERIODS: Final = 8
"""So many deadlines are waited for an answer of what grows, or of what the machine gives no time to."""
SHARE: Final = 0.25
"""A process that could run, and had less of the time, was kept waiting."""
BLINK: Final = 0.2
"""Seconds between two looks that are no longer the watched process's: the watcher itself was kept waiting."""
TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Patience:
    """How long there was no sign of life, and what happened meanwhile."""

    deadline: float
    memory: int
    since: float
    seen: object = None
    size: int | None = None
    """What it had of its own at the middle of the period; not yet known before."""
    sized: float = 0.0
    spent: float = 0.0
    periods: int = 0
    looked: float | None = None
    """When it was looked at last."""

    def verdict(self, sign: object, pids: Sequence[int], now: float) -> Literal["hang", "memory"] | None:
        """What it comes to, given a sign that changes while there is life; None while there is hope."""
        if max(in_memory(pid) for pid in pids) > self.memory and own_memory(pids) > self.memory:
            return "memory"
        if self.looked is not None and now - self.looked > BLINK:
            self.since += now - self.looked
        self.looked = now
        if sign != self.seen:
            self.seen, self.since, self.periods = sign, now, 0
            self.size, self.spent = None, sum(cpu_seconds(pid) for pid in pids)
            return None
        waited = now - self.since - self.deadline * self.periods
        if self.size is None and waited > self.deadline / 2:
            self.size, self.sized = own_memory(pids), now
        if self.size is None or waited <= self.deadline or now - self.sized < self.deadline / 3:
            return None
        size, spent = own_memory(pids), sum(cpu_seconds(pid) for pid in pids)
        grows = size >= self.size + GROWTH
        starved = spent - self.spent < SHARE * self.deadline and any(runs(pid) for pid in pids)
        self.size, self.sized, self.spent = size, now, spent
        self.periods += 1
        if not grows and not starved:
            return "hang"
        if self.periods < PERIODS:
            return None
        return "memory" if grows else "hang"


def in_memory(pid: int) -> int:
    """The bytes that a process has in memory, be they of its own or not; 0 if nobody can tell."""
    return pages_of(pid, 1) * resource.getpagesize()


def data_memory(pid: int) -> int:
    """The bytes that the data segments of a process may hold; 0 if nobody can tell."""
    return pages_of(pid, 5) * resource.getpagesize()


def pages_of(pid: int, field: int) -> int:
    """A field of /proc/PID/statm."""
    if pid <= 0:
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[field])
    except (OSError, ValueError, IndexError):
        return 0


def own_memory(pids: Sequence[int]) -> int:
    """The bytes of the process that has most of its own: what a child still shares with us is ours.

    A child of a large process has much in memory from the start, and may fill what was free of it for long
    before it has more.  Linux: Private_Dirty of /proc/PID/smaps_rollup.
    """
    return max(private_memory(pid) for pid in pids)


def private_memory(pid: int) -> int:
    """The bytes that a process shares with no other; where nobody tells, all that it has in memory."""
    if pid <= 0:
        return 0
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            fields = dict(line.split(b":", 1) for line in file if b":" in line)
            return sum(int(fields[name].split()[0]) << 10 for name in (b"Private_Dirty", b"Swap"))
    except (OSError, ValueError, KeyError, IndexError):
        return in_memory(pid)


def stat(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the state on; none if nobody can tell."""
    if pid <= 0:
        return []
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    """The time for which a process ran."""
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK if len(fields) > 12 else 0.0


def runs(pid: int) -> bool:
    """Whether a process waits for nothing but a processor, or a disk."""
    return stat(pid)[:1] in ([b"R"], [b"D"])
