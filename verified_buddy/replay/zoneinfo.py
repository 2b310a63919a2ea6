"""/proc/zoneinfo: how many pages the per-CPU lists of each zone may hold, and how many move at once."""

from __future__ import annotations

import re
from typing import BinaryIO, Final, NamedTuple

from verified_buddy.linux.zone_type import NAMES as ZONES
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.replay.snapshot import ZoneId

ZONE: Final = re.compile(r"Node (\d{1,4}), zone +\S{1,32}")
FIGURE: Final = re.compile(r"(cpu|high|batch): +(\d{1,18})")
EXTENT: Final = re.compile(r"(spanned|start_pfn:|cma) +(\d{1,18})")


class Limits(NamedTuple):
    """Of the lists of one CPU in a zone: pages at which they drain, and pages of a batch."""

    high: int
    batch: int


def read_zoneinfo(stream: BinaryIO) -> dict[ZoneId, dict[int, Limits]]:
    """The limits by zone and CPU.  Raises Unusable, OSError.

    Linux: zoneinfo_show_print(), mm/vmstat.c.
    """
    found: dict[ZoneId, dict[int, Limits]] = {}
    zone: ZoneId | None = None
    figures: dict[str, int] = {}
    number = 0
    for chunk in chunks(stream):
        for line in chunk.decode("ascii", "replace").splitlines():
            number += 1
            text = line.strip()
            if opens := ZONE.fullmatch(text):
                name = text.split()[-1]
                if name not in ZONES:
                    raise Unusable(f"no zone of x86-64 is called {name}", number)
                zone, figures = (int(opens[1]), ZONES.index(name)), {}
            elif zone is not None and (figure := FIGURE.fullmatch(text)):
                figures[figure[1]] = int(figure[2])
                if figure[1] == "batch" and {"cpu", "high"} <= figures.keys():
                    cpu, high, batch = (figures.pop(key) for key in ("cpu", "high", "batch"))
                    if batch < 1:
                        raise Unusable("a batch of no page", number)
                    found.setdefault(zone, {})[cpu] = Limits(high, batch)
    if not found:
        raise Unusable("no per-CPU lists are in this zoneinfo")
    return found


def read_extents(stream: BinaryIO) -> dict[ZoneId, dict[str, int]]:
    """Of each zone that has pages: ``spanned``, ``start_pfn:`` and ``cma``, as far as they are told."""
    found: dict[ZoneId, dict[str, int]] = {}
    zone: dict[str, int] = {}
    for chunk in chunks(stream):
        for line in chunk.decode("ascii", "replace").splitlines():
            text = line.strip()
            if (opens := ZONE.fullmatch(text)) and (name := text.split()[-1]) in ZONES:
                zone = found.setdefault((int(opens[1]), ZONES.index(name)), {})
            elif figure := EXTENT.fullmatch(text):
                zone[figure[1]] = int(figure[2])
    return {zone: figures for zone, figures in found.items() if figures.get("spanned") != 0}
