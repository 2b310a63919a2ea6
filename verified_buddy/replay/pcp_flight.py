"""Pages in flight: they have left their per-CPU list, and the event that hands them out comes later.

A request that is charged for its page may sleep until it is, and an interrupt may come between the taking
and the telling: other events are told meanwhile.  Where the page layers are told by ``gpff_ret`` when a
request has its page, they go by that; else a page that was passed over is due to be told, and why so late.
Linux: __alloc_pages(), mm/page_alloc.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Alloc
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.machine import HALVED, CpuLists
from verified_buddy.replay.pcp_charges import Suspect
from verified_buddy.replay.told_late import Recent, may_wait_for_charge
from verified_buddy.replay.untold import Untold


@dataclass(frozen=True, slots=True)
class Passed:
    """Pages that a list was passed over with: what is wrong if no event explains them."""

    line: int
    operation: int
    says: str
    lists: CpuLists
    pindex: int
    interrupt: bool | None
    """Whether an interrupt passed them over; None if the trace does not say."""
    counted: bool
    """Whether the page that was handed out in their place was counted as predicted."""
    pages: dict[Pfn, Migratetype]
    """With the types that they were listed with."""


class Got(NamedTuple):
    """When a request had its page, and which list that had left."""

    pindex: int
    line: int
    operation: int


class Flight:
    """The pages that left their lists and are not told yet."""

    def __init__(self, findings: Findings, untold: Untold, recent: Recent) -> None:
        self.findings = findings
        self.untold = untold
        self.recent = recent
        self.obtained: dict[Pfn, Got] = {}
        """The pages that requests have, as was told."""
        self.passed: dict[Pfn, Passed] = {}
        """Pages that were passed over: they left their list unseen, or the next one was wrong."""
        self.accused = 0
        """How many pages were counted as predicted that were wrong."""

    def nested(self, event: Alloc, lists: CpuLists, pindex: int) -> bool:
        """Whether interrupts freed all that heads the list before the block, after it had left."""
        assert event.pfn is not None
        if self.untold.takes(event.order):
            return False
        found = True
        for pfn in lists.pcp.lists[pindex]:
            if pfn == event.pfn:
                break
            nested = self.recent.freed_in_interrupt(pfn, event.line)
            if nested is False:
                return False
            found &= nested is True
        else:
            return False
        if not found:
            says = f"page {event.pfn:#x} was told after others were freed, perhaps by an interrupt"
            self.findings.note("told late", event.line, "per-CPU", "wrong-page", says)
        lists.pcp.remove(pindex, event.pfn)
        return True

    def pass_over(self, event: Alloc, lists: CpuLists, pindex: int, says: str) -> bool:
        """Take the block off its list, and what stands before it, which may be told later."""
        pfn, blocks = event.pfn, lists.pcp.lists[pindex]
        assert pfn is not None
        if self.untold.takes(event.order) or pfn not in blocks:
            return False
        ahead = []
        for block in blocks:
            if block == pfn:
                break
            ahead.append(block)
        self.expect(event.line, lists, pindex, ahead, says, counted=True)
        lists.pcp.remove(pindex, pfn)
        return True

    def expect(
        self, line: int, lists: CpuLists, pindex: int, pages: list[Pfn], says: str, *, counted: bool = False
    ) -> None:
        """These pages are off their list: each is handed out by a later event, which explains why."""
        for page in self.passed.keys() & set(pages):  # on two lists, as only where drains are not told
            del self.passed.pop(page).pages[page]
        listed = {page: lists.pcp.remove(pindex, page) for page in pages}
        interrupt = self.recent.in_interrupt(line)
        where = line, self.findings.operation, says, lists, pindex
        self.passed |= dict.fromkeys(pages, Passed(*where, interrupt, counted, listed))
        for _ in pages:
            lists.factors |= HALVED[lists.factors]

    def lands(self, event: Alloc, pindex: int) -> bool:
        """Whether the block was passed over, and had a reason to be told late."""
        assert event.pfn is not None
        passed = self.passed.get(event.pfn)
        if passed is None:
            return False
        waited = may_wait_for_charge(event.gfp)
        if passed.pindex != pindex or not (waited or passed.interrupt is not False):
            self.accuse(passed)
            return False
        if not waited and passed.interrupt is None:
            says = f"page {event.pfn:#x} was told after others were handed out, perhaps by an interrupt"
            self.findings.note("told late", event.line, "per-CPU", "wrong-page", says)
        del self.passed[event.pfn], passed.pages[event.pfn]
        return True

    def overtaken(self, event: Alloc) -> None:
        """A request ends: one of the same task that began before has ended, or was an interrupted one's."""
        task = self.recent.task(event.line)
        if task is None or self.recent.in_interrupt(event.line) is not False:
            return
        for pfn, got in list(self.obtained.items()):
            if self.recent.task(got.line) == task:
                del self.obtained[pfn]
                says = f"a request had page {pfn:#x}, and no event handed it out before the task's next"
                self.findings.wrong(got.line, "per-CPU", "wrong-page", says, operation=got.operation)

    def freed(self, order: Order, pfn: Pfn) -> Suspect:
        """A page in flight is freed before it was told; what is wrong, unless its charge failed."""
        passed = self.passed.pop(pfn, None)
        if passed is not None:
            del passed.pages[pfn]
            return Suspect(order, passed.line, passed.operation, "wrong-page", passed.says)
        obtained = self.obtained.pop(pfn)
        says = f"page {pfn:#x} was freed, but no event handed it out"
        return Suspect(order, obtained.line, obtained.operation, "wrong-page", says)

    def returns(self, pfn: Pfn) -> None:
        """A page that was passed over is on the free lists again, or was drained: it was never handed out."""
        passed = self.passed.pop(pfn)
        del passed.pages[pfn]
        self.accuse(passed)

    def accuse(self, passed: Passed) -> None:
        """The pages had not left their list: they head it again."""
        self.findings.wrong(passed.line, "per-CPU", "wrong-page", passed.says, operation=passed.operation)
        self.accused += passed.counted
        pcp = passed.lists.pcp
        for page, migratetype in reversed(passed.pages.items()):
            del self.passed[page]
            if page not in pcp.lists[passed.pindex]:
                pcp.add(passed.pindex, page, migratetype, tail=False)

    def finish(self) -> None:
        """The trace has ended, and some pages were never told."""
        while self.passed:
            self.accuse(next(iter(self.passed.values())))
