"""The request layer: which zone serves a request, by which watermark, and what is done when none does.

Each request is logged line by line, with what the model has at each line; when it ends, alloc_pages() runs
on the log.  What is reclaimed, compacted and killed is taken from the recording, as are the states of tasks.
"""

from __future__ import annotations

from typing import Any, Final

from verified_buddy.errors import InvalidGfp
from verified_buddy.kmem.background import CompactRetry, WakeKswapd
from verified_buddy.kmem.charges import KmemCharge, KmemChargeRet
from verified_buddy.kmem.events import (
    Alloc,
    Handler,
    Obtained,
)
from verified_buddy.kmem.requests import (
    Bulk,
    DirectCompact,
    DirectCompactRet,
    DirectReclaim,
    DirectReclaimRet,
    DirtyOk,
    DrainAll,
    FreelistSearch,
    NodeReclaim,
    NodeReclaimRet,
    OutOfMemory,
    OutOfMemoryRet,
    Request,
    SearchFailed,
    SlowPath,
    SlowPathRet,
    TryZone,
    Unreserve,
    UnreserveRet,
    WatermarkCheck,
    WatermarkLook,
    WatermarkRet,
)
from verified_buddy.linux.page_alloc import alloc_pages
from verified_buddy.linux.watermark import zone_watermark_ok
from verified_buddy.pfn import MAX_ORDER, ORDERS
from verified_buddy.replay import memcg_layer
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.kswapd_layer import KswapdLayer
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.memcg_layer import Charges
from verified_buddy.replay.request_answers import Answers
from verified_buddy.replay.request_changes import ChangingZones
from verified_buddy.replay.request_counts import Counts
from verified_buddy.replay.request_log import Log, Miss
from verified_buddy.replay.request_machine import RequestMachine
from verified_buddy.replay.request_zones import LiveZone, SeenZone
from verified_buddy.replay.steals import Steals

PLAIN: Final[tuple[type, ...]] = (
    SlowPath,
    SlowPathRet,
    DirectCompact,
    DirectCompactRet,
    CompactRetry,
    DirectReclaim,
    DirectReclaimRet,
    DrainAll,
    UnreserveRet,
    OutOfMemory,
    OutOfMemoryRet,
    DirtyOk,
    NodeReclaim,
    NodeReclaimRet,
    KmemChargeRet,
)
"""What is logged as it stands."""


class Call:
    """A request that has not ended."""

    __slots__ = ("log", "look", "request", "search", "tried")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.log = Log()
        self.search: FreelistSearch | None = None
        self.look: WatermarkLook | None = None
        self.tried: LiveZone | None = None
        """The zone that a page is being taken of."""


