"""Gfp flags as trace events spell them: ``GFP_NOWAIT|__GFP_NOWARN``."""

from __future__ import annotations

from typing import Final

from verified_buddy.errors import InvalidGfp
from verified_buddy.linux import gfp

NAMES: Final[dict[str, int]] = {
    "GFP_TRANSHUGE": gfp.GFP_TRANSHUGE,
    "GFP_TRANSHUGE_LIGHT": gfp.GFP_TRANSHUGE_LIGHT,
    "GFP_HIGHUSER_MOVABLE": gfp.GFP_HIGHUSER_MOVABLE,
    "GFP_HIGHUSER": gfp.GFP_HIGHUSER,
    "GFP_USER": gfp.GFP_USER,
    "GFP_KERNEL_ACCOUNT": gfp.GFP_KERNEL_ACCOUNT,
    "GFP_KERNEL": gfp.GFP_KERNEL,
    "GFP_NOFS": gfp.GFP_NOFS,
    "GFP_ATOMIC": gfp.GFP_ATOMIC,
    "GFP_NOIO": gfp.GFP_NOIO,
    "GFP_NOWAIT": gfp.GFP_NOWAIT,
    "GFP_DMA": gfp.DMA,
    "__GFP_HIGHMEM": gfp.HIGHMEM,
    "GFP_DMA32": gfp.DMA32,
    "__GFP_HIGH": gfp.HIGH,
    "__GFP_ATOMIC": gfp.ATOMIC,
    "__GFP_IO": gfp.IO,
    "__GFP_FS": gfp.FS,
    "__GFP_NOWARN": gfp.NOWARN,
    "__GFP_RETRY_MAYFAIL": gfp.RETRY_MAYFAIL,
    "__GFP_NOFAIL": gfp.NOFAIL,
    "__GFP_NORETRY": gfp.NORETRY,
    "__GFP_COMP": gfp.COMP,
    "__GFP_ZERO": gfp.ZERO,
    "__GFP_NOMEMALLOC": gfp.NOMEMALLOC,
    "__GFP_MEMALLOC": gfp.MEMALLOC,
    "__GFP_HARDWALL": gfp.HARDWALL,
    "__GFP_THISNODE": gfp.THISNODE,
    "__GFP_RECLAIMABLE": gfp.RECLAIMABLE,
    "__GFP_MOVABLE": gfp.MOVABLE,
    "__GFP_ACCOUNT": gfp.ACCOUNT,
    "__GFP_WRITE": gfp.WRITE,
    "__GFP_RECLAIM": gfp.RECLAIM,
    "__GFP_DIRECT_RECLAIM": gfp.DIRECT_RECLAIM,
    "__GFP_KSWAPD_RECLAIM": gfp.KSWAPD_RECLAIM,
    "__GFP_ZEROTAGS": gfp.ZEROTAGS,
}
"""In the order in which they are tried.  Linux: __def_gfpflag_names, include/trace/events/mmflags.h."""

NONE: Final = "none"
BITS: Final = 32
"""Of a mask, whether they have a name or not."""


def show_gfp(gfp_mask: int) -> str:
    """The flags by name, the largest composites first; the bits that are left in hexadecimal.

    Raises InvalidGfp if it is not a number of 32 bits.  Linux: __print_flags() of show_gfp_flags().
    """
    if type(gfp_mask) is not int or not 0 <= gfp_mask < 1 << BITS:
        raise InvalidGfp(gfp_mask)
    words = []
    for name, bits in NAMES.items():
        left = without(gfp_mask, bits)
        if left is not None:
            words.append(name)
            gfp_mask = left
    if gfp_mask != 0:
        words.append(f"{gfp_mask:#x}")
    return "|".join(words) or NONE


def without(gfp_mask: int, bits: int) -> int | None:
    """The mask without these bits; None unless it has all of them."""
    return gfp_mask & ~bits if gfp_mask & bits == bits else None


def parse_gfp(text: str) -> int:
    """The mask that is spelled so, in whatever order.

    Raises InvalidGfp if a word is neither a name nor a hexadecimal number of 32 bits.
    """
    if text == NONE:
        return 0
    gfp_mask = 0
    for word in text.split("|"):
        bits = NAMES.get(word)
        gfp_mask |= hexadecimal(word, text) if bits is None else bits
    return gfp_mask


def hexadecimal(word: str, text: str) -> int:
    """The number that the word is, in the spelling of the kernel; raises InvalidGfp about the text."""
    try:
        bits = int(word, 16)
    except ValueError:
        raise InvalidGfp(text) from None
    if not 0 < bits < 1 << BITS or word != f"{bits:#x}":
        raise InvalidGfp(text)
    return bits
