"""The whole state of a machine, as kernel-calls spell it, and its checksum."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Pfn


class Waiting(NamedTuple):
    """A block on a per-CPU list, and the type under which it will go back."""

    pfn: Pfn
    migratetype: Migratetype


class CpuState(Struct):
    """The lists of one CPU, heads first.  Here and below, keys stand in the order of the checksum."""

    count: int
    free_factor: int
    lists: list[list[Waiting]]


class ZoneState(Struct):
    """A zone: its free lists by order and type, heads first; the types of all pageblocks of the machine."""

    free_lists: list[list[list[Pfn]]]
    managed: int
    nr_isolate_pageblock: int
    nr_reserved_highatomic: int
    pageblocks: list[Migratetype]
    per_cpu: list[CpuState]


State = list[ZoneState]
ENCODER: Final = msgspec.json.Encoder()


def state_of(zone: LinuxZone, pageblocks: list[Migratetype]) -> ZoneState:
    """The zone's state, with those types."""
    inside = zone.mobility
    return ZoneState(
        [[list(blocks) for blocks in area.free_list] for area in zone.free_area.orders],
        inside.managed,
        inside.nr_isolate_pageblock,
        inside.nr_reserved_highatomic,
        pageblocks,
        [
            CpuState(
                cpu.count,
                cpu.free_factor,
                [[Waiting(*block) for block in blocks.items()] for blocks in cpu.lists],
            )
            for cpu in zone.pcp
        ],
    )


def checksum(state: State) -> int:
    """The crc32 of the state as compact JSON with sorted keys."""
    return zlib.crc32(ENCODER.encode(state))
