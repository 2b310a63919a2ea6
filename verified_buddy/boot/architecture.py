"""Which zones an architecture has, as tables: up to where each goes, and what is never memory."""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.boot.page_ranges import Range
from verified_buddy.errors import InvalidGfp
from verified_buddy.linux import gfp


class ZoneRow(NamedTuple):
    """A zone's name, as /proc/zoneinfo prints it, and the first page above it; None: all that is left."""

    name: str
    limit: int | None


class Architecture(NamedTuple):
    """The zones by address, the lowest first; Linux: enum zone_type, and arch_zone_limits_init() of each."""

    name: str
    zones: tuple[ZoneRow, ...]
    top: int
    """The first page that cannot be used, whatever the map says."""
    from_base: bool = False
    """Whether limits count from the first page of memory, and not from page 0."""
    removed: tuple[Range, ...] = ()
    """Bytes that are no memory, whatever the map says."""
    reserved: tuple[Range, ...] = ()
    """Bytes of memory that are never handed over."""


HIGHMEM: Final = "HighMem"
"""The zone without a permanent mapping; its pages are handed over one by one."""

PC_REMOVED: Final = (Range(0, 0x1000), Range(0xA0000, 0x100000))
"""The first page, and where the BIOS is.  Linux: trim_bios_range(), arch/x86/kernel/setup.c."""

PC_RESERVED: Final = (Range(0, 0x100000),)
"""The first MiB, which firmware may write to.  Linux: reserve_real_mode(), arch/x86/realmode/init.c."""

X86_64: Final = Architecture(
    "x86-64",
    (ZoneRow("DMA", 1 << 12), ZoneRow("DMA32", 1 << 20), ZoneRow("Normal", None)),
    1 << 34,
    removed=PC_REMOVED,
    reserved=PC_RESERVED,
)
"""Below 16 MiB, below 4 GiB, the rest.  Linux: arch_zone_limits_init(), arch/x86/mm/init.c."""

X86_32: Final = Architecture(
    "x86-32",
    (ZoneRow("DMA", 1 << 12), ZoneRow("Normal", 896 << 8), ZoneRow(HIGHMEM, None)),
    1 << 24,
    removed=PC_REMOVED,
    reserved=PC_RESERVED,
)
"""Below 16 MiB, below 896 MiB, the rest up to 64 GiB with PAE.

Linux: Documentation/mm/highmem.rst; MAXMEM_PFN, whose exact value depends on how much is mapped elsewhere.
"""

ARM: Final = Architecture(
    "arm",
    (ZoneRow("Normal", 768 << 8), ZoneRow(HIGHMEM, None)),
    1 << 20,
    from_base=True,
)
"""The first 768 MiB of memory, with 240 MiB for vmalloc, and the rest.

Linux: adjust_lowmem_bounds(), arch/arm/mm/mmu.c, and zone_sizes_init(), arch/arm/mm/init.c.
"""

ARCHITECTURES: Final = {each.name: each for each in (X86_64, X86_32, ARM)}

WANTED: Final = {
    0: "Normal",
    gfp.DMA: "DMA",
    gfp.HIGHMEM: HIGHMEM,
    gfp.DMA32: "DMA32",
    gfp.MOVABLE: "Normal",
    gfp.MOVABLE | gfp.DMA: "DMA",
    gfp.MOVABLE | gfp.HIGHMEM: "Movable",
    gfp.MOVABLE | gfp.DMA32: "DMA32",
}
"""By the zone bits of a request; where there is no such zone, it is Normal.

Linux: OPT_ZONE_DMA, OPT_ZONE_HIGHMEM, OPT_ZONE_DMA32 and GFP_ZONE_TABLE, include/linux/gfp.h.
"""


def zone_names(architecture: Architecture) -> tuple[str, ...]:
    """By number; the zone of what can be moved away comes last.  Linux: enum zone_type."""
    return (*(row.name for row in architecture.zones), "Movable")


def highest_zone(architecture: Architecture, gfp_mask: int) -> int:
    """The highest zone that may serve the request, by number.

    Raises InvalidGfp where the zone bits contradict each other.  Linux: gfp_zone(), include/linux/gfp.h.
    """
    wanted = WANTED.get(gfp_mask & gfp.ZONEMASK)
    if wanted is None:
        raise InvalidGfp(gfp_mask)
    names = zone_names(architecture)
    return names.index(wanted if wanted in names else "Normal")
