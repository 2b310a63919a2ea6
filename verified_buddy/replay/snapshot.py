"""A snapshot of a stopped kernel's free lists: tab-separated rows Z, F, P and M, plain or gzip.

Every row is checked against the machine that the rows before it describe; what contradicts is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.migratetype import ISOLATE, MIGRATETYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES
from verified_buddy.linux.pcp import NR_PCP_LISTS, order_to_pindex, pindex_to_order
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.pfn import MAX_ORDER, ORDERS, PFN_LIMIT, Order, Pfn

CPUS: Final = 8192
"""No machine has more CPUs; Linux: the greatest NR_CPUS of x86-64."""

TYPE_BITS: Final = 3
"""Bits of a pageblock's type; Linux: PB_migratetype_bits, include/linux/pageblock-flags.h."""

CMA: Final = "a list of type 5 is one of a kernel with CMA, which is not modelled at the zone layer"

ZoneId = tuple[int, int]
"""The number of a node and that of a zone in it."""


class ZoneRow(NamedTuple):
    """One zone: where it lies, and how many of its pages it was given."""

    zone: ZoneId
    name: str
    start: Pfn
    spanned: int
    present: int
    managed: int
    nr_free: int | None = None
    """The counter of free pages; None if that column is no number."""
    address: int | None = None
    """Where the kernel keeps the zone; None if that column is no address."""


class FreeRow(NamedTuple):
    """One free block; those of a list stand from head to tail."""

    zone: ZoneId
    order: Order
    migratetype: Migratetype
    pfn: Pfn


class PcpRow(NamedTuple):
    """One block on a per-CPU list, with the type that was noted when it was put there."""

    zone: ZoneId
    cpu: int
    pindex: int
    pfn: Pfn
    migratetype: Migratetype


@dataclass(slots=True)
class Snapshot:
    """The lists of a stopped kernel; the rows of each list stand from head to tail."""

    zones: dict[ZoneId, ZoneRow] = field(default_factory=dict)
    free: list[FreeRow] = field(default_factory=list)
    pcp: list[PcpRow] = field(default_factory=list)
    pageblocks: dict[Pfn, Migratetype] = field(default_factory=dict)
    taken: dict[Pfn, Order] = field(default_factory=dict)
    """Every block of the rows so far, on whatever list, by its first page."""
    next_place: dict[tuple[object, ...], int] = field(default_factory=dict)
    """By list: the position that its next row must have."""


def read_snapshot(stream: BinaryIO) -> Snapshot:
    """The snapshot that the stream holds.  Raises Unusable, OSError."""
    snapshot, number = Snapshot(), 0
    for chunk in chunks(stream):
        for line in chunk.splitlines():
            number += 1
            try:
                kind, *columns = line.decode("ascii").split("\t")
                columns_of, add = ROWS[kind]
                if len(columns) != columns_of:
                    raise Unusable(
                        f"a row {kind} has {columns_of + 1} columns, not {len(columns) + 1}", number
                    )
                add(snapshot, columns)
            except Unusable as error:
                raise Unusable(error.reason, number) from None
            except (KeyError, ValueError):
                raise Unusable("not a row of a free-list snapshot", number) from None
    if not snapshot.zones:
        raise Unusable("no zone is in this snapshot")
    refuse_overlaps(snapshot)
    return snapshot


def real_types(snapshot: Snapshot) -> set[Migratetype]:
    """The types of free lists, and of the pageblocks that have memory for certain.

    What stands for the pageblocks of a hole means nothing.
    """
    listed = {pfn >> PAGEBLOCK_ORDER for pfn in snapshot.taken}
    whole = [row for row in snapshot.zones.values() if row.spanned - row.present < PAGEBLOCK_PAGES]
    real = {
        kind
        for pfn, kind in snapshot.pageblocks.items()
        if pfn >> PAGEBLOCK_ORDER in listed
        or any(row.start <= pfn <= row.start + row.spanned - PAGEBLOCK_PAGES for row in whole)
    }
    return real | {row.migratetype for row in snapshot.free}


def number_in(text: str, end: int) -> int:
    """The number, which must be in 0 .. end - 1."""
    if not text.isdecimal() or len(text) > 20 or int(text) >= end:
        raise Unusable(f"{text[:40]!r} is not a number below {end}")
    return int(text)


def zone_of(snapshot: Snapshot, columns: list[str]) -> ZoneRow:
    """The zone that a row is about, which stands before it."""
    zone = number_in(columns[0], 1024), number_in(columns[1], 8)
    if zone not in snapshot.zones:
        raise Unusable(f"node {zone[0]}, zone {zone[1]} has no row Z before this one")
    return snapshot.zones[zone]


