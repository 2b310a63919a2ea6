"""What gfp flags mean, as tables of numbers: written from the kernel's documentation of its flags."""

from __future__ import annotations

from typing import Final

ZONES: Final[dict[int, int | None]] = {
    0x0: 2,
    0x1: 0,
    0x2: 2,
    0x3: None,
    0x4: 1,
    0x5: None,
    0x6: None,
    0x7: None,
    0x8: 2,
    0x9: 0,
    0xA: 3,
    0xB: None,
    0xC: 1,
    0xD: None,
    0xE: None,
    0xF: None,
}
"""The highest zone by the low four bits (DMA 1, HIGHMEM 2, DMA32 4, MOVABLE 8); None is no request.

Zones: DMA 0, DMA32 1, NORMAL 2, MOVABLE 3.
"""
ZONE_BITS: Final = 0xF

MIGRATETYPES: Final[dict[int, int | None]] = {0x00: 0, 0x08: 1, 0x10: 2, 0x18: None}
"""Unmovable 0, movable 1, reclaimable 2, by the two bits of mobility; None is no request."""
MOBILITY_BITS: Final = 0x18

EXISTING: Final = 24
"""Bits from 0 on."""

DROPS: Final[dict[str, int]] = {"noio": 0x40 | 0x80, "nofs": 0x80, "pin": 0x8}
"""Which flags a task's context takes away."""

MAY_WAIT, IS_ATOMIC, DOES_IO = 0x400, 0x200, 0x40

SPELLED: Final[tuple[tuple[str, tuple[int, ...]], ...]] = (
    ("GFP_TRANSHUGE", (1, 3, 6, 7, 10, 13, 18, 19, 20)),
    ("GFP_TRANSHUGE_LIGHT", (1, 3, 6, 7, 13, 18, 19, 20)),
    ("GFP_HIGHUSER_MOVABLE", (1, 3, 6, 7, 10, 11, 20)),
    ("GFP_HIGHUSER", (1, 6, 7, 10, 11, 20)),
    ("GFP_USER", (6, 7, 10, 11, 20)),
    ("GFP_KERNEL_ACCOUNT", (6, 7, 10, 11, 22)),
    ("GFP_KERNEL", (6, 7, 10, 11)),
    ("GFP_NOFS", (6, 10, 11)),
    ("GFP_ATOMIC", (5, 9, 11)),
    ("GFP_NOIO", (10, 11)),
    ("GFP_NOWAIT", (11,)),
    ("GFP_DMA", (0,)),
    ("__GFP_HIGHMEM", (1,)),
    ("GFP_DMA32", (2,)),
    ("__GFP_HIGH", (5,)),
    ("__GFP_ATOMIC", (9,)),
    ("__GFP_IO", (6,)),
    ("__GFP_FS", (7,)),
    ("__GFP_NOWARN", (13,)),
    ("__GFP_RETRY_MAYFAIL", (14,)),
    ("__GFP_NOFAIL", (15,)),
    ("__GFP_NORETRY", (16,)),
    ("__GFP_COMP", (18,)),
    ("__GFP_ZERO", (8,)),
    ("__GFP_NOMEMALLOC", (19,)),
    ("__GFP_MEMALLOC", (17,)),
    ("__GFP_HARDWALL", (20,)),
    ("__GFP_THISNODE", (21,)),
    ("__GFP_RECLAIMABLE", (4,)),
    ("__GFP_MOVABLE", (3,)),
    ("__GFP_ACCOUNT", (22,)),
    ("__GFP_WRITE", (12,)),
    ("__GFP_RECLAIM", (10, 11)),
    ("__GFP_DIRECT_RECLAIM", (10,)),
    ("__GFP_KSWAPD_RECLAIM", (11,)),
    ("__GFP_ZEROTAGS", (23,)),
)
"""The names of a trace event's format in its order, each with the numbers of its bits."""


def legal(gfp_mask: int) -> bool:
    """Whether a request may have these flags."""
    return (
        0 <= gfp_mask < 2**EXISTING
        and ZONES[gfp_mask % 16] is not None
        and MIGRATETYPES[gfp_mask % 32 - gfp_mask % 8] is not None
    )


def spelled(gfp_mask: int) -> str:
    """The mask in words: each name all of whose bits are still there; the rest as a number."""
    left = {bit for bit in range(gfp_mask.bit_length()) if gfp_mask // 2**bit % 2 == 1}
    words = []
    for name, bits in SPELLED:
        if left.issuperset(bits):
            words.append(name)
            left.difference_update(bits)
    if left:
        words.append(hex(sum(2**bit for bit in left)))
    return "|".join(words) if words else "none"
