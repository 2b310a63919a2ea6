"""The gfp flags of any kernel from 3.x on, as those of 6.1: their names, or their bits by version."""

from __future__ import annotations

from typing import Final

from verified_buddy.diagnose.kernel_rules import Version
from verified_buddy.linux import gfp
from verified_buddy.linux.gfp_names import NAMES

OF_NO_ACCOUNT: Final = (
    *(
        "__GFP_COLD",
        "__GFP_NOTRACK",
        "__GFP_OTHER_NODE",
        "__GFP_NOACCOUNT",
        "__GFP_NO_KSWAPD",
        "__GFP_NO_GROW",
    ),
    *(
        "__GFP_NOLOCKDEP",
        "__GFP_SKIP_ZERO",
        "__GFP_SKIP_KASAN",
        "__GFP_SKIP_KASAN_POISON",
        "__GFP_NO_OBJ_EXT",
    ),
    *("__GFP_SKIP_KASAN_UNPOISON", "__GFP_UNUSED", "__GFP_COLD"),
)
"""Flags that have no part in whether a zone may serve."""
WORDS: Final = {
    **NAMES,
    **dict.fromkeys(OF_NO_ACCOUNT, 0),
    "__GFP_DMA": gfp.DMA,
    "__GFP_DMA32": gfp.DMA32,
    "__GFP_WAIT": gfp.RECLAIM,
    "__GFP_REPEAT": gfp.RETRY_MAYFAIL,
    "GFP_TEMPORARY": gfp.GFP_KERNEL | gfp.RECLAIMABLE,
    "GFP_MOVABLE": gfp.MOVABLE,
    "__GFP_KSWAPD": gfp.KSWAPD_RECLAIM,
}
SAME: Final = {1 << bit: 1 << bit for bit in range(9)}
"""Bits that stay what they are: zones, mobility, and up to ZERO."""

OLD: Final = {
    **{bit: bit for bit in (gfp.DMA, gfp.HIGHMEM, gfp.DMA32, gfp.MOVABLE, gfp.HIGH, gfp.IO, gfp.FS)},
    0x10: gfp.DIRECT_RECLAIM,
    0x200: gfp.NOWARN,
    0x400: gfp.RETRY_MAYFAIL,
    0x800: gfp.NOFAIL,
    0x1000: gfp.NORETRY,
    0x2000: gfp.MEMALLOC,
    0x4000: gfp.COMP,
    0x8000: gfp.ZERO,
    0x10000: gfp.NOMEMALLOC,
    0x20000: gfp.HARDWALL,
    0x40000: gfp.THISNODE,
    0x80000: gfp.RECLAIMABLE,
    0x1000000: gfp.WRITE,
}
"""Up to 4.3.  Linux: include/linux/gfp.h; 0x10 is __GFP_WAIT."""
NO_KSWAPD: Final = 0x400000
"""Up to 4.3: the one flag that keeps kswapd asleep."""
MIDDLE: Final = {
    **OLD,
    0x10: gfp.RECLAIMABLE,
    0x80000: gfp.ATOMIC,
    0x100000: gfp.ACCOUNT,
    0x400000: gfp.DIRECT_RECLAIM,
    0x2000000: gfp.KSWAPD_RECLAIM,
}
"""4.4 to 4.11."""
TABLES: Final[tuple[tuple[tuple[int, int], dict[int, int]], ...]] = (
    ((4, 4), OLD),
    ((4, 12), MIDDLE),
    ((4, 18), {**MIDDLE, 0x800000: gfp.WRITE, 0x1000000: gfp.KSWAPD_RECLAIM}),
    ((5, 1), {**MIDDLE, 0x200000: gfp.DIRECT_RECLAIM, 0x400000: gfp.KSWAPD_RECLAIM, 0x800000: gfp.WRITE}),
)
"""The bits of kernels below a version; from 5.1 on they are those of 6.1."""


def by_words(text: str) -> int | None:
    """The mask that the words name; None if one of them is not known."""
    mask = 0
    for word in filter(None, text.split("|")):
        bits = WORDS.get(word)
        if bits is None:
            if not word.startswith("0x"):
                return None
            bits = 0  # a bit without a name decides nothing here
        mask |= bits
    return mask


def by_bits(mask: int, version: Version | None) -> int:
    """The same of a number, of a kernel of that version."""
    if version is not None:
        for below, table in TABLES:
            if version < below:
                found = sum({bits for bit, bits in table.items() if mask & bit})
                if table is OLD and mask & NO_KSWAPD == 0:
                    found |= gfp.KSWAPD_RECLAIM
                    found |= gfp.ATOMIC if found & gfp.HIGH and not found & gfp.DIRECT_RECLAIM else 0
                return found
    return mask & gfp.ALL