def add_zone(snapshot: Snapshot, columns: list[str]) -> None:
    """Z node zone name start_pfn spanned present managed nr_free zone_address."""
    zone = number_in(columns[0], 1024), number_in(columns[1], 8)
    if zone in snapshot.zones:
        raise Unusable(f"node {zone[0]}, zone {zone[1]} has a second row Z")
    start, spanned, present, managed = (number_in(text, PFN_LIMIT) for text in columns[3:7])
    if not (0 < spanned <= PFN_LIMIT - start and managed <= present <= spanned):
        raise Unusable("a zone's managed pages are among the present, those among the spanned pages")
    nr_free = int(columns[7]) if re.fullmatch(r"[0-9]{1,20}", columns[7]) else None
    address = int(columns[8], 16) if re.fullmatch(r"0x[0-9a-f]{1,16}", columns[8]) else None
    extent = Pfn(start), spanned, present, managed
    snapshot.zones[zone] = ZoneRow(zone, columns[2][:32], *extent, nr_free, address)


def add_free(snapshot: Snapshot, columns: list[str]) -> None:
    """F node zone order migratetype position pfn."""
    zone = zone_of(snapshot, columns)
    order = ORDERS[number_in(columns[2], MAX_ORDER + 1)]
    if columns[3] == str(MIGRATETYPES):
        raise Unusable(CMA)
    migratetype = Migratetype(number_in(columns[3], MIGRATETYPES))
    pfn = Pfn(number_in(columns[5], PFN_LIMIT))
    in_order(snapshot, ("F", zone.zone, order, migratetype), columns[4])
    claim(snapshot, zone, pfn, order)
    snapshot.free.append(FreeRow(zone.zone, order, migratetype, pfn))


def add_pcp(snapshot: Snapshot, columns: list[str]) -> None:
    """P node zone cpu pcp_list position pfn private index; the last is the noted type where it is one."""
    zone = zone_of(snapshot, columns)
    cpu, pindex = number_in(columns[2], CPUS), number_in(columns[3], NR_PCP_LISTS)
    pfn, noted = Pfn(number_in(columns[5], PFN_LIMIT)), number_in(columns[7], 1 << 64)
    in_order(snapshot, ("P", zone.zone, cpu, pindex), columns[4])
    claim(snapshot, zone, pfn, pindex_to_order(pindex))
    order = pindex_to_order(pindex)
    fitting = [kind for kind in map(Migratetype, range(ISOLATE)) if order_to_pindex(kind, order) == pindex]
    migratetype = Migratetype(noted) if noted in fitting else fitting[0]
    snapshot.pcp.append(PcpRow(zone.zone, cpu, pindex, pfn, migratetype))


def add_pageblock(snapshot: Snapshot, columns: list[str]) -> None:
    """M node zone pageblock_start_pfn migratetype; where no memory is, NA or any number."""
    zone_of(snapshot, columns)
    pfn = number_in(columns[2], PFN_LIMIT)
    if pfn % PAGEBLOCK_PAGES:
        raise Unusable(f"page {pfn} is not the first of a pageblock")
    if columns[3] != "NA":
        snapshot.pageblocks[Pfn(pfn)] = Migratetype(number_in(columns[3], 1 << TYPE_BITS))


ROWS: Final[dict[str, tuple[int, Callable[[Snapshot, list[str]], None]]]] = {
    "Z": (9, add_zone),
    "F": (6, add_free),
    "P": (8, add_pcp),
    "M": (4, add_pageblock),
}
"""By its first column: how many columns follow, and what takes them in."""


def in_order(snapshot: Snapshot, of: tuple[object, ...], place: str) -> None:
    """The rows of a list stand in the order of their positions, from 0 on."""
    expected = snapshot.next_place.get(of, 0)
    if number_in(place, 1 << 52) != expected:
        raise Unusable(f"position {place} in a list, where {expected} is due")
    snapshot.next_place[of] = expected + 1


def claim(snapshot: Snapshot, zone: ZoneRow, pfn: Pfn, order: Order) -> None:
    """The block is aligned, lies in its zone, and was not listed yet."""
    if pfn & ((1 << order) - 1):
        raise Unusable(f"page {pfn} is not aligned to order {order}")
    if not zone.start <= pfn <= zone.start + zone.spanned - (1 << order):
        raise Unusable(f"the block at page {pfn} does not lie in zone {zone.name}")
    if pfn in snapshot.taken:
        raise Unusable(f"page {pfn} is listed twice")
    snapshot.taken[pfn] = order


def refuse_overlaps(snapshot: Snapshot) -> None:
    """No two blocks share a page, and no two zones do.  Raises Unusable."""
    end = 0
    for pfn, order in sorted(snapshot.taken.items()):
        if pfn < end:
            raise Unusable(f"page {pfn} is in two blocks")
        end = pfn + (1 << order)
    end = 0
    for zone in sorted(snapshot.zones.values(), key=lambda zone: zone.start):
        if zone.start < end:
            raise Unusable(
                f"zone {zone.name} overlaps another; nodes whose zones interleave are not supported"
            )
        end = zone.start + zone.spanned
