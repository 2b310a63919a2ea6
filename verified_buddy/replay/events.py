"""What a recording tells, one typed event a line; readers of traces make these, the replay predicts them.

``line`` says where the event stood, ``cpu`` who did it.  A pfn is that of a block's first page.
"""

from __future__ import annotations

from typing import NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.pfn import Order, Pfn


class Alloc(NamedTuple):
    """A request was answered; the pfn is None if it failed.  Linux: mm_page_alloc."""

    line: int
    cpu: int
    pfn: Pfn | None
    order: Order
    migratetype: Migratetype


class Free(NamedTuple):
    """The freeing of a block began.  Linux: mm_page_free."""

    line: int
    cpu: int
    pfn: Pfn
    order: Order


class FreeBatched(NamedTuple):
    """A page whose freeing began earlier goes to a per-CPU list now.  Linux: mm_page_free_batched."""

    line: int
    cpu: int
    pfn: Pfn


class ZoneLocked(NamedTuple):
    """A block left a free list of that type.  Linux: mm_page_alloc_zone_locked."""

    line: int
    cpu: int
    pfn: Pfn
    order: Order
    migratetype: Migratetype


class PcpuDrain(NamedTuple):
    """A block of some CPU's list was given back to the free lists.  Linux: mm_page_pcpu_drain."""

    line: int
    cpu: int
    pfn: Pfn
    order: Order
    migratetype: Migratetype


class ExtFrag(NamedTuple):
    """A request fell back to the block of another type.  Linux: mm_page_alloc_extfrag."""

    line: int
    cpu: int
    pfn: Pfn
    alloc_order: Order
    fallback_order: Order
    alloc_migratetype: Migratetype
    fallback_migratetype: Migratetype
    change_ownership: bool


class FreeOnePage(NamedTuple):
    """A block was given to the free lists past the per-CPU lists.

    Linux: __free_one_page(), called by anyone but free_pcppages_bulk(), mm/page_alloc.c.
    """

    line: int
    cpu: int
    pfn: Pfn
    order: Order
    migratetype: Migratetype
    to_tail: bool


class BulkPage(NamedTuple):
    """The bulk allocator handed out a page.  Linux: __alloc_pages_bulk(), mm/page_alloc.c."""

    line: int
    cpu: int
    pfn: Pfn


class SetPageblock(NamedTuple):
    """The type of the page's pageblock was set.  Linux: set_pfnblock_flags_mask(), mm/page_alloc.c."""

    line: int
    cpu: int
    pfn: Pfn
    migratetype: Migratetype


class Isolated(NamedTuple):
    """A free block was taken off its list as it is.  Linux: __isolate_free_page(), mm/page_alloc.c."""

    line: int
    cpu: int
    pfn: Pfn
    order: Order


Event = (
    Alloc
    | Free
    | FreeBatched
    | ZoneLocked
    | PcpuDrain
    | ExtFrag
    | FreeOnePage
    | BulkPage
    | SetPageblock
    | Isolated
)
