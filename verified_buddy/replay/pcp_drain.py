"""Drains of per-CPU lists: the blocks that go back to the free lists, their order, and how many."""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import FreeOnePage, PcpuDrain
from verified_buddy.kmem.requests import DrainZone
from verified_buddy.linux.pcp import NR_PCP_LISTS, PCP_PAGES, next_pindex, pindex_to_order
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import NO_LIST, Machine
from verified_buddy.replay.pcp_amounts import Drain
from verified_buddy.replay.pcp_due import Dues
from verified_buddy.replay.pcp_flight import Flight
from verified_buddy.replay.zone_layer import ZoneLayer


class Drains:
    """The drains of a recording, one at a time on each CPU."""

    def __init__(self, machine: Machine, findings: Findings, zones: ZoneLayer, flight: Flight) -> None:
        self.machine = machine
        self.findings = findings
        self.zones = zones
        self.untold = zones.untold
        self.flight = flight
        self.recent = flight.recent
        self.dues = Dues(machine, findings, zones, flight.recent)
        self.at = {zone.row.address: zone for zone in machine.zones.values()}
        """The zones by their addresses."""
        self.drained = 0
        self.predicted = 0
        self.open: dict[int, Drain] = {}
        """By CPU: its drain that may not have ended."""
        self.told: dict[int, tuple[FreeOnePage, bool]] = {}
        """By CPU: the block that goes back and whether it was predicted; its drain event is due."""

    def drain_zone(self, event: DrainZone) -> None:
        """With probes: a CPU begins to drain all its lists of a zone; what it did before has ended."""
        if self.open:
            self.close(event.cpu)
        zone = self.at.get(event.zone)
        if zone is not None and event.of_cpu == event.cpu:
            zone.lists(event.cpu).asked = True

    def free_one_page(self, event: FreeOnePage) -> None:
        """With probes: a block goes from a per-CPU list to the free lists."""
        self.untold.calls.add(event.probe)
        if event.probe != "fop_pcp":
            return
        told = self.told.get(event.cpu)
        if told is not None and self.drained:
            says = f"page {told[0].pfn:#x} left a per-CPU list, but no drain was told"
            self.findings.wrong(told[0].line, "per-CPU", "wrong-page", says)
        exact = self._drain(event)
        self.told[event.cpu] = event, exact

    def pcpu_drain(self, event: PcpuDrain) -> None:
        """With probes: the block went back, as was told just before."""
        self.drained += 1
        told = self.told.pop(event.cpu, None)
        if told is not None:
            before, exact = told
            same = (event.pfn, event.order, event.migratetype)
            if (before.pfn, before.order, before.migratetype) == same:
                self.predicted += exact
                return
        self.untold.unprobed("fop_pcp")
        says = f"page {event.pfn:#x}, order {event.order}, was drained, but not given to the free lists"
        self.findings.wrong(event.line, "per-CPU", "wrong-page", says)
        if told is None:
            self._drain(event)
            self.zones.give(event.line, event.pfn, event.order, event.migratetype)

    def drained_block(self, event: PcpuDrain) -> None:
        """Without probes: a block has gone back."""
        self.drained += 1
        self.predicted += self._drain(event)

    def _drain(self, event: FreeOnePage | PcpuDrain) -> bool:
        """Take the block off its list; whether it is the one that was due."""
        line, cpu, pfn = event.line, event.cpu, event.pfn
        if pfn in self.flight.passed:
            self.flight.accuse(self.flight.passed[pfn])
        drain = self.open.get(cpu)
        if drain is None or not self._comes_to(drain, pfn):
            found = self._begun(line, cpu, pfn)
            if found is None:
                return self._misfit(line, pfn, event.order, drain)
            if drain is not None:
                self.close(cpu)
            for other in [other for other, each in self.open.items() if each.lists is found.lists]:
                self.close(other)  # it had locked the lists
            self.open[cpu] = drain = found
        pcp, size = drain.lists.pcp, PCP_PAGES[drain.pindex]
        noted = pcp.remove(drain.pindex, pfn)
        drain.last = size
        drain.lists.drained += size
        drain.lists.changed(line)
        if 1 << event.order == size and self._goes_back(pfn, noted, event.migratetype):
            return True
        order, migratetype = event.order, event.migratetype
        event.order = pindex_to_order(drain.pindex)  # what the other layers go on with
        says = f"page {pfn:#x} was drained with order {order}, type {migratetype}, but listed with type"
        says += f" {noted}, order {event.order}"
        if order == event.order and self.untold.hidden:
            self.machine.pageblocks.set(pfn, migratetype)  # as it was when the page was freed
            self.findings.note("other type", line, "per-CPU", "wrong-order", says)
        else:
            self.findings.wrong(line, "per-CPU", "wrong-order", says)
        return False

    def _goes_back(self, pfn: Pfn, noted: Migratetype, migratetype: Migratetype) -> bool:
        """Whether a block goes back under that type: the one that was noted, or its pageblock's.

        Linux: free_pcppages_bulk(), mm/page_alloc.c, looks at the pageblock where some are isolated.
        """
        if noted == migratetype:
            return True
        return self.untold.isolating and migratetype == self.zones.steals.type_of(pfn)

    def _due(self, drain: Drain) -> Pfn | None:
        """The block that this drain comes to next."""
        pcp = drain.lists.pcp
        pfn = pcp.last(drain.pindex)
        if pfn is None:
            found = next_pindex(pcp, drain.pindex)
            if found is None:
                return None
            drain.pindex = found
            pfn = pcp.last(found)
        return pfn

    def _comes_to(self, drain: Drain, pfn: Pfn) -> bool:
        """Whether the block is next; it may not yet know of lists that their own CPU has just added to."""
        if self._due(drain) == pfn:
            return True
        if not drain.remote:
            return self._past_flight(drain, pfn)
        blocks = drain.lists.pcp.lists
        for step in range(NR_PCP_LISTS):
            pindex = (drain.pindex + step) % NR_PCP_LISTS
            if drain.lists.pcp.last(pindex) == pfn:
                drain.pindex = pindex
                return True
            if not all(self.recent.freed_since(page, drain.since, drain.line) for page in blocks[pindex]):
                return False
        return False

    def _past_flight(self, drain: Drain, pfn: Pfn) -> bool:
        """Whether an interrupt drains the lists past the block that an interrupted request has taken."""
        due = self._due(drain)
        if due is None or not drain.freed_at or not self.recent.in_interrupt(drain.freed_at):
            return False
        lists, pindex = drain.lists, drain.pindex
        after = [*reversed(lists.pcp.lists[pindex])][1:2]
        if not after:
            found = next_pindex(lists.pcp, (pindex + 1) % NR_PCP_LISTS)
            if found is not None and found != pindex:
                after = [*reversed(lists.pcp.lists[found])][:1]
        if after != [pfn]:
            return False
        says = f"page {pfn:#x} was drained, where page {due:#x} is due"
        self.flight.expect(drain.freed_at, lists, pindex, [due], says)
        return self._due(drain) == pfn

    def _begun(self, line: int, cpu: int, pfn: Pfn) -> Drain | None:
        """The drain that begins with this block: after a free, or asked for; None if none does."""
        zone = self.machine.zone_at(pfn)
        own = zone.lists(cpu)
        if own.due != NO_LIST and not own.asked:
            drain = Drain(own, line, own.due, line, own.drained, own.pcp.count)
            drain.order, drain.freed = pindex_to_order(own.due), own.pcp.first(own.due)
            drain.freed_at = own.overdue
            if self._comes_to(drain, pfn):
                own.due = NO_LIST
                own.overdue = 0
                if own.seen == own.pcp.count:
                    own.seen = own.seen_before
                return drain
        for lists in (own, *(lists for lists in zone.cpus.values() if lists is not own)):
            since = line if lists is own else self.recent.heard(cpu, line)
            drain = Drain(lists, line, 0, since, lists.drained, lists.pcp.count, remote=lists is not own)
            if self._comes_to(drain, pfn):
                lists.due = NO_LIST
                if lists.overdue:
                    self.dues.missing(lists)
                return drain
        return None

    def close(self, cpu: int) -> None:
        """The CPU does something else: its drain has ended, and was as long as it had to be."""
        drain = self.open.pop(cpu, None)
        if drain is not None:
            self.dues.ended(drain)

    def _misfit(self, line: int, pfn: Pfn, order: Order, drain: Drain | None) -> bool:
        """A block is drained that was not due; bring the lists to where that leaves them."""
        due = None if drain is None else self._due(drain)
        expected = "no block" if due is None else f"page {due:#x}"
        says = f"page {pfn:#x}, order {order}, was drained, where {expected} is due"
        unseen = self.untold.takes(order)
        if drain is not None and pfn in drain.lists.pcp.lists[drain.pindex]:
            unseen = self.untold.hidden  # pages are handed out in bulk from the other end of the list
        self.untold.suspect("per-CPU", "handed out unseen", line, "wrong-page", says, unseen=unseen)
        if drain is not None and due is not None and not unseen:
            pcp, size = drain.lists.pcp, pindex_to_order(drain.pindex)
            noted = pcp.remove(drain.pindex, due)
            if self._due(drain) == pfn:  # the block that was due went first, unseen
                self.zones.give(line, due, size, noted)
            else:
                pcp.add(drain.pindex, due, noted, tail=True)
        for lists in self.machine.zone_at(pfn).cpus.values():
            for pindex, blocks in enumerate(lists.pcp.lists):
                if pfn in blocks:
                    while unseen and (last := lists.pcp.last(pindex)) not in {None, pfn}:
                        lists.pcp.remove(pindex, last)  # what stood behind it was handed out in bulk
                    lists.pcp.remove(pindex, pfn)
        return False
