"""Frees of pages that the trace saw freed before, and never saw handed out since.

The bulk allocator and compaction hand out single pages, which only probes tell of; a block of more pages is
handed out by no other event than ``Alloc``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from verified_buddy.kmem.events import Alloc, Free
from verified_buddy.pfn import MAX_ORDER, Order, Pfn
from verified_buddy.replay.findings import LISTED, Findings
from verified_buddy.replay.told_late import Recent, is_charged

KIND: Final = "freed twice"
"""The kind of note of those that the trace cannot decide."""


class Again(NamedTuple):
    """A block that was freed and is freed again."""

    operation: int
    line: int
    pfn: Pfn
    order: Order


class FreedAgain:
    """The frees that no event between explains; which of them are wrong, the whole trace tells."""

    def __init__(self, findings: Findings, recent: Recent) -> None:
        self.findings = findings
        self.recent = recent
        self.suspects: dict[int, Again] = {}
        """By CPU: the free that it told last, which may be that of a page whose charge failed."""
        self.kept: list[Again] = []
        self.many: dict[Order, int] = {}
        """How many there are of each order; the first are kept."""
        self.undecided = 0
        """How many of them the trace cannot decide."""
        self.bulk_told = False
        self.splits_told = False
        """Whether the probes ``bulkpage`` and ``splitpage`` are in the trace."""
        self.types_told = False
        """Whether the probe ``setblock`` is, which tells of memory that may go offline."""
        self.isolation_untold = False
        """Whether isolated blocks were split that no event had isolated."""

    def any(self) -> bool:
        """Whether some block was freed again."""
        return bool(self.suspects or self.kept)

    def suspect(self, event: Free) -> None:
        """A block is freed again."""
        self._keep(event.cpu)
        self.suspects[event.cpu] = Again(self.findings.operation, event.line, event.pfn, event.order)

    def answered(self, event: Alloc) -> int:
        """How many frees the next request of a CPU explains: that of the page that it was not charged for.

        Linux: the end of __alloc_pages(), mm/page_alloc.c, which frees the page and tells of a refusal.
        """
        suspect = self.suspects.get(event.cpu)
        if suspect is None:
            return 0
        if event.pfn is None and event.order == suspect.order and is_charged(event.gfp):
            del self.suspects[event.cpu]
            return 1
        if not self.recent.in_interrupt(event.line):
            self._keep(event.cpu)
        return 0

    def _keep(self, cpu: int) -> None:
        found = self.suspects.pop(cpu, None)
        if found is not None:
            self.many[found.order] = self.many.get(found.order, 0) + 1
            if self.many[found.order] <= LISTED:
                self.kept.append(found)

    def probes_set(self) -> None:
        """The probes were set up only now: what was freed again before cannot be decided."""
        self._decide(lambda order: False)

    def finish(self, *, complete: bool) -> None:
        """The trace has ended, in which nothing is missing but what only probes tell, or more is."""
        self._decide(lambda order: complete and self._certain(order))

    def _decide(self, certain: Callable[[Order], bool]) -> None:
        for cpu in list(self.suspects):
            self._keep(cpu)
        for found in sorted(self.kept):
            says = (
                f"page {found.pfn:#x}, order {found.order}, was freed again, and no event had handed it out"
            )
            if certain(found.order):
                self.findings.wrong(found.line, "frame", "invalid-free", says, operation=found.operation)
            else:
                self.findings.note(KIND, found.line, "frame", "invalid-free", says, operation=found.operation)
        for order, many in self.many.items():
            if certain(order):
                self.findings.counts["frame", "invalid-free"] += max(many - LISTED, 0)
            else:
                self.undecided += many
                self.findings.notes[KIND].count += max(many - LISTED, 0)
        self.kept.clear()
        self.many.clear()

    def _certain(self, order: Order) -> bool:
        """Whether a block of that order was not handed out, since no event told so.

        Where memory goes online, blocks of the greatest order are freed that may have been free before it
        went offline.  Linux: online_pages(), mm/memory_hotplug.c.
        """
        if order == 0:
            return self.bulk_told and self.splits_told and not self.isolation_untold
        return order < MAX_ORDER or self.types_told
