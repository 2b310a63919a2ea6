"""A zone that counts how many pages it has handed out, and how many came back."""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.counted_zone import CountedZone
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE
from verified_buddy.linux.pcp import pcp_allowed_order
from verified_buddy.pfn import Order, Pfn


class EventZone(CountedZone):
    """A counted zone with the events of its pages, which /proc/vmstat adds up.

    Linux: PGALLOC and PGFREE of enum vm_event_item, include/linux/vm_event_item.h.
    """

    pgalloc = 0
    """Pages handed out, from whatever list."""
    pgfree = 0
    """Pages that came back, but for those that would go to a per-CPU list and cannot."""

    def alloc(
        self,
        order: Order,
        migratetype: Migratetype = MOVABLE,
        cpu: int = 0,
        *,
        highatomic_request: bool = False,
        last_resort: bool = False,
        no_fragment: bool = False,
        pcp_locked: bool = True,
    ) -> Pfn | None:
        """As in any zone.  Linux: rmqueue_buddy() and rmqueue_pcplist() count, mm/page_alloc.c."""
        pfn = super().alloc(
            order,
            migratetype,
            cpu,
            highatomic_request=highatomic_request,
            last_resort=last_resort,
            no_fragment=no_fragment,
            pcp_locked=pcp_locked,
        )
        if pfn is not None:
            self.pgalloc += 1 << order
        return pfn

    def alloc_bulk(self, pages: int, migratetype: Migratetype = MOVABLE, cpu: int = 0) -> list[Pfn]:
        """As in any zone."""
        before = self.pgalloc
        got = super().alloc_bulk(pages, migratetype, cpu)
        self.pgalloc = before + len(got)
        return got

    def free(
        self,
        pfn: Pfn,
        order: Order,
        cpu: int = 0,
        *,
        pcp_locked: bool = True,
        reclaim_active: bool = False,
    ) -> None:
        """As in any zone.  Linux: free_unref_page_commit() and __free_pages_ok() count, mm/page_alloc.c."""
        super().free(pfn, order, cpu, pcp_locked=pcp_locked, reclaim_active=reclaim_active)
        kept_off = not pcp_locked or self.mobility.pageblocks.migratetype(pfn) == ISOLATE
        if not (pcp_allowed_order(order) and kept_off):
            self.pgfree += 1 << order
