"""Whether per-CPU lists drained when they had to, and by as much: after a free, or since somebody asked."""

from __future__ import annotations

from verified_buddy.linux.pcp import PCP_PAGES, pindex_to_order
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import ANY_FACTOR, NO_LIST, CpuLists, Machine
from verified_buddy.replay.pcp_amounts import (
    Drain,
    alone,
    asked_for,
    due_amounts,
    fits,
    plain_factors,
    read_meanwhile,
)
from verified_buddy.replay.told_late import Recent
from verified_buddy.replay.zone_layer import ZoneLayer
from verified_buddy.replay.zoneinfo import Limits


class Dues:
    """Judges how much was drained, by the limits of the lists as far as they are known."""

    def __init__(self, machine: Machine, findings: Findings, zones: ZoneLayer, recent: Recent) -> None:
        self.machine = machine
        self.findings = findings
        self.zones = zones
        self.untold = zones.untold
        self.recent = recent

    def ended(self, drain: Drain) -> None:
        """A drain has ended, and was as long as it had to be."""
        if drain.freed is not None:
            self._after_free(drain, drain.lists)
        elif drain.lists.known and not (asked_for(drain) or (drain.remote and read_meanwhile(drain))):
            says = f"{drain.pages} of {drain.count} pages were drained, where all were due"
            self._amount(drain.line, says)

    def _after_free(self, drain: Drain, lists: CpuLists) -> None:
        """A free made the lists drain: by as much as the limits and the free factor ask for."""
        if not lists.known:
            lists.factors = plain_factors(lists.pcp.batch, lists.factors, drain.pages) or ANY_FACTOR
            lists.drained_at = max(lists.drained_at, drain.count)
            return
        known = Limits(lists.pcp.high, lists.pcp.batch)
        found = fits(drain, known, lists.factors)
        if not found and alone(drain):
            self.machine.zone_at(lists.zone.start).shut = True
            return
        if not found and asked_for(drain):
            return  # not for that free, but because somebody asked right after it
        if not found and self.untold.offline:
            self.machine.forget_limits(self.machine.zone_at(lists.zone.start))
            return
        if not found:
            found = fits(drain, known, ANY_FACTOR)
            says = f"{drain.pages} pages were drained, where {due_amounts(drain, known)} were due"
            if found:
                says = f"{says}: requests may have failed unseen"
                self.findings.note("other amount", drain.line, "per-CPU", "wrong-amount", says)
            else:
                self._amount(drain.line, says)
        lists.factors = found or ANY_FACTOR

    def _amount(self, line: int, says: str) -> None:
        """A drain took another amount than was due, unless it was not known how much was listed."""
        unseen = self.untold.bulk
        self.untold.suspect("per-CPU", "other amount", line, "wrong-amount", says, unseen=unseen)

    def missing(self, lists: CpuLists) -> None:
        """No drain followed the free after which one was due."""
        line, lists.overdue = lists.overdue, 0
        pcp = lists.pcp
        zone = self.machine.zone_at(lists.zone.start)
        if zone.shut:
            self.machine.open(zone, changed=self.untold.isolating)
            if pcp.count < pcp.high:
                return
        if pcp.count >= pcp.high:
            if self._interrupted(line, lists):
                return
            if self.untold.offline:
                self.machine.forget_limits(zone)
                return
            says = f"CPU {lists.cpu} has {pcp.count} pages listed and drained none, at a limit of {pcp.high}"
        elif lists.factors & 1:
            lists.factors = 1
            return
        else:
            says = f"CPU {lists.cpu} freed large blocks in a row, and did not drain its lists"
        if pcp.count >= pcp.high or not self.untold.hidden:
            unseen = self.untold.bulk
            self.untold.suspect("per-CPU", "handed out unseen", line, "wrong-amount", says, unseen=unseen)
        elif lists.due != NO_LIST and (pfn := pcp.first(lists.due)) is not None:
            # Had it gone to the list, the list would have drained: so it went past it.
            migratetype = pcp.remove(lists.due, pfn)
            self.zones.give(line, pfn, pindex_to_order(lists.due), migratetype)
            says = f"page {pfn:#x}: {says}"
            self.findings.note("went past its list", line, "per-CPU", "wrong-amount", says)

    def _interrupted(self, line: int, lists: CpuLists) -> bool:
        """Whether an interrupt freed the block while a request had taken one that it had not told yet."""
        interrupt = self.recent.in_interrupt(line)
        if interrupt is False or lists.pcp.count - PCP_PAGES[lists.due] >= lists.pcp.high:
            return False
        if interrupt is None:
            says = f"CPU {lists.cpu} drained late, perhaps since an interrupt freed the block"
            self.findings.note("told late", line, "per-CPU", "wrong-amount", says)
        return True
