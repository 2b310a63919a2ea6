"""Where the pages of slabs come from."""

from __future__ import annotations

from typing import Protocol

from verified_buddy.linux.gfp import gfp_migratetype
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn


class Pages(Protocol):
    """Hands out blocks of pages, and takes them back."""

    def alloc(self, order: Order, gfp_mask: int) -> Pfn | None:
        """The first page of a block, which is the caller's; None if there is none."""

    def free(self, pfn: Pfn, order: Order) -> None:
        """Take back a block that was handed out, with its order."""


class ZonePages:
    """The pages of one zone, by way of one CPU's lists.

    Linux: alloc_slab_page(), __free_slab(), mm/slub.c.
    """

    def __init__(self, zone: LinuxZone, cpu: int = 0) -> None:
        self.zone, self.cpu = zone, cpu

    def alloc(self, order: Order, gfp_mask: int) -> Pfn | None:
        """A block from the lists of the type that the flags say."""
        return self.zone.alloc(order, gfp_migratetype(gfp_mask), self.cpu)

    def free(self, pfn: Pfn, order: Order) -> None:
        """The block goes back."""
        self.zone.free(pfn, order, self.cpu)
