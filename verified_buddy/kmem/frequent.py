"""The events that a trace is full of, made from what the pattern of a line found.

What does not fit (KeyError, ValueError) is for ``rare`` to read, or to refuse by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import (
    Alloc,
    Event,
    Free,
    FreeBatched,
    FreeOnePage,
    PcpuDrain,
    Probe,
    ZoneLocked,
)
from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn

Row = tuple[bytes, ...]
"""The groups of a pattern in ``lines``."""

pfn: Final = cast("Callable[[bytes, int], Pfn]", int)
ORDER: Final[dict[bytes, Order]] = {str(order).encode(): order for order in ORDERS[: MAX_ORDER + 1]}
TYPE: Final = {str(number).encode(): Migratetype(number) for number in range(MIGRATETYPES)}
KEPT: Final = 1 << 16
"""So many spellings are remembered, which is more than a machine has tasks."""
PROBE: Final[dict[bytes, Probe]] = {
    b"fop_pcp": "fop_pcp",
    b"fop_one": "fop_one",
    b"fop_ok": "fop_ok",
    b"fop_split": "fop_split",
}


CPU: Final[dict[bytes, int]] = {}
TASK: Final[dict[bytes, int]] = {}
"""By the first group of a pattern in ``lines``, as far as it was met before: the CPU, and the task."""


def learn(at: bytes) -> None:
    """Know the CPU and the task from now on; a line from which one is learnt is for ``rare``."""
    if at and at not in CPU:
        if len(CPU) == KEPT:
            CPU.clear()
            TASK.clear()
        CPU[at] = int(at.rpartition(b"[")[2])
        TASK[at] = int(at.split(None, 1)[0].rpartition(b"/")[2])


def alloc(line: int, row: Row) -> Event:
    """Page 0 stands for none."""
    at, _, page, _, order, kind, key, value, _, _ = row
    if key != b"gfp_flags":
        raise ValueError
    block = pfn(page, 0) or None
    return Alloc(line, CPU[at], block, ORDER[order], TYPE[kind], str(value, "ascii"), TASK[at])


def free(line: int, row: Row) -> Event:
    """The event."""
    at, _, page, _, order, kind, key, _, _, _ = row
    if kind or key:
        raise ValueError
    return Free(line, CPU[at], pfn(page, 0), ORDER[order])


def free_batched(line: int, row: Row) -> Event:
    """The event."""
    at, _, page, _, order, kind, key, _, _, _ = row
    if kind or key:
        raise ValueError
    return FreeBatched(line, CPU[at], pfn(page, 0), ORDER[order])


def zone_locked(line: int, row: Row) -> Event:
    """The event."""
    at, _, page, _, order, kind, key, value, _, _ = row
    if key != b"percpu_refill" or value not in {b"0", b"1"}:
        raise ValueError
    refill = value == b"1"
    return ZoneLocked(line, CPU[at], pfn(page, 0), ORDER[order], TYPE[kind], refill)


def pcpu_drain(line: int, row: Row) -> Event:
    """The event."""
    at, _, page, _, order, kind, key, _, _, _ = row
    if key:
        raise ValueError
    return PcpuDrain(line, CPU[at], pfn(page, 0), ORDER[order], TYPE[kind])


def free_one_page(line: int, row: Row) -> Event:
    """The event."""
    at, name, page, zone, order, kind, key, fpi, _, _ = row
    if key != b"fpi":
        raise ValueError
    block = pfn(page, 0), int(zone, 0), ORDER[order], TYPE[kind], int(fpi)
    return FreeOnePage(line, CPU[at], PROBE[name], *block)


FREQUENT: Final[dict[bytes, Callable[[int, Row], Event]]] = {
    b"mm_page_alloc": alloc,
    b"mm_page_free": free,
    b"mm_page_free_batched": free_batched,
    b"mm_page_alloc_zone_locked": zone_locked,
    b"mm_page_pcpu_drain": pcpu_drain,
    **dict.fromkeys(PROBE, free_one_page),
}
