"""Which zones a kernel is built with, in order: its report prints a reserve for each, and names but some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from verified_buddy.diagnose.report import Report
from verified_buddy.linux.gfp import HIGHMEM, ZONEMASK, gfp_zone
from verified_buddy.linux.zone_type import NAMES

LAYOUTS: Final = (
    ("DMA", "DMA32", "Normal", "Movable", "Device"),
    ("DMA", "DMA32", "Normal", "Movable"),
    ("DMA", "Normal", "HighMem", "Movable"),
    ("DMA", "DMA32", "Normal", "HighMem", "Movable"),
    ("DMA", "Normal", "Movable", "Device"),
    ("Normal", "HighMem", "Movable"),
    ("DMA", "Normal", "Movable"),
    ("DMA32", "Normal", "Movable"),
    ("DMA32", "Normal", "Movable", "Device"),
    ("Normal", "Movable", "Device"),
    ("Normal", "Movable"),
)
"""Of x86-64, x86-32, arm, arm64, ppc64 and others; those that are usual come first."""


def layout_of(report: Report) -> tuple[str, ...] | None:
    """The zones of its kernel; None if its lines fit no kernel."""
    names = {name for _, name in report.zones}
    lengths = {len(zone.lowmem_reserve) for zone in report.zones.values() if zone.lowmem_reserve is not None}
    possible = [each for each in LAYOUTS if names <= {*each} and (not lengths or lengths == {len(each)})]
    fitting = [each for each in possible if fits(each, report)]
    return next(iter([*fitting, *possible]), None)


def fits(layout: Sequence[str], report: Report) -> bool:
    """Whether the reserve of every zone begins at the next zone of its node that has pages.

    Linux: setup_per_zone_lowmem_reserve(), mm/page_alloc.c.
    """
    for (node, name), zone in report.zones.items():
        first = next((index for index, pages in enumerate(zone.lowmem_reserve or ()) if pages), None)
        above = [layout.index(each) for at, each in report.zones if at == node]
        if first is not None and first not in [index for index in above if index > layout.index(name)]:
            return False
    return True


def highest_zone(layout: Sequence[str], gfp_mask: int) -> int:
    """The index of the highest zone of a request in this layout.

    Linux: gfp_zone(), include/linux/gfp.h: a zone that the kernel lacks is Normal.
    """
    name = NAMES[gfp_zone(gfp_mask)]
    if gfp_mask & ZONEMASK == HIGHMEM and "HighMem" in layout:
        name = "HighMem"
    return layout.index(name if name in layout else "Normal")
