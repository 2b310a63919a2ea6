"""What the command line gives a replay beside the trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import BinaryIO, TypeVar

from verified_buddy.kmem.figures import WITHOUT
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER
from verified_buddy.linux.zone_type import NAMES
from verified_buddy.oracle.source import Unusable, chunks, printable
from verified_buddy.replay.pagetypes import PageTypes, read_pagetypeinfo
from verified_buddy.replay.recording import Given
from verified_buddy.replay.snapshot import Snapshot, ZoneId, read_snapshot, real_types
from verified_buddy.replay.zoneinfo import Limits, read_extents, read_zoneinfo
from verified_buddy.replay.zonestate import read_zonestate
from verified_buddy.replay.zonestate_agrees import agree

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    """The names of the files, and where the replay begins."""

    snapshot: str | None = None
    expect: str | None = None
    zoneinfo: str | None = None
    zonestate: str | None = None
    pagetypeinfo: str | None = None
    at: str | None = None
    """``marker`` or ``first``; None: where it usually does."""

    def named(self) -> str | None:
        """An option of these that was given, if any was."""
        return next((name for name, value in asdict(self).items() if value is not None), None)

    def given(self) -> Given:
        """What the files hold.  Raises Unusable, which names the file."""
        start, end = of(self.snapshot, read_snapshot), of(self.expect, read_snapshot)
        limits, extents = of(self.zoneinfo, read_both) or ({}, {})
        state = of(self.zonestate, read_zonestate)
        types = of(self.pagetypeinfo, read_pagetypeinfo)
        cma = None if types is None else types.cma
        if start is not None:
            about(self.expect, refuse_other_zones, start, end)
            about(self.zoneinfo, refuse_other_machine, start, limits, extents)
            about(self.zonestate, agree, state, start)
            about(self.pagetypeinfo, refuse_other_types, start, types)
            about(self.snapshot, refuse_unsure_types, start, cma)
            cma = False
        limits_from = "zoneinfo"
        if state is not None and self.zoneinfo is None:
            limits, limits_from = state.limits(), "zonestate"
        return Given(start, end, limits, self.at != "first", cma, state, limits_from)


def about(name: str | None, check: Callable[..., None], *arguments: object) -> None:
    """Check what the file says, if there is one.  Raises Unusable, which names the file."""
    if name is not None:
        try:
            check(*arguments)
        except Unusable as error:
            raise Unusable(f"{printable(name)}: {error}") from None


def of(name: str | None, read: Callable[[BinaryIO], T]) -> T | None:
    """What the file holds; None if there is no file.  Raises Unusable, which names the file."""
    if name is None:
        return None
    try:
        with open(name, "rb") as stream:
            return read(stream)
    except Unusable as error:
        raise Unusable(f"{printable(name)}: {error}") from None
    except OSError as error:
        raise Unusable(f"{printable(name)}: {error.strerror or type(error).__name__}") from None


def read_both(stream: BinaryIO) -> tuple[dict[ZoneId, dict[int, Limits]], dict[ZoneId, dict[str, int]]]:
    """The limits, and the extents of the zones.  Raises Unusable, OSError."""
    text = b"".join(chunks(stream))
    return read_zoneinfo(BytesIO(text)), read_extents(BytesIO(text))


def refuse_other_zones(start: Snapshot, end: Snapshot) -> None:
    """Both snapshots are of one machine.  Raises Unusable."""
    zones = [{row.zone: (row.start, row.spanned) for row in each.zones.values()} for each in (start, end)]
    if zones[0] != zones[1]:
        raise Unusable("its zones are not those of the other snapshot")


def refuse_other_machine(
    start: Snapshot, limits: dict[ZoneId, dict[int, Limits]], extents: dict[ZoneId, dict[str, int]]
) -> None:
    """The zoneinfo is one of the snapshot's machine, without CMA.  Raises Unusable."""
    populated = {row.zone for row in start.zones.values() if row.present}
    for node, zone in sorted(limits.keys() ^ populated):
        whose = "the snapshot" if (node, zone) in limits else "it"
        raise Unusable(f"of another machine: {whose} has no node {node}, zone {NAMES[zone]}")
    for row in start.zones.values():
        told = extents.get(row.zone, {})
        if told.get("cma"):
            raise Unusable(f"a kernel with CMA, which is not modelled at the zone layer; {WITHOUT}")
        for name, mine in (("start_pfn:", row.start), ("spanned", row.spanned)):
            if told.get(name, mine) != mine:
                says = f"{name.strip(':')} {told[name]} of zone {row.name} is {mine} in the snapshot"
                raise Unusable(f"of another machine: {says}")


def refuse_other_types(start: Snapshot, types: PageTypes) -> None:
    """The pagetypeinfo is one of the snapshot's machine, without CMA.  Raises Unusable."""
    mine = {(row.zone[0], row.name) for row in start.zones.values() if row.present}
    for node, name in sorted(types.zones ^ mine):
        whose = "the snapshot" if (node, name) in types.zones else "it"
        raise Unusable(f"of another machine: {whose} has no node {node}, zone {name}")
    if types.pageblock_order != PAGEBLOCK_ORDER:
        raise Unusable(f"the zone layer has pageblocks of order {PAGEBLOCK_ORDER}; {WITHOUT}")
    if types.cma:
        raise Unusable(f"a kernel with CMA, which is not modelled at the zone layer; {WITHOUT}")


def refuse_unsure_types(start: Snapshot, cma: bool | None) -> None:
    """Type 4 is ISOLATE for certain, if there is any.  Raises Unusable."""
    types = real_types(start)
    if ISOLATE + 1 in types:
        raise Unusable(f"a pageblock of type 5 is one of a kernel with CMA, which is not modelled; {WITHOUT}")
    if ISOLATE in types and cma is None:
        raise Unusable("type 4 is ISOLATE, or CMA in a kernel that has it: --pagetypeinfo FILE decides")
