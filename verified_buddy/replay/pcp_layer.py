"""The per-CPU layer: which page a request gets from its per-CPU list, and which blocks are drained.

Which zone serves a request, when lists drain while pages are reclaimed, and whether a list could be
locked, is taken from the recording; the pages, their order and their number are predicted.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Alloc, BulkPage, Free, FreeBatched, Obtained, ZoneLocked
from verified_buddy.linux.migratetype import ISOLATE, MIGRATETYPES, PCPTYPES
from verified_buddy.linux.pcp import (
    COSTLY_ORDER,
    NR_PCP_LISTS,
    order_to_pindex,
    pcp_allowed_order,
    pindex_to_order,
)
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import HALVED, NO_LIST, CpuLists, Machine
from verified_buddy.replay.pcp_drain import Drains
from verified_buddy.replay.pcp_flight import Got
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
        self.flight = misfits.flight
        self.allocated = 0
        self.handed_out = 0
        self.direct: dict[Pfn, ZoneLocked] = {}
        """Blocks that left the free lists for a caller, past the per-CPU lists."""
        self.waiting: dict[Pfn, tuple[Order, Migratetype]] = {}
        """Of pages that will go to their per-CPU lists: order, and their pageblocks' type when freed."""

    def zone_locked(self, event: ZoneLocked) -> None:
        """A block of a refill goes to the tail of its list; any other goes to a caller."""
        if self.drains.open:
            self.drains.close(event.cpu)
        if event.pfn in self.flight.passed:
            self.flight.returns(event.pfn)
        pindex = PINDEX[event.order][event.migratetype] if event.percpu_refill else NO_LIST
        if pindex == NO_LIST:
            self.direct[event.pfn] = event
            return
        zone = self.machine.zone_at(event.pfn)
        lists = zone.lists(event.cpu)
        if lists.left and lists.refilled != pindex and lists.batch_known and not zone.shut:
            pindex = self.misfits.mixed_refill(event, lists, pindex)
        if lists.left and lists.refilled == pindex:
            lists.left -= 1
        elif lists.pcp.first(pindex) is None:
            lists.refill(pindex, event.order, shut=zone.shut)
        else:
            self.misfits.bypass(event, lists, pindex, self.direct)
            return
        if lists.overdue:
            self.drains.dues.missing(lists)
        lists.pcp.add(pindex, event.pfn, event.migratetype, tail=True)
        lists.changed(event.line)

    def alloc(self, event: Alloc) -> None:
        """Predict the head of the request's list."""
        if self.drains.open:
            self.drains.close(event.cpu)
        pfn = event.pfn
        if self.misfits.charges.suspects:
            self.misfits.charges.answered(event)
        if pfn is None:
            self.misfits.refused(event.cpu, event.order)
            return
        self.allocated += 1
        pindex = PINDEX[event.order][event.migratetype]
        if pfn in self.flight.obtained:
            self._ends(event, pfn, pindex)
            return
        lists = self.machine.zone_at(pfn).lists(event.cpu)
        if lists.overdue:
            self.drains.dues.missing(lists)
        if self.flight.passed and self.flight.lands(event, pindex):
            self.handed_out += 1
        elif pindex != NO_LIST and lists.pcp.first(pindex) == pfn:
            lists.pcp.remove(pindex, pfn)
            self._leaves(event.line, lists, pindex)
            self.handed_out += 1
        elif self.misfits.alloc(event, lists, pindex, self.direct):
            self.handed_out += 1

    def _leaves(self, line: int, lists: CpuLists, pindex: int) -> None:
        """A request has taken the head of a list."""
        lists.factors = HALVED[lists.factors]
        lists.due = NO_LIST
        lists.changed(line)
        if lists.left and lists.refilled == pindex:
            order, migratetype = pindex_to_order(pindex), Migratetype(pindex % PCPTYPES)
            self.misfits.short_refill(line, lists, order, migratetype)

    def _ends(self, event: Alloc, pfn: Pfn, pindex: int) -> None:
        """A request hands out the page that it had obtained."""
        left = self.flight.obtained.pop(pfn).pindex
        if left == pindex:
            self.handed_out += 1
        else:
            says = f"page {pfn:#x} was handed out with order {event.order}, type {event.migratetype}"
            says += f", but left list {left} of its CPU"
            self.findings.wrong(event.line, "per-CPU", "wrong-order", says)
        if self.flight.obtained:
            self.flight.overtaken(event)

    def obtained(self, event: Obtained) -> None:
        """A request has its page: it was the head of some list, or came past the lists."""
        if self.drains.open:
            self.drains.close(event.cpu)
        lists = self.machine.zone_at(event.pfn).lists(event.cpu)
        for pindex in range(NR_PCP_LISTS):
            if lists.pcp.first(pindex) == event.pfn:
                if lists.overdue:
                    self.drains.dues.missing(lists)
                lists.pcp.remove(pindex, event.pfn)
                self.flight.obtained[event.pfn] = Got(pindex, event.line, self.findings.operation)
                self._leaves(event.line, lists, pindex)
                return

    @property
    def predicted(self) -> int:
        """How many of the pages that were handed out were those that were due."""
        return self.handed_out - self.flight.accused

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
                lists.changed(event.line)
                if lists.left and lists.refilled == pindex:
                    self.misfits.short_refill(event.line, lists, ORDERS[0], Migratetype(migratetype))
                return
        self.misfits.bulk(event, lists)

    def free(self, event: Free) -> None:
        """A block goes to its list: now, or when its batch does, or not at all."""
        if self.drains.open:
            self.drains.close(event.cpu)
        pfn, order = event.pfn, event.order
        if event.direct:
            if event.given is not None:
                says = f"page {pfn:#x} was freed with order {order}, but given back with order {event.given}"
                self.findings.wrong(event.line, "per-CPU", "wrong-order", says)
            return
        if not pcp_allowed_order(order):
            self.misfits.untold.unprobed()
            self.misfits.untold.kept += 1
            return
        zones = self.misfits.zones
        migratetype = (
            zones.steals.type_of(pfn) if zones.steals.moves else self.machine.pageblocks.migratetype(pfn)
        )
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
        zone = self.machine.zone_at(pfn)
        lists = zone.lists(cpu)
        pcp, pindex = lists.pcp, PINDEX[order][migratetype]
        if pfn in pcp.lists[pindex]:
            self.misfits.freed_on_list(line, lists, pindex, pfn)
        elif pfn in self.flight.obtained or pfn in self.flight.passed:
            self.misfits.charges.suspect(cpu, self.flight.freed(order, pfn))
        if lists.overdue:
            self.drains.dues.missing(lists)
        pcp.add(pindex, pfn, migratetype, tail=False)
        lists.due, lists.asked = pindex, False
        lists.changed(line)
        if zone.shut or pcp.count >= pcp.high or (0 < order <= COSTLY_ORDER and lists.factors != 1):
            lists.overdue = line
        elif pcp.count > lists.seen:
            lists.seen_before, lists.seen = lists.seen, pcp.count
