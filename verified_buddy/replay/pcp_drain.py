"""Drains of per-CPU lists: the blocks that go back to the free lists, their order, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from verified_buddy.kmem.events import FreeOnePage, PcpuDrain
from verified_buddy.linux.pcp import (
    BATCH_SCALE_MAX,
    PCP_PAGES,
    next_pindex,
    pages_to_drain,
    pcp_limit,
    pindex_to_order,
)
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import ANY_FACTOR, NO_LIST, CpuLists, Machine
from verified_buddy.replay.zone_layer import ZoneLayer
from verified_buddy.replay.zoneinfo import Limits


class NoProbes(Exception):
    """The trace has no probes: a drain was told, and not the call that gave the block back."""


@dataclass(slots=True)
class Drain:
    """A drain that is going on."""

    lists: CpuLists
    line: int
    pindex: int
    """The list that it has come to."""
    count: int
    """Pages on all lists when it began."""
    threshold: bool
    """Whether a free started it; else somebody asked for it."""
    amounts: list[tuple[int, int]]
    """What may be drained after that free: pages, and the free factor afterwards."""
    last: int = 0
    """Pages of the block that was drained last."""


class Drains:
    """The drains of a recording, one at a time on each CPU."""

    def __init__(self, machine: Machine, findings: Findings, zones: ZoneLayer) -> None:
        self.machine = machine
        self.findings = findings
        self.zones = zones
        self.drained = 0
        self.predicted = 0
        self.probed = 0
        """How many calls of __free_one_page() were told."""
        self.open: dict[int, Drain] = {}
        """By CPU: its drain that may not have ended."""
        self.told: dict[int, tuple[FreeOnePage, bool]] = {}
        """By CPU: the block that goes back and whether it was predicted; its drain event is due."""

    def free_one_page(self, event: FreeOnePage) -> None:
        """With probes: a block goes from a per-CPU list to the free lists."""
        self.probed += 1
        if event.probe != "fop_pcp":
            return
        told = self.told.get(event.cpu)
        if told is not None:
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
        if not self.probed:
            raise NoProbes
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
        drain = self.open.get(cpu)
        if drain is None or self._due(drain) != pfn:
            found = self._begun(line, cpu, pfn)
            if found is None:
                return self._misfit(line, pfn, event.order, drain)
            if drain is not None:
                self.close(cpu)
            self.open[cpu] = drain = found
            self._due(drain)
        pcp, size = drain.lists.pcp, PCP_PAGES[drain.pindex]
        noted = pcp.remove(drain.pindex, pfn)
        drain.last = size
        if 1 << event.order == size and (noted == event.migratetype or self.zones.isolating):
            return True
        order, migratetype = event.order, event.migratetype
        event.order = pindex_to_order(drain.pindex)  # what the other layers go on with
        says = (
            f"page {pfn:#x} was drained with order {order}, type {migratetype}, but listed with type {noted}"
        )
        self.findings.wrong(line, "per-CPU", "wrong-order", says)
        return False

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

    def _begun(self, line: int, cpu: int, pfn: Pfn) -> Drain | None:
        """The drain that begins with this block: after a free, or asked for; None if none does."""
        zone = self.machine.zone_at(pfn)
        own = zone.lists(cpu)
        if own.due != NO_LIST:
            drain = Drain(own, line, own.due, own.pcp.count, threshold=True, amounts=[])
            if self._due(drain) == pfn:
                drain.amounts = amounts(own, pindex_to_order(own.due))
                own.due = NO_LIST
                own.overdue = 0
                if own.seen == own.pcp.count:
                    own.seen = own.seen_before
                return drain
        for lists in (own, *(lists for lists in zone.cpus.values() if lists is not own)):
            drain = Drain(lists, line, 0, lists.pcp.count, threshold=False, amounts=[])
            if self._due(drain) == pfn:
                lists.due = NO_LIST
                if lists.overdue:
                    self.missing(lists)
                return drain
        return None

    def close(self, cpu: int) -> None:
        """The CPU does something else: its drain has ended, and was as long as it had to be."""
        drain = self.open.pop(cpu, None)
        if drain is None:
            return
        lists = drain.lists
        pages = drain.count - lists.pcp.count
        if drain.threshold:
            self._close_threshold(drain, lists, pages)
        elif lists.known and not asked_for(drain, pages):
            says = f"{pages} of {drain.count} pages were drained, where all were due"
            self.zones.suspect("per-CPU", "other amount", drain.line, "wrong-amount", says)

    def _close_threshold(self, drain: Drain, lists: CpuLists, pages: int) -> None:
        """A free made the lists drain: by as much as the limits and the free factor ask for."""
        if not lists.known:
            lists.factors = plain_factors(lists.pcp.batch, lists.factors, pages) or ANY_FACTOR
            lists.drained_at = max(lists.drained_at, drain.count)
            return
        fits = fitting(drain.amounts, pages, drain.last)
        if not fits and asked_for(drain, pages):
            return  # not for that free, but because somebody asked right after it
        if not fits:
            every = CpuLists(lists.zone, lists.cpu, Limits(lists.pcp.high, lists.pcp.batch), known=True)
            every.factors, every.pcp.count = ANY_FACTOR, drain.count
            fits = fitting(amounts(every, pindex_to_order(drain.pindex)), pages, drain.last)
            says = f"{pages} pages were drained, where {due_amounts(drain)} were due"
            if fits:
                self.findings.note("other amount", drain.line, f"{says}: requests may have failed unseen")
            else:
                self.zones.suspect("per-CPU", "other amount", drain.line, "wrong-amount", says)
        lists.factors = fits or ANY_FACTOR

    def missing(self, lists: CpuLists) -> None:
        """No drain followed the free after which one was due."""
        line, lists.overdue = lists.overdue, 0
        pcp = lists.pcp
        if pcp.count >= pcp.high:
            says = f"CPU {lists.cpu} has {pcp.count} pages listed and drained none, at a limit of {pcp.high}"
        elif lists.factors & 1:
            lists.factors = 1
            return
        else:
            says = f"CPU {lists.cpu} freed large blocks in a row, and did not drain its lists"
        if not self.zones.hidden:
            self.findings.wrong(line, "per-CPU", "wrong-amount", says)
        elif pcp.count >= pcp.high:
            self.findings.note("handed out unseen", line, says)
        elif lists.due != NO_LIST and (pfn := pcp.first(lists.due)) is not None:
            # Had it gone to the list, the list would have drained: so it went past it.
            migratetype = pcp.remove(lists.due, pfn)
            self.zones.give(line, pfn, pindex_to_order(lists.due), migratetype)
            self.findings.note("went past its list", line, f"page {pfn:#x}: {says}")

    def _misfit(self, line: int, pfn: Pfn, order: Order, drain: Drain | None) -> bool:
        """A block is drained that was not due; bring the lists to where that leaves them."""
        due = None if drain is None else self._due(drain)
        expected = "no block" if due is None else f"page {due:#x}"
        says = f"page {pfn:#x}, order {order}, was drained, where {expected} is due"
        self.zones.suspect("per-CPU", "handed out unseen", line, "wrong-page", says)
        if drain is not None and due is not None and not self.zones.hidden:
            pcp, size = drain.lists.pcp, pindex_to_order(drain.pindex)
            noted = pcp.remove(drain.pindex, due)
            if self._due(drain) == pfn:  # the block that was due went first, unseen
                self.zones.give(line, due, size, noted)
            else:
                pcp.add(drain.pindex, due, noted, tail=True)
        for lists in self.machine.zone_at(pfn).cpus.values():
            for pindex, blocks in enumerate(lists.pcp.lists):
                if pfn in blocks:
                    while self.zones.hidden and (last := lists.pcp.last(pindex)) not in {None, pfn}:
                        lists.pcp.remove(pindex, last)  # what stood behind it was handed out in bulk
                    lists.pcp.remove(pindex, pfn)
        return False


def amounts(lists: CpuLists, order: Order) -> list[tuple[int, int]]:
    """How many pages a drain may take after a block of the order was freed, and the free factor then."""
    found, pcp = [], lists.pcp
    for factor in range(BATCH_SCALE_MAX + 1):
        if lists.factors >> factor & 1:
            for active in (False, True):
                pcp.free_factor = factor
                limit = pcp_limit(pcp, order, reclaim_active=active)
                if pcp.count >= limit:
                    found.append((min(pages_to_drain(pcp, order, limit), pcp.count), pcp.free_factor))
    pcp.free_factor = 0
    return found


def fitting(found: list[tuple[int, int]], pages: int, last: int) -> int:
    """The free factors with which so many pages are drained, the last block having ``last``."""
    return sum({1 << factor for many, factor in found if pages >= many > pages - last})


def asked_for(drain: Drain, pages: int) -> bool:
    """Whether so many pages are drained when somebody asks: all, in turns of many batches; or one batch.

    Linux: drain_pages_zone(), mm/page_alloc.c; drain_zone_pages(), for lists of another node.
    """
    pcp = drain.lists.pcp
    turn = pcp.batch << BATCH_SCALE_MAX
    turns = (min(drain.count, pcp.batch), *range(turn, drain.count, turn))
    return pcp.count == 0 or any(pages >= many > pages - drain.last for many in turns)


def plain_factors(batch: int, factors: int, pages: int) -> int:
    """The same where the limit is not known, which is at least four batches: if it was no matter."""
    found = 0
    for factor in range(BATCH_SCALE_MAX + 1):
        if factors >> factor & 1 and batch << factor == pages:
            found |= 1 << min(factor + 1, BATCH_SCALE_MAX)
            if factor > 1:
                found |= 1 << factor
    return found


def due_amounts(drain: Drain) -> str:
    """The amounts, in words."""
    return " or ".join(str(many) for many in sorted({many for many, _ in drain.amounts})) or "none"
