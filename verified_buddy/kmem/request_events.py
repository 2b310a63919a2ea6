"""The probes on requests, as a table: by name, what its fields are called and hold, in the order of the line.

One regular expression a probe reads the usual spelling; ``carefully`` reads any other, or refuses it by name
and value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from verified_buddy.kmem.background import (
    BalanceNode,
    BalanceNodeRet,
    NodeBalanced,
    NodeBalancedRet,
    SetThreshold,
    VmFold,
    WakeKswapd,
)
from verified_buddy.kmem.charges import (
    CounterCharge,
    CounterChargeRet,
    CounterForce,
    CounterUncharge,
    DrainStock,
    KmemCharge,
    KmemChargeRet,
    KmemUncharge,
    MemcgReclaim,
    MemcgReclaimRet,
    RefillStock,
    TryCharge,
    TryChargeRet,
)
from verified_buddy.kmem.events import Counted, Event, Obtained
from verified_buddy.kmem.field_kinds import KINDS, NR_FREE_PAGES, Kind
from verified_buddy.kmem.figures import Figures
from verified_buddy.kmem.frequent import CPU, TASK, Row
from verified_buddy.kmem.requests import (
    Bulk,
    BulkRequest,
    DirectCompact,
    DirectCompactRet,
    DirectReclaim,
    DirectReclaimRet,
    DirtyOk,
    DrainAll,
    DrainZone,
    FreelistSearch,
    NodeReclaim,
    NodeReclaimRet,
    OutOfMemory,
    OutOfMemoryRet,
    Request,
    RmqueueBuddy,
    SearchFailed,
    SlowPath,
    SlowPathRet,
    TryZone,
    Unreserve,
    UnreserveRet,
    WatermarkCheck,
    WatermarkLook,
    WatermarkRet,
)
from verified_buddy.pfn import Pfn

PLACE: Final = rb"\(([^\s()+]{1,99})[^()\n]{0,200}\)"
"""Where a probe is: a function, or an address; of a return probe its caller first."""


def search_ret(line: int, cpu: int, task: int, pfn: Pfn | None) -> Event:
    """The end of a search, with a page or without."""
    return SearchFailed(line, cpu, task) if pfn is None else Obtained(line, cpu, pfn, task)


def counted(line: int, cpu: int, task: int, zone: int, item: int, delta: int) -> Event | None:
    """None if another counter than that of free pages is added to."""
    return Counted(line, cpu, zone, delta, task) if item == NR_FREE_PAGES else None


TABLE: Final[dict[str, tuple[Callable[..., Event | None], str]]] = {
    "req": (Request, "gfp:mask order:order nid:number nmask:address"),
    "gpff": (
        FreelistSearch,
        "gfp:mask order:order flags:mask hz:zone_index mt:kind pzone:address nmask:address spread:flag"
        " nm:address?",
    ),
    "gpff_ret": (search_ret, "page:page_or_none"),
    "wmf": (
        WatermarkLook,
        "zone:address order:order mark:count boost:count hz:zone_index flags:mask free:number resv:count",
    ),
    "wm": (WatermarkCheck, "zone:address order:order mark:count hz:zone_index flags:mask free:number"),
    "wm_ret": (WatermarkRet, "ret:flag"),
    "tryz": (TryZone, "zone:address"),
    "rmqb": (RmqueueBuddy, "zone:address order:order"),
    "slow": (SlowPath, "gfp:mask order:order"),
    "slow_ret": (SlowPathRet, "page:page_or_none"),
    "wkswapd": (WakeKswapd, "zone:address gfp:mask order:order hz:zone_index"),
    "pbal": (NodeBalanced, "pgdat:address order:order hz:zone_index"),
    "pbal_ret": (NodeBalancedRet, "ret:flag caller"),
    "bal": (BalanceNode, "pgdat:address order:order hz:zone_index"),
    "bal_ret": (BalanceNodeRet, "ret:number"),
    "dcomp": (DirectCompact, "gfp:mask order:order flags:mask prio:number"),
    "dcomp_ret": (DirectCompactRet, "page:page_or_none"),
    "drecl": (DirectReclaim, "order:order gfp:mask nmask:address"),
    "drecl_ret": (DirectReclaimRet, "ret:count"),
    "drainall": (DrainAll, "zone:address force:flag"),
    "drainz": (DrainZone, "cpu:count zone:address"),
    "unres": (Unreserve, "force:flag"),
    "unres_ret": (UnreserveRet, "ret:flag"),
    "oom": (OutOfMemory, "gfp:mask order:number"),
    "oom_ret": (OutOfMemoryRet, "ret:flag caller"),
    "nrfree": (counted, "zone:address item:free_pages delta:number"),
    "vmfold": (VmFold, "pagesets:flag"),
    "setthr": (SetThreshold, "pgdat:address fn:threshold"),
    "bulk": (Bulk, "zone:address order:order count:count mt:kind flags:mask"),
    "abulk": (BulkRequest, "gfp:mask nid:number nmask:address nr:number"),
    "dirtyok": (DirtyOk, "ret:flag"),
    "nrecl": (NodeReclaim, "pgdat:address gfp:mask order:order"),
    "nrecl_ret": (NodeReclaimRet, "ret:number"),
    "kmemch": (KmemCharge, "page:page gfp:mask order:order"),
    "kmemch_ret": (KmemChargeRet, "ret:number caller"),
    "trych": (TryCharge, "memcg:address gfp:mask nr:count"),
    "trych_ret": (TryChargeRet, "ret:number"),
    "pcharge": (CounterCharge, "counter:address nr:count usage:number max:count parent:address"),
    "pcharge_ret": (CounterChargeRet, "ret:flag"),
    "pforce": (CounterForce, "counter:address nr:count usage:number"),
    "puncharge": (CounterUncharge, "counter:address nr:count usage:number"),
    "refillst": (RefillStock, "memcg:address nr:count"),
    "drainst": (DrainStock, "memcg:address"),
    "mcgreclaim": (MemcgReclaim, "memcg:address nr:count gfp:mask"),
    "mcgreclaim_ret": (MemcgReclaimRet, "ret:count"),
    "kmemun": (KmemUncharge, "page:page order:order"),
}
"""What an event is made of, and its fields with their kinds.

