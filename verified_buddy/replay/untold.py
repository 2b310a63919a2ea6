"""What a trace does not tell, so that nothing is held against the kernel for it.

A finding is a violation if the trace tells of everything that could explain it, and a note otherwise.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.pcp import COSTLY_ORDER
from verified_buddy.oracle.rules import Rule
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.findings import Findings, Layer

SECTION: Final = 64
"""Pageblocks of a section of memory, which goes offline as a whole.

Linux: SECTION_SIZE_BITS of x86-64, 128 MiB; offline_pages(), mm/memory_hotplug.c.
"""


class NoProbes(Exception):
    """A probe would have told of this too, and none has told anything: they are not there, or not yet."""


class Untold:
    """What was told so far, and what therefore need not be wrong."""

    def __init__(self, findings: Findings, *, hidden: bool = False) -> None:
        self.findings = findings
        self.inferred = False
        """Whether the trace was looked through before for what has no probes."""
        self.hidden = hidden
        """Whether the trace lacks, for now, the probes of isolation, bulk allocation and direct frees."""
        self.bulk = False
        """Whether pages may have been handed out in bulk, of which no event of the trace tells."""
        self.calls: set[str] = set()
        """The probes of __free_one_page() that told something."""
        self.kept = 0
        """How many blocks were freed past the per-CPU lists, and not given back as far as is told."""
        self.unmoved = 0
        """How many pageblocks changed as ``setblock`` and ``movefree`` would tell, and did not."""
        self.starved = 0
        """How many blocks were taken of a type that had none, and no event told of a fallback."""
        self.exact_until: int | None = None
        """The event up to which every block was predicted, if others were moved by no event later."""
        self.compaction = False
        """Whether compaction ran."""
        self.isolated: set[Pfn] = set()
        """The pageblocks that are isolated."""
        self.offline = False
        """Whether memory may have gone offline: so much was isolated as goes at once."""
        self.isolating = False
        """Whether pageblocks were isolated, so that blocks go back under their pageblocks' types."""
        self.to_head = False
        """Whether a rotation to the head was told: then all are."""
        self.to_tail = False
        """Whether a rotation to the tail was told: then all are."""

    def takes(self, order: Order) -> bool:
        """Whether blocks of the order may have been handed out that the trace does not tell of."""
        return self.hidden or (self.bulk and order == 0)

    def unprobed(self, call: str = "") -> None:
        """A probe should have told of this.  Raises NoProbes, if that one, or any, has told nothing yet."""
        told = call in self.calls if call else bool(self.calls)
        if not (self.hidden or self.inferred or told):
            raise NoProbes

    def rotates(self, order: Order, migratetype: int) -> bool:
        """Whether compaction may have rotated that list, and the trace would not tell.

        Only movable lists rotate: of any order in fast_isolate_freepages(), which the probe ``rothead``
        tells of; of order 3 and above in fast_find_migrateblock(), which ``rottail`` tells of.
        Linux: mm/compaction.c.
        """
        if not self.compaction or migratetype != MOVABLE:
            return False
        return not self.to_head or (order >= COSTLY_ORDER and not self.to_tail)

    def suspect(
        self,
        layer: Layer,
        kind: str,
        line: int,
        rule: Rule,
        says: str,
        *,
        unseen: bool = False,
        operation: int | None = None,
    ) -> None:
        """A violation; or a note, if something that this trace cannot tell of may be the reason."""
        if not (self.hidden or unseen):
            self.findings.wrong(line, layer, rule, says, operation=operation)
            return
        self.findings.note(kind, line, layer, rule, says, operation=operation)
        if layer == "zone" and self.exact_until is None:
            self.exact_until = self.findings.operation - 1
