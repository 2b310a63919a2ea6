"""With which flags a cache asks for the pages of a new slab.

Flags are named as in ``verified_buddy.linux.gfp``.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.linux.gfp import (
    ATOMIC,
    COMP,
    DIRECT_RECLAIM,
    DMA,
    DMA32,
    FS,
    HARDWALL,
    HIGH,
    IO,
    MEMALLOC,
    NOFAIL,
    NOMEMALLOC,
    NORETRY,
    NOWARN,
    RECLAIM,
    RECLAIMABLE,
    RETRY_MAYFAIL,
    THISNODE,
)

RECLAIM_MASK: Final = (
    RECLAIM | HIGH | IO | FS | NOWARN | RETRY_MAYFAIL | NOFAIL | NORETRY | MEMALLOC | NOMEMALLOC | ATOMIC
)
"""How pages may be got.  Linux: GFP_RECLAIM_MASK, mm/internal.h."""

CONSTRAINT_MASK: Final = HARDWALL | THISNODE
"""From which nodes.  Linux: GFP_CONSTRAINT_MASK, mm/internal.h."""

OF_CACHE: Final = DMA | DMA32 | RECLAIMABLE
"""What a cache may say of the pages of all its slabs.  Linux: SLAB_CACHE_DMA, _DMA32, _RECLAIM_ACCOUNT."""


def slab_flags(gfp_mask: int, order: int, of_cache: int = 0) -> int:
    """The flags for a slab of a cache whose slabs have that order, when an object is asked for with the mask.

    What the caller says of zone, mobility, zeroing or charging is about the object.
    Linux: new_slab(), allocate_slab() and the end of calculate_sizes(), mm/slub.c.
    """
    compound = COMP if order > 0 else 0
    return gfp_mask & (RECLAIM_MASK | CONSTRAINT_MASK) | compound | of_cache


def first_try_flags(flags: int, order: int, least: int) -> int:
    """The same for the first try, which may fail; where ``least``, a lower order, would do, it must not wait.

    Linux: allocate_slab(), mm/slub.c.
    """
    flags = (flags | NOWARN | NORETRY) & ~NOFAIL
    if order > least and flags & DIRECT_RECLAIM != 0:
        flags = (flags | NOMEMALLOC) & ~RECLAIM
    return flags
