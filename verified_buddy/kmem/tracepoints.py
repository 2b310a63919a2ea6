"""The kernel's own events of the work behind requests, in the words of Linux 6.1.

Other kernels spell some of them differently: that is refused only where a machine is replayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from verified_buddy.kmem.background import (
    CompactDeferred,
    CompactEnd,
    CompactFinished,
    CompactRetry,
    CompactSuitable,
    DeferCompaction,
    DeferReset,
    KcompactdWoken,
    KswapdSleep,
    KswapdWake,
    KswapdWoken,
    MarkVictim,
    ReclaimRetry,
    TryToCompact,
)
from verified_buddy.kmem.events import Event
from verified_buddy.kmem.frequent import CPU, TASK, Row
from verified_buddy.oracle.source import Unusable, shown

NUMBER: Final = rb"(-?\d{1,18})"
FLAG: Final = rb"([01])"
WORD: Final = rb"([\w|-]{1,999})"
ZONE: Final = rb"node=(\d{1,9}) +zone=(\w{1,32}) +order=(-?\d{1,9})"
AFTER: Final = ZONE + rb" +order_failed=(-?\d{1,9}) +consider=(\d{1,9}) +limit=(\d{1,9})"

TABLE: Final[dict[str, tuple[Callable[..., Event], bytes, str]]] = {
    "compaction:mm_compaction_try_to_compact_pages": (
        TryToCompact,
        rb"order=%b +gfp_mask=%b +priority=%b" % (NUMBER, WORD, NUMBER),
        "iti",
    ),
    "compaction:mm_compaction_suitable": (CompactSuitable, ZONE + rb" +ret=" + WORD, "itit"),
    "compaction:mm_compaction_finished": (CompactFinished, ZONE + rb" +ret=" + WORD, "itit"),
    "compaction:mm_compaction_end": (
        CompactEnd,
        rb"zone_start=(0x[0-9a-f]{1,16}) [^\n]{0,200}, mode=%b +status=%b" % (WORD, WORD),
        "xtt",
    ),
    "compaction:mm_compaction_deferred": (CompactDeferred, AFTER, "itiiii"),
    "compaction:mm_compaction_defer_compaction": (DeferCompaction, AFTER, "itiiii"),
    "compaction:mm_compaction_defer_reset": (DeferReset, AFTER, "itiiii"),
    "compaction:mm_compaction_wakeup_kcompactd": (
        KcompactdWoken,
        rb"nid=%b +order=%b +classzone_idx=%b" % (NUMBER, NUMBER, WORD),
        "iit",
    ),
    "vmscan:mm_vmscan_kswapd_sleep": (KswapdSleep, b"nid=" + NUMBER, "i"),
    "vmscan:mm_vmscan_kswapd_wake": (KswapdWake, b"nid=%b +order=%b" % (NUMBER, NUMBER), "ii"),
    "vmscan:mm_vmscan_wakeup_kswapd": (
        KswapdWoken,
        b"nid=%b +order=%b +gfp_flags=%b" % (NUMBER, NUMBER, WORD),
        "iit",
    ),
    "oom:reclaim_retry_zone": (
        ReclaimRetry,
        ZONE
        + rb" +reclaimable=%b +available=%b +min_wmark=%b" % (NUMBER, NUMBER, NUMBER)
        + rb" +no_progress_loops=%b +wmark_check=%b" % (NUMBER, FLAG),
        "itiiiiif",
    ),
    "oom:compact_retry": (
        CompactRetry,
        rb"order=%b +priority=%b +compaction_result=%b +retries=%b" % (NUMBER, WORD, WORD, NUMBER)
        + rb" +max_retries=%b +should_retry=%b" % (NUMBER, FLAG),
        "ittiif",
    ),
    "oom:mark_victim": (MarkVictim, rb"pid=%b(?: [^\n]{0,400})?" % NUMBER, "i"),
}
"""By group and name: what an event is made of, its fields, and how each is read."""

CONVERT: Final[dict[str, Callable[[bytes], Any]]] = {
    "i": int,
    "x": partial(int, base=16),
    "f": b"1".__eq__,
    "t": bytes.decode,
}


class Tracepoint:
    """One row of the table."""

    __slots__ = ("convert", "make", "match")

    def __init__(self, make: Callable[..., Event], pattern: bytes, kinds: str) -> None:
        self.make = make
        self.match = re.compile(pattern + rb" *").fullmatch
        self.convert = tuple(CONVERT[kind] for kind in kinds)

    def event(self, line: int, cpu: int, task: int, rest: bytes) -> Event | None:
        """The event; None if it is spelled otherwise."""
        found = self.match(rest)
        if found is None:
            return None
        fields = [read(value) for read, value in zip(self.convert, found.groups(), strict=True)]
        return self.make(line, cpu, task, *fields)


ROWS: Final = {name.encode(): Tracepoint(*row) for name, row in TABLE.items()}
TRACEPOINTS: Final = {name.partition(b":")[2]: row for name, row in ROWS.items()}
"""By name."""


def reader(of: Tracepoint) -> Callable[[int, Row], Event]:
    """What reads the usual line.  Raises KeyError or ValueError at another."""

    def read(line: int, row: Row) -> Event:
        event = of.event(line, CPU[row[0]], TASK[row[0]], row[9])
        if event is None:
            raise ValueError
        return event

    return read


READ: Final = {name: reader(row) for name, row in (ROWS | TRACEPOINTS).items()}


def carefully(name: bytes, rest: bytes, where: tuple[int, int], task: int, *, modelled: bool) -> Event | None:
    """The event; None if another kernel spells it otherwise.  Raises Unusable if it must be understood."""
    event = TRACEPOINTS[name].event(*where, task, rest)
    if event is None and modelled:
        raise Unusable(
            f"{name.decode('ascii')}: {shown(rest)!r} is not understood: not as Linux 6.1 tells it"
        )
    return event
