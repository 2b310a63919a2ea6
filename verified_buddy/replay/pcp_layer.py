"""The per-CPU layer: which page a request gets from its per-CPU list, and which blocks are drained.

Which zone serves a request, when lists drain while pages are reclaimed, and whether a list could be
locked, is taken from the recording; the pages, their order and their number are predicted.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Alloc, BulkPage, Free, FreeBatched, ZoneLocked
from verified_buddy.linux.migratetype import ISOLATE, MIGRATETYPES
from verified_buddy.linux.pcp import order_to_pindex, pcp_allowed_order
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import HALVED, NO_LIST, Machine
from verified_buddy.replay.pcp_drain import Drains
from verified_buddy.replay.pcp_misfits import Misfits

PINDEX: Final = [
    [
        order_to_pindex(Migratetype(kind), order) if pcp_allowed_order(order) else NO_LIST
        for kind in range(MIGRATETYPES)
    ]
    for order in ORDERS
]
"""The list of a block, by its order and type; NO_LIST for orders that have none."""

NO_ORDER: Final = Order(-1)


class PcpLayer:
    """The lists of every CPU, as the events of a recording move them."""

    def __init__(self, machine: Machine, findings: Findings, drains: Drains, misfits: Misfits) -> None:
        self.machine = machine
        self.findings = findings
        self.drains = drains
        self.misfits = misfits
        self.allocated = 0
        self.predicted = 0
        self.direct: dict[Pfn, ZoneLocked] = {}
        """Blocks that left the free lists for a caller, past the per-CPU lists."""
        self.waiting: dict[Pfn, tuple[Order, Migratetype]] = {}
        """Of pages that will go to their per-CPU lists: order, and their pageblocks' type when freed."""

    def zone_locked(self, event: ZoneLocked) -> None:
        """A block of a refill goes to the tail of its list; any other goes to a caller."""
        if self.drains.open:
            self.drains.close(event.cpu)
        pindex = PINDEX[event.order][event.migratetype] if event.percpu_refill else NO_LIST
        if pindex == NO_LIST:
            self.direct[event.pfn] = event
            return
        lists = self.machine.zone_at(event.pfn).lists(event.cpu)
        if lists.left and lists.refilled != pindex and lists.batch_known:
            pindex = self.misfits.mixed_refill(event, lists, pindex)
        if lists.left and lists.refilled == pindex:
            lists.left -= 1
        elif lists.pcp.first(pindex) is None:
            lists.refill(pindex, event.order)
        else:
            self.misfits.bypass(event, lists, pindex, self.direct)
            return
        lists.pcp.add(pindex, event.pfn, event.migratetype, tail=True)

    def alloc(self, event: Alloc) -> None:
        """Predict the head of the request's list."""
        if self.drains.open:
            self.drains.close(event.cpu)
        pfn = event.pfn
        if pfn is None:
            self.misfits.refused(event)
            return
        if self.misfits.suspects:
            self.misfits.accuse(event.cpu)
        self.allocated += 1
        pindex = PINDEX[event.order][event.migratetype]
        lists = self.machine.zone_at(pfn).lists(event.cpu)
        if lists.overdue:
            self.drains.missing(lists)
        pcp = lists.pcp
        if pindex == NO_LIST or pcp.first(pindex) != pfn:
            self.predicted += self.misfits.alloc(event, lists, pindex, self.direct)
            return
        pcp.remove(pindex, pfn)
        self.predicted += 1
        lists.factors = HALVED[lists.factors]
        lists.due = NO_LIST
        if lists.left and lists.refilled == pindex:
            self.misfits.short_refill(event.line, lists, event.order, event.migratetype)

    def bulk_page(self, event: BulkPage) -> None:
        """The bulk allocator hands out the head of a list of single pages."""
        if self.drains.open:
            self.drains.close(event.cpu)
        lists = self.machine.zone_at(event.pfn).lists(event.cpu)
        lists.due = NO_LIST
        for migratetype in range(3):
            pindex = PINDEX[0][migratetype]
            if lists.pcp.first(pindex) == event.pfn:
                lists.pcp.remove(pindex, event.pfn)
                if lists.left and lists.refilled == pindex:
                    self.misfits.short_refill(event.line, lists, ORDERS[0], Migratetype(migratetype))
                return
        self.misfits.bulk(event, lists)

    def free(self, event: Free) -> None:
        """A block goes to its list: now, or when its batch does, or not at all."""
        if self.drains.open:
            self.drains.close(event.cpu)
        pfn, order = event.pfn, event.order
        if event.direct or not pcp_allowed_order(order):
            return
        zones = self.misfits.zones
        migratetype = zones.type_of(pfn) if zones.moves else self.machine.pageblocks.migratetype(pfn)
        if event.batched:
            self.waiting[pfn] = order, migratetype
        elif migratetype != ISOLATE:
            self._commit(event.line, event.cpu, pfn, order, migratetype)

    def free_batched(self, event: FreeBatched) -> None:
        """A page of a batch goes to its list."""
        if self.drains.open:
            self.drains.close(event.cpu)
        order, migratetype = self.waiting.pop(event.pfn, (NO_ORDER, ISOLATE))
        if order != event.order:
            how = "not freed" if order == NO_ORDER else f"freed with order {order}"
            says = f"page {event.pfn:#x}, order {event.order}, went to a per-CPU list, but was {how}"
            self.findings.wrong(event.line, "per-CPU", "invalid-free", says)
            if order == NO_ORDER:
                migratetype = self.machine.pageblocks.migratetype(event.pfn)
        self._commit(event.line, event.cpu, event.pfn, event.order, migratetype)

    def _commit(self, line: int, cpu: int, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
        """The block goes to the head of its list, which may have to drain now."""
        lists = self.machine.zone_at(pfn).lists(cpu)
        pcp, pindex = lists.pcp, PINDEX[order][migratetype]
        if pfn in pcp.lists[pindex]:
            self.misfits.freed_on_list(line, lists, pindex, pfn)
        if lists.overdue:
            self.drains.missing(lists)
        pcp.add(pindex, pfn, migratetype, tail=False)
        lists.due = pindex
        if pcp.count >= pcp.high or (order and lists.factors != 1):
            lists.overdue = line
        elif pcp.count > lists.seen:
            lists.seen_before, lists.seen = lists.seen, pcp.count
