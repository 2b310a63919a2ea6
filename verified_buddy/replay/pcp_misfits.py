"""What a per-CPU list's prediction does not fit: explained if it can be, else wrong; and adopted."""

from __future__ import annotations

from verified_buddy import buddy
from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Alloc, BulkPage, ZoneLocked
from verified_buddy.linux.fallback import find_victim
from verified_buddy.linux.migratetype import PCPTYPES
from verified_buddy.linux.pcp import (
    COSTLY_ORDER,
    order_to_pindex,
    pcp_allowed_order,
    pindex_to_order,
    refill_blocks,
)
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.lists import head_of_smallest, overlaps_free
from verified_buddy.replay.machine import HALVED, NO_LIST, UNBOUNDED, CpuLists, Machine
from verified_buddy.replay.pcp_charges import Charges, Suspect
from verified_buddy.replay.pcp_flight import Flight
from verified_buddy.replay.zone_layer import ZoneLayer

NORMAL = 2
"""The zone whose requests would rather leave pageblocks alone; Linux: ZONE_NORMAL, ALLOC_NOFRAGMENT."""


class Misfits:
    """Judges events that are not what the per-CPU lists predict, and brings the lists in line."""

    def __init__(self, machine: Machine, findings: Findings, zones: ZoneLayer, flight: Flight) -> None:
        self.machine = machine
        self.flight = flight
        self.charges = Charges(findings, zones.untold, flight.recent)
        self.findings = findings
        self.zones = zones
        self.untold = zones.untold
        self.gone: set[Pfn] = set()
        """Blocks that were handed out by no event."""
        self.bypasses: dict[int, ZoneLocked] = {}
        """By CPU: the block that it took past its list, and has not been seen to hand out."""

    def bypass(self, event: ZoneLocked, lists: CpuLists, pindex: int, direct: dict[Pfn, ZoneLocked]) -> None:
        """A block is taken, and its list is not empty: it is for a caller, or the list should be empty."""
        before = self.bypasses.get(event.cpu)
        if before is None or (before.order, before.migratetype) != (event.order, event.migratetype):
            self.bypasses[event.cpu] = event
            direct[event.pfn] = event
            return
        del self.bypasses[event.cpu]
        says = f"a list of CPU {event.cpu} was refilled that still has page {lists.pcp.first(pindex):#x}"
        left = list(lists.pcp.lists[pindex])
        if self.untold.takes(event.order):
            self.untold.suspect("per-CPU", "handed out unseen", before.line, "wrong-page", says, unseen=True)
            for pfn in left:
                lists.pcp.remove(pindex, pfn)
                self.gone.add(pfn)
        else:
            self.flight.expect(before.line, lists, pindex, left, says)
        lists.refill(pindex, event.order)
        lists.left -= 1
        for taken in (before, event):
            direct.pop(taken.pfn, None)
            lists.pcp.add(pindex, taken.pfn, taken.migratetype, tail=True)

    def mixed_refill(self, event: ZoneLocked, lists: CpuLists, pindex: int) -> int:
        """A block of another order or type is taken in the middle of a refill; the list that it is for.

        The zone is locked from the first to the last, so the event is wrong, unless the refill had to stop.
        """
        order, migratetype = pindex_to_order(lists.refilled), Migratetype(lists.refilled % PCPTYPES)
        area = lists.zone.free_area
        if order > COSTLY_ORDER or head_of_smallest(area, order, migratetype) is None:
            return pindex
        says = f"page {event.pfn:#x}, order {event.order}, type {event.migratetype}, was taken in a refill"
        self.untold.suspect(
            "per-CPU", "mixed refill", event.line, "wrong-order", f"{says}, order {order}, type {migratetype}"
        )
        event.order, event.migratetype = order, migratetype  # what the other layers go on with
        return lists.refilled

    def alloc(self, event: Alloc, lists: CpuLists, pindex: int, direct: dict[Pfn, ZoneLocked]) -> bool:
        """A block is handed out that does not head its list; whether it was to be expected all the same."""
        pfn, order = event.pfn, event.order
        assert pfn is not None
        if self._past_lists(event, pfn, direct):
            return True
        expected = None if pindex == NO_LIST else lists.pcp.first(pindex)
        due = "no block" if expected is None else f"page {expected:#x}"
        says = f"page {pfn:#x}, order {order}, type {event.migratetype}, was handed out, where {due} is due"
        if pindex != NO_LIST and self._off_list(event, pfn, lists, pindex, says):
            return True
        area = lists.zone.free_area
        if overlaps_free(area, pfn, order):
            unseen = self.untold.compaction
            says += "; it is free, and no event took it"
            self.untold.suspect("per-CPU", "captured", event.line, "not-free", says, unseen=unseen)
            buddy.take(area, pfn, order)
        elif pfn in self.zones.lost or pfn in self.gone:
            self.zones.lost.discard(pfn)
            self.gone.discard(pfn)
        else:
            unseen = self.untold.takes(order)
            self.untold.suspect("per-CPU", "handed out unseen", event.line, "wrong-page", says, unseen=unseen)
        self._adopt(pfn, order, lists, pindex)
        return False

    def _past_lists(self, event: Alloc, pfn: Pfn, direct: dict[Pfn, ZoneLocked]) -> bool:
        """Whether the block came from the free lists without being on a list, or from compaction."""
        taken = direct.pop(pfn, None)
        if taken is None or taken.order != event.order:
            return self.zones.captured.pop(pfn, None) == event.order
        if self.bypasses.get(event.cpu) is taken:
            del self.bypasses[event.cpu]
        return True

    def _off_list(self, event: Alloc, pfn: Pfn, lists: CpuLists, pindex: int, says: str) -> bool:
        """Whether the block may have left a list, although it does not head that of this CPU now."""
        for other in self.machine.zone_at(pfn).cpus.values():
            if other.pcp.first(pindex) == pfn:
                other.pcp.remove(pindex, pfn)
                other.factors = HALVED[other.factors]
                says = f"CPU {event.cpu} tells what {other.cpu} did"
                self.findings.note("told elsewhere", event.line, "per-CPU", "wrong-page", says)
                return True
        return self.flight.nested(event, lists, pindex) or self.flight.pass_over(event, lists, pindex, says)

    def _adopt(self, pfn: Pfn, order: Order, lists: CpuLists, pindex: int) -> None:
        """The block is on no list any more; if one other block headed its list, that one is gone too.

        If it was listed with a greater order, the rest of it was never taken off the free lists.
        """
        blocks = lists.pcp.lists[pindex] if pindex != NO_LIST else {}
        ahead = []
        for block in blocks:
            if block == pfn:
                break
            ahead.append(block)
        if pfn in blocks and (len(ahead) == 1 or self.untold.takes(order)):
            for block in ahead:
                lists.pcp.remove(pindex, block)
                self.gone.add(block)
        listed, migratetype = self._unlist(pfn) or (order, Migratetype(0))
        if listed > order:
            buddy.expand(lists.zone.free_area, pfn, order, listed, migratetype)

    def _unlist(self, pfn: Pfn) -> tuple[Order, Migratetype] | None:
        """Take the block off whatever per-CPU list it is on; its order and type there."""
        for lists in self.machine.zone_at(pfn).cpus.values():
            for pindex, blocks in enumerate(lists.pcp.lists):
                if pfn in blocks:
                    return pindex_to_order(pindex), lists.pcp.remove(pindex, pfn)
        return None

    def bulk(self, event: BulkPage, lists: CpuLists) -> None:
        """The bulk allocator hands out a page that heads no list."""
        says = f"page {event.pfn:#x} was handed out in bulk, but heads no list of CPU {event.cpu}"
        self.untold.suspect("per-CPU", "handed out unseen", event.line, "wrong-page", says)
        for migratetype in map(Migratetype, range(3)):
            pindex = order_to_pindex(migratetype, Order(0))
            if event.pfn in lists.pcp.lists[pindex]:
                self._adopt(event.pfn, Order(0), lists, pindex)
                return
        self._unlist(event.pfn)

    def freed_on_list(self, line: int, lists: CpuLists, pindex: int, pfn: Pfn) -> None:
        """A page is freed that is on a per-CPU list: it was handed out unseen, or its charge failed."""
        says = f"page {pfn:#x} was freed, but is on a per-CPU list"
        if lists.pcp.first(pindex) == pfn:
            order, operation = pindex_to_order(pindex), self.findings.operation
            self.charges.suspect(lists.cpu, Suspect(order, line, operation, "invalid-free", says))
        else:
            unseen = self.untold.takes(pindex_to_order(pindex))
            self.untold.suspect("per-CPU", "handed out unseen", line, "invalid-free", says, unseen=unseen)
        lists.pcp.remove(pindex, pfn)

    def refused(self, cpu: int, order: Order) -> None:
        """A request failed: in which zones it tried, no event tells."""
        if pcp_allowed_order(order):
            for zone in self.machine.zones.values():
                lists = zone.lists(cpu)
                lists.factors |= HALVED[lists.factors]

    def short_refill(self, line: int, lists: CpuLists, order: Order, migratetype: Migratetype) -> None:
        """A refill brought fewer blocks than were due: there must be none left, or it was a bypass."""
        zone = self.machine.zone_at(lists.zone.start)
        if zone.shut:
            if lists.left < UNBOUNDED:
                self.machine.open(zone, changed=self.untold.isolating)
            lists.left = 0
            return
        if lists.batch_seen(order):
            return
        left, lists.left = lists.left, 0
        due = refill_blocks(lists.pcp.batch, order)
        if left == due - 1:
            return  # a single block may have been taken past the list, since it could not be locked
        area = lists.zone.free_area
        if head_of_smallest(area, order, migratetype) is None:
            spared = zone.row.zone[1] == NORMAL
            if find_victim(area, order, migratetype, no_fragment=spared) is None:
                return
        if len(zone.cpus) > 1:
            says = "another CPU may have given blocks back meanwhile"
            self.findings.note("short refill", line, "per-CPU", "wrong-amount", says)
            return
        says = f"{due - left} blocks refilled a list, where {due} were due and there"
        unseen = self.untold.takes(order)
        self.untold.suspect("per-CPU", "short refill", line, "wrong-amount", says, unseen=unseen)