A field that ends in ? may be missing; ``caller`` is taken from the place, and comes last.
"""


class Field(NamedTuple):
    """One field of a probe."""

    key: str
    kind: Kind
    optional: bool

    def pattern(self) -> bytes:
        """How it is usually spelled."""
        spelled = b" %b=(%b)" % (self.key.encode(), self.kind.spelled)
        return b"(?:%b)?" % spelled if self.optional else spelled

    def convert(self) -> Callable[[bytes], Any]:
        """What makes a value of it."""
        convert = self.kind.convert
        return (lambda text: convert(text) if text else None) if self.optional else convert

    def read(self, figures: Figures) -> Any:
        """Its value in any spelling.  Raises Unusable."""
        missing = self.optional and self.key not in figures.of
        return None if missing else self.kind.read(figures, self.key)


class Probe:
    """One row of the table."""

    __slots__ = ("caller", "fields", "make")

    def __init__(self, make: Callable[..., Event | None], spelled: str) -> None:
        self.make = make
        self.caller = spelled.endswith(" caller")
        words = (each.partition(":") for each in spelled.removesuffix(" caller").split())
        self.fields = [Field(key, KINDS[kind.rstrip("?")], kind.endswith("?")) for key, _, kind in words]

    def reader(self) -> Callable[[int, Row], Event]:
        """What reads the usual spelling.  Raises KeyError or ValueError at another."""
        match = re.compile(PLACE + b"".join(field.pattern() for field in self.fields) + b" *").fullmatch
        converted = tuple(field.convert() for field in self.fields)
        make, caller = self.make, self.caller

        def read(line: int, row: Row) -> Event:
            found = match(row[9])
            if found is None:
                raise ValueError
            place, *values = found.groups(b"")
            figures = [convert(value) for convert, value in zip(converted, values, strict=True)]
            if caller:
                figures.append(str(place, "ascii", "replace"))
            event = make(line, CPU[row[0]], TASK[row[0]], *figures)
            assert event is not None
            return event

        return read

    def carefully(self, where: tuple[int, int], figures: Figures) -> Event | None:
        """What reads any spelling.  Raises Unusable."""
        values = [field.read(figures) for field in self.fields]
        return self.make(*where, figures.task, *values, *([figures.place] if self.caller else []))


PROBES: Final = {name.encode(): Probe(*row) for name, row in TABLE.items()}
READ: Final = {name: probe.reader() for name, probe in PROBES.items()}
CAREFUL: Final = {name: probe.carefully for name, probe in PROBES.items()}

OPEN: Final = frozenset(name for name, probe in PROBES.items() if not probe.fields[-1].kind.closed)
"""Probes the last figure of which may go on, if the trace ends there."""
