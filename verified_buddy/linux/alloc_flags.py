"""How far a request may reach below the watermarks, and where: the allocator's own flags, from gfp flags.

Named as in mm/internal.h, without the leading ``ALLOC_``.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.linux import gfp, zone_type

WMARK_MIN: Final = 0
WMARK_LOW: Final = 1
WMARK_HIGH: Final = 2
WMARK_MASK: Final = 3
"""Which watermark counts; NO_WATERMARKS is the one number above."""
NO_WATERMARKS: Final = 0x4
OOM: Final = 0x8
NON_BLOCK: Final = 0x10
MIN_RESERVE: Final = 0x20
CPUSET: Final = 0x40
CMA: Final = 0x80
NOFRAGMENT: Final = 0x100
HIGHATOMIC: Final = 0x200
KSWAPD: Final = 0x800

RESERVES: Final = OOM | NON_BLOCK | MIN_RESERVE | HIGHATOMIC
"""The flags that reach below the minimum.  Linux: ALLOC_RESERVES, mm/internal.h."""


def fast_alloc_flags(gfp_mask: int, *, nofragment: bool, cpuset: bool = False, cma: bool = False) -> int:
    """The flags of the first attempt, which leaves alone what is below the low watermark.

    ``cpuset``: cpusets are in use, and the request comes from an interrupt or with nodes of its own.
    Linux: prepare_alloc_pages() and what __alloc_pages() adds, mm/page_alloc.c.
    """
    alloc_flags = gfp_to_alloc_flags_cma(gfp_mask, WMARK_LOW, cma=cma)
    if cpuset:
        alloc_flags |= CPUSET
    if gfp_mask & gfp.KSWAPD_RECLAIM != 0:
        alloc_flags |= KSWAPD
    if nofragment:
        alloc_flags |= NOFRAGMENT
    return alloc_flags


def alloc_flags_nofragment(preferred: int, online_nodes: int, dma32_populated: bool) -> bool:
    """Whether the first attempt may mix no types: a zone below is left to fall back on.

    ``dma32_populated``: of the preferred zone's node.  Linux: alloc_flags_nofragment(), mm/page_alloc.c.

    pre: online_nodes >= 1
    post: __return__ == (preferred == 2 and (online_nodes == 1 or dma32_populated))
    """
    if preferred != zone_type.NORMAL:
        return False
    return online_nodes == 1 or dma32_populated


def gfp_to_alloc_flags(gfp_mask: int, order: int, *, realtime: bool, cma: bool = False) -> int:
    """The flags of the slow path: down to the minimum, and below it for those who cannot wait.

    ``realtime``: a realtime task asks, and no interrupt.  Linux: gfp_to_alloc_flags(), mm/page_alloc.c.
    """
    alloc_flags = WMARK_MIN | CPUSET
    if gfp_mask & gfp.HIGH != 0:
        alloc_flags |= MIN_RESERVE
    if gfp_mask & gfp.KSWAPD_RECLAIM != 0:
        alloc_flags |= KSWAPD
    if gfp_mask & gfp.DIRECT_RECLAIM != 0:
        if realtime:
            alloc_flags |= MIN_RESERVE
    else:
        if gfp_mask & gfp.NOMEMALLOC == 0:
            alloc_flags |= NON_BLOCK
            if order > 0 and alloc_flags & MIN_RESERVE != 0:
                alloc_flags |= HIGHATOMIC
        if alloc_flags & MIN_RESERVE != 0:
            alloc_flags &= ~CPUSET
    return gfp_to_alloc_flags_cma(gfp_mask, alloc_flags, cma=cma)


def gfp_to_alloc_flags_cma(gfp_mask: int, alloc_flags: int, *, cma: bool) -> int:
    """The flags, and CMA for a movable request in a kernel that has it.

    Linux: gfp_to_alloc_flags_cma(), mm/page_alloc.c.
    """
    if cma and gfp_mask & gfp.MOVABLE_MASK == gfp.MOVABLE:
        return alloc_flags | CMA
    return alloc_flags


def pfmemalloc_flags(gfp_mask: int, *, memalloc: bool, oom_victim: bool) -> int:
    """What opens the reserves to a request, as a flag: NO_WATERMARKS, OOM, or 0 if nothing does.

    ``memalloc``: the task frees memory itself, and its flag holds in this context; ``oom_victim``: it is
    being killed, and no interrupt.  Linux: __gfp_pfmemalloc_flags(), mm/page_alloc.c.
    """
    if gfp_mask & gfp.NOMEMALLOC != 0:
        return 0
    if gfp_mask & gfp.MEMALLOC != 0 or memalloc:
        return NO_WATERMARKS
    return OOM if oom_victim else 0