class RequestLayer(ChangingZones):
    """The requests of every task, as the events of a recording move them."""

    def __init__(self, machine: Machine, own: RequestMachine, findings: Findings, steals: Steals) -> None:
        super().__init__(machine, own, steals)
        self.findings = findings
        self.counts = Counts()
        self.calls: dict[int, list[Call]] = {}
        """By task: its requests that have not ended; an interrupt's stands above the task's own."""
        self.checks: dict[int, tuple[WatermarkCheck, SeenZone]] = {}
        """By task: the test of a watermark that has not been answered."""
        self.kswapd = KswapdLayer(own, findings, self.counts)
        self.charges = Charges()
        self.handlers |= {
            Request: self.request,
            FreelistSearch: self.search,
            WatermarkLook: self.look,
            WatermarkCheck: self.check,
            WatermarkRet: self.answer,
            TryZone: self.try_zone,
            Obtained: self.with_boost,
            SearchFailed: self.with_boost,
            WakeKswapd: self.wake,
            Unreserve: self.unreserve,
            Alloc: self.ends,
            KmemCharge: self.charge,
            Bulk: self.bulk,
        }
        self.handlers |= self.kswapd.handlers
        for kind in PLAIN:
            self.handlers[kind] = self.plain
        for kind in memcg_layer.HANDLERS:
            self.handlers[kind] = self._with_charges(self.handlers.get(kind))

    def _with_charges(self, handler: Handler | None) -> Handler:
        """The handler, after what memory cgroups make of the event."""

        def handle(event: Any) -> None:
            charges = self.charges
            before = len(charges.misses)
            charges.said(event)
            self.counts.charges, self.counts.charges_predicted = charges.charges, charges.charges_predicted
            for miss in charges.misses[before:]:
                says = f"{miss.rule}: {miss.found} was told, where {miss.expected} is due"
                self.findings.wrong(miss.line, "request", "wrong-charge", says)
            if handler is not None:
                handler(event)

        return handle

    def request(self, event: Request) -> None:
        """A request begins; one of too great an order is refused before anything is told of it."""
        if event.order > MAX_ORDER:
            self.counts.requests += 1
            self.counts.requests_predicted += 1
        else:
            self.calls.setdefault(event.task, []).append(Call(event))

    def call_of(self, task: int) -> Call | None:
        """The request that the task is in; None if none was told."""
        calls = self.calls.get(task)
        return calls[-1] if calls else None

    def plain(self, event: Any) -> None:
        """A line that needs nothing of the model."""
        call = self.call_of(event.task)
        if call is not None:
            call.log.add(event)

    def search(self, event: FreelistSearch) -> None:
        """The zones are gone through."""
        self.kswapd.settle(event.task)
        self.flags[event.cpu] = event.flags
        call = self.call_of(event.task)
        if call is not None:
            call.search, call.look, call.tried = event, None, None
            call.log.add(event)

    def bulk(self, event: Bulk) -> None:
        """A per-CPU list is refilled."""
        self.flags[event.cpu] = event.flags

    def look(self, event: WatermarkLook) -> None:
        """A zone is looked at: its counter is what the model has."""
        zone = self.own.at(event.zone)
        call = self.call_of(event.task)
        if zone is None or call is None:
            return
        seen = self.seen(zone, event.cpu, event.order)
        self.counts.counters += 1
        if seen.free == event.free:
            self.counts.counters_predicted += 1
        else:
            says = f"zone {self.own.name(zone.ref)} had {event.free} free pages, where {seen.free} are due"
            self.findings.wrong(event.line, "request", "wrong-counter", says)
            zone.counter.value += event.free - zone.counter.read()
            seen = zone.seen(event.order)
        self.flags[event.cpu] = event.flags
        call.log.add(event, seen, told=call.tried is not None and call.tried.boosted)
        call.look, call.tried = event, None

    def check(self, event: WatermarkCheck) -> None:
        """A watermark is tested, for whoever it may be."""
        zone = self.own.at(event.zone)
        if zone is None:
            return
        seen = self.seen(zone, event.cpu, event.order)
        self.checks[event.task] = event, seen
        call = self.call_of(event.task)
        if not self.kswapd.check(event, seen) and call is not None:
            call.log.add(event, seen)

    def answer(self, event: WatermarkRet) -> None:
        """The answer of the test, which follows from what it was asked."""
        asked = self.checks.pop(event.task, None)
        if asked is not None:
            check, seen = asked
            self.counts.answers += 1
            order = ORDERS[check.order] if 0 <= check.order <= MAX_ORDER else check.order
            due = zone_watermark_ok(seen, order, check.mark, check.highest_zoneidx, check.flags, check.free)
            if due == event.ret:
                self.counts.answers_predicted += 1
            else:
                says = f"the watermark's test answered {event.ret}, where {due} is due"
                self.findings.wrong(event.line, "request", "wrong-mark", says)
        if event.task not in self.kswapd.tests:
            self.plain(event)

    def try_zone(self, event: TryZone) -> None:
        """A page is taken of the zone; whether its lists have one is known before."""
        zone, call = self.own.at(event.zone), self.call_of(event.task)
        if zone is None or call is None or call.search is None or call.search.order > MAX_ORDER:
            return
        flags = call.search.flags if call.look is None else call.look.flags
        call.tried = zone
        self.settled(zone, event.cpu)
        gives = self.gives(zone, event.cpu, call.search.order, call.search.migratetype, flags)
        call.log.add(event, told=gives)

    def charge(self, event: KmemCharge) -> None:
        """A page is charged; from now on every such request must be."""
        self.own.charges_told = True
        self.plain(event)

    def with_boost(self, event: Obtained | SearchFailed) -> None:
        """The end of a search; the zone that was tried may have been boosted."""
        self.kswapd.settle(event.task)
        call = self.call_of(event.task)
        if call is not None:
            call.log.add(event, told=call.tried is not None and call.tried.boosted)
            call.tried = None

    def wake(self, event: WakeKswapd) -> None:
        """Kswapd is to be woken: for a request, or for a zone that was boosted."""
        zone, call = self.own.at(event.zone), self.call_of(event.task)
        if zone is None:
            return
        for_boost = event.gfp == event.order == 0
        if call is not None:
            call.log.add(event, told=for_boost and zone.boosted)
        if for_boost:
            zone.boosted = False
        self.kswapd.wake(event, zone)

    def unreserve(self, event: Unreserve) -> None:
        """A reserved pageblock is to be given up; whether one has free pages is known before."""
        call = self.call_of(event.task)
        if call is not None and call.search is not None:
            moves = self.would_move(event, call.search.highest_zoneidx)
            call.log.add(event, told=moves)

    def ends(self, event: Alloc) -> None:
        """A request has ended: it went as alloc_pages() goes, or it is told where not."""
        calls = self.calls.get(event.task)
        if not calls:
            return
        call = calls.pop()
        call.log.add(event)
        self.counts.requests += 1
        self.counts.looks += sum(isinstance(entry.event, WatermarkLook) for entry in call.log.entries)
        answers = Answers(self.own, call.request, call.log, self.counts)
        slow, request = self.counts.slow, call.request
        nodemask = None if request.nmask == 0 else self.own.nodes_of(call.log)
        try:
            alloc_pages(answers, request.gfp, ORDERS[request.order], request.nid, nodemask)
        except Miss as miss:
            self.findings.wrong(miss.line, "request", miss.rule, miss.says)
        except InvalidGfp as error:
            self.findings.wrong(request.line, "request", "wrong-flags", str(error))
        else:
            self.counts.requests_predicted += 1
            self.counts.slow_predicted += self.counts.slow - slow
