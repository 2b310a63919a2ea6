"""What a request's gfp flags say of the zone and the type of its page, and what becomes of them on the way.

Named as in include/linux/gfp_types.h, without the leading ``__GFP_``.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.errors import InvalidGfp
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import migratetype, zone_type

DMA: Final = 0x1
HIGHMEM: Final = 0x2
DMA32: Final = 0x4
MOVABLE: Final = 0x8
RECLAIMABLE: Final = 0x10
HIGH: Final = 0x20
IO: Final = 0x40
FS: Final = 0x80
ZERO: Final = 0x100
ATOMIC: Final = 0x200
DIRECT_RECLAIM: Final = 0x400
KSWAPD_RECLAIM: Final = 0x800
WRITE: Final = 0x1000
NOWARN: Final = 0x2000
RETRY_MAYFAIL: Final = 0x4000
NOFAIL: Final = 0x8000
NORETRY: Final = 0x10000
MEMALLOC: Final = 0x20000
COMP: Final = 0x40000
NOMEMALLOC: Final = 0x80000
HARDWALL: Final = 0x100000
THISNODE: Final = 0x200000
ACCOUNT: Final = 0x400000
ZEROTAGS: Final = 0x800000

ALL: Final = 0xFFFFFF
"""Every bit that exists in a kernel with neither lockdep nor hardware tags."""

RECLAIM: Final = DIRECT_RECLAIM | KSWAPD_RECLAIM
ZONEMASK: Final = DMA | HIGHMEM | DMA32 | MOVABLE
MOVABLE_MASK: Final = RECLAIMABLE | MOVABLE

GFP_ATOMIC: Final = HIGH | ATOMIC | KSWAPD_RECLAIM
GFP_KERNEL: Final = RECLAIM | IO | FS
GFP_KERNEL_ACCOUNT: Final = GFP_KERNEL | ACCOUNT
GFP_NOWAIT: Final = KSWAPD_RECLAIM
GFP_NOIO: Final = RECLAIM
GFP_NOFS: Final = RECLAIM | IO
GFP_USER: Final = GFP_KERNEL | HARDWALL
GFP_DMA: Final = DMA
GFP_DMA32: Final = DMA32
GFP_HIGHUSER: Final = GFP_USER | HIGHMEM
GFP_HIGHUSER_MOVABLE: Final = GFP_HIGHUSER | MOVABLE
GFP_TRANSHUGE_LIGHT: Final = (GFP_HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~RECLAIM
GFP_TRANSHUGE: Final = GFP_TRANSHUGE_LIGHT | DIRECT_RECLAIM

HIGHEST_ZONE: Final = {
    0: zone_type.NORMAL,
    DMA: zone_type.DMA,
    HIGHMEM: zone_type.NORMAL,
    DMA32: zone_type.DMA32,
    MOVABLE: zone_type.NORMAL,
    MOVABLE | DMA: zone_type.DMA,
    MOVABLE | HIGHMEM: zone_type.MOVABLE,
    MOVABLE | DMA32: zone_type.DMA32,
}
"""By the zone bits; those that are missing are illegal.  Linux: GFP_ZONE_TABLE, include/linux/gfp.h."""


def gfp_zone(gfp_mask: int) -> int:
    """The highest zone that may serve the request, be it empty or not.

    Raises InvalidGfp where the zone bits contradict each other.
    Linux: gfp_zone(), include/linux/gfp.h, on x86-64, which has no high memory.
    """
    for bits, zone in HIGHEST_ZONE.items():
        if gfp_mask & ZONEMASK == bits:
            return zone
    raise InvalidGfp(gfp_mask)


def gfp_migratetype(gfp_mask: int, *, mobility_off: bool = False) -> Migratetype:
    """Whose lists serve the request; the unmovable ones if pages are not grouped by mobility.

    Raises InvalidGfp if the request is both movable and reclaimable.
    Linux: gfp_migratetype(), include/linux/gfp.h; ``mobility_off`` is page_group_by_mobility_disabled.
    """
    mobility = gfp_mask & MOVABLE_MASK
    if mobility == MOVABLE_MASK:
        raise InvalidGfp(gfp_mask)
    if mobility_off or mobility == 0:
        return UNMOVABLE
    return migratetype.MOVABLE if mobility == MOVABLE else migratetype.RECLAIMABLE


def is_legal(gfp_mask: int) -> bool:
    """Whether every bit exists, and the zone and the type of the page are beyond doubt."""
    if gfp_mask & ~ALL != 0 or gfp_mask & MOVABLE_MASK == MOVABLE_MASK:
        return False
    return any(gfp_mask & ZONEMASK == bits for bits in HIGHEST_ZONE)


def gfp_error(gfp_mask: object) -> InvalidGfp | None:
    """Why no request can have these flags; None if one can."""
    if type(gfp_mask) is not int or not is_legal(gfp_mask):
        return InvalidGfp(gfp_mask)
    return None


def current_gfp_context(gfp_mask: int, *, noio: bool = False, nofs: bool = False, pin: bool = False) -> int:
    """The flags without what the task may not do now.

    Linux: current_gfp_context(), include/linux/sched/mm.h; PF_MEMALLOC_NOIO, _NOFS and _PIN of the task.
    """
    if noio:
        gfp_mask = gfp_mask & ~(IO | FS)
    elif nofs:
        gfp_mask = gfp_mask & ~FS
    if pin:
        gfp_mask = gfp_mask & ~MOVABLE
    return gfp_mask


def slowpath_gfp(gfp_mask: int) -> int:
    """The flags without ATOMIC where the request may wait: the two contradict each other.

    Linux: the first test of __alloc_pages_slowpath(), mm/page_alloc.c.
    """
    if gfp_mask & ATOMIC != 0 and gfp_mask & DIRECT_RECLAIM != 0:
        return gfp_mask & ~ATOMIC
    return gfp_mask


def gfp_compaction_allowed(gfp_mask: int) -> bool:
    """Whether the request may have pages migrated, which may need I/O.

    Linux: gfp_compaction_allowed(), include/linux/gfp.h.
    """
    return gfp_mask & IO != 0
