"""Pages that are freed without having been handed out: they could not be charged, or something is wrong.

Linux: the end of __alloc_pages(), mm/page_alloc.c, frees the page if __memcg_kmem_charge_page() fails, and
tells of a refused request.
"""

from __future__ import annotations

from typing import NamedTuple

from verified_buddy.kmem.events import Alloc
from verified_buddy.oracle.rules import Rule
from verified_buddy.pfn import Order
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.told_late import Recent
from verified_buddy.replay.untold import Untold


class Suspect(NamedTuple):
    """A page that was freed, and what is wrong if no refused request explains that."""

    order: Order
    line: int
    operation: int
    rule: Rule
    says: str


class Charges:
    """By CPU: the page whose charge may have failed, until its next request tells."""

    def __init__(self, findings: Findings, untold: Untold, recent: Recent) -> None:
        self.findings = findings
        self.untold = untold
        self.recent = recent
        self.suspects: dict[int, Suspect] = {}

    def suspect(self, cpu: int, suspect: Suspect) -> None:
        """A page was freed; if another one waits to be explained, that one is wrong."""
        self._accuse(cpu)
        self.suspects[cpu] = suspect

    def answered(self, event: Alloc) -> None:
        """The next request of a CPU: a refused one explains the page."""
        suspect = self.suspects.get(event.cpu)
        if suspect is None:
            return
        if event.pfn is None and suspect.order == event.order:
            del self.suspects[event.cpu]
            says = "a page was freed that could not be charged"
            self.findings.note("charge failed", event.line, "per-CPU", "invalid-free", says)
        elif not self.recent.in_interrupt(event.line):
            self._accuse(event.cpu)

    def finish(self) -> None:
        """The trace has ended."""
        for cpu in list(self.suspects):
            self._accuse(cpu)

    def _accuse(self, cpu: int) -> None:
        found = self.suspects.pop(cpu, None)
        if found is not None:
            where = found.line, found.rule, found.says
            unseen = self.untold.takes(found.order)
            more = found.operation
            self.untold.suspect("per-CPU", "handed out unseen", *where, unseen=unseen, operation=more)
