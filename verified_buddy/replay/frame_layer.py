"""The frame layer: who owns a page, as far as the trace itself tells.

What was handed out before the trace began is unknown, and so is what no event tells: nothing is held
against that.
"""

from __future__ import annotations

from typing import Final

from verified_buddy.kmem.events import (
    Alloc,
    BulkPage,
    Extfrag,
    Free,
    Isolate,
    IsolateRet,
    Putback,
    SetBlock,
    SplitPage,
)
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, pageblock_start
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.blocks import Blocks
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.freed_again import FreedAgain
from verified_buddy.replay.told_late import Recent

SINGLE: Final = ORDERS[0]


class FrameLayer:
    """The blocks that the trace says are live, and those that it saw freed since."""

    def __init__(self, findings: Findings, recent: Recent) -> None:
        self.findings = findings
        self.live = Blocks()
        self.freed = Blocks()
        """What was freed, and was not handed out since, as far as is told."""
        self.again = FreedAgain(findings, recent)
        self.unknown = 0
        """Frees of what was handed out before the trace began, or by no event."""
        self.asked: dict[int, Isolate] = {}
        """By CPU: the block that it wants to isolate."""
        self.probes_due = False
        """Whether a probe should have told something, and none has told anything yet."""
        self.probed = False

    def alloc(self, event: Alloc) -> None:
        """A block is handed out: it is aligned, and no page of it is live."""
        pfn, order = event.pfn, event.order
        if self.again.suspects:
            self.unknown += self.again.answered(event)
        if pfn is None:
            return
        live = self.live
        if order or pfn in live.order_of or live.around(pfn, order) is not None:
            self._check(event.line, pfn, order)
        self._hand_out(pfn, order)

    def _hand_out(self, pfn: Pfn, order: Order) -> None:
        self.live.add(pfn, order)
        self.freed.cut_out(pfn, order)

    def free(self, event: Free) -> None:
        """A block is given back: of the order with which it was handed out, if that is known."""
        if self.live.order_of.get(event.pfn) == event.order:
            self.live.drop(event.pfn)
        else:
            self._misfit(event)
        self.freed.add(event.pfn, event.order)

    def bulk_page(self, event: BulkPage) -> None:
        """The bulk allocator hands out a single page."""
        self._probe()
        self.again.bulk_told = True
        self._check(event.line, event.pfn, SINGLE)
        self._hand_out(event.pfn, SINGLE)

    def split_page(self, event: SplitPage) -> None:
        """A block that is out becomes single pages; if it is not known to be live, it was isolated."""
        self._probe()
        self.again.splits_told = True
        if self.live.order_of.get(event.pfn) == event.order > 0:
            self._split(event.pfn, event.order)
        elif self.freed.cut_out(event.pfn, event.order):
            self.again.isolation_untold = True

    def _split(self, pfn: Pfn, order: Order) -> None:
        self.live.drop(pfn)
        for page in range(pfn, pfn + (1 << order)):
            self.live.add(Pfn(page), SINGLE)

    def isolate(self, event: Isolate) -> None:
        """A free block is to be taken out, to be used as single pages."""
        self.asked[event.cpu] = event

    def isolate_ret(self, event: IsolateRet) -> None:
        """The block that the CPU asked for is out, if the answer is not 0."""
        asked = self.asked.pop(event.cpu, None)
        if asked is not None and event.ret:
            self.freed.cut_out(asked.pfn, asked.order)

    def putback(self, event: Putback) -> None:
        """An isolated block is free again."""
        if not event.pfn & ((1 << event.order) - 1):
            self.freed.cut_out(event.pfn, event.order)
            self.freed.add(event.pfn, event.order)

    def set_block(self, event: SetBlock) -> None:
        """What happens to the memory of an isolated pageblock, which may go offline, is not told."""
        self._probe()
        self.again.types_told = True
        if event.migratetype >= ISOLATE:
            self.freed.cut_out(pageblock_start(event.pfn), PAGEBLOCK_ORDER)

    def extfrag(self, event: Extfrag) -> None:
        """A pageblock is stolen whole: its type is set, as the probe ``setblock`` tells, if it is there."""
        if event.fallback_order >= PAGEBLOCK_ORDER and not self.probed:
            self.probes_due = True

    def _probe(self) -> None:
        """A probe tells something: if it should have before, what was handed out by then is not known."""
        if not self.probed and self.probes_due:
            self.freed = Blocks()
            self.again.probes_set()
        self.probed = True

    def _check(self, line: int, pfn: Pfn, order: Order) -> None:
        """The block may be handed out; if it may not, what was live there is forgotten."""
        if pfn & ((1 << order) - 1):
            self.findings.wrong(line, "frame", "misaligned", f"page {pfn:#x} is no block of order {order}")
            return
        for head, of in list(self.live.sharing(pfn, order)):
            message = f"page {pfn:#x}, order {order}, was handed out, but page {head:#x}, order {of}, is live"
            self.findings.wrong(line, "frame", "overlap", message)
            self.live.drop(head)

    def _misfit(self, event: Free) -> None:
        """A block is freed that is not live as it is: some of its pages may be, or a block around it."""
        pfn, freed = event.pfn, event.order
        owners = list(self.live.sharing(pfn, freed))
        if self.freed.cut_out(pfn, freed) and not owners:
            self.again.suspect(event)
            return
        if not owners:
            self.unknown += 1
            return
        head, of = owners[0]
        if freed == of - 1 and pfn == head + (1 << freed):
            # __free_pages() of a block that somebody else still holds frees all but its first page.
            self.live.drop(head)
            self.live.add(head, freed)
            says = f"all but the first part of the block at {head:#x}"
            self.findings.note("tail freed", event.line, "frame", "invalid-free", says)
        elif freed == 0 and of > 0:
            self._split(head, of)
            self.live.drop(pfn)
            says = f"page {pfn:#x} was freed by itself, but handed out with order {of}: split by no event"
            self.findings.note("split", event.line, "frame", "invalid-free", says)
        else:
            for owner, _ in owners:
                self.live.drop(owner)
            says = f"page {pfn:#x} was freed with order {freed}, but page {head:#x} is live with order {of}"
            self.findings.wrong(event.line, "frame", "invalid-free", says)
            if not event.batched and pfn == head:
                event.order = of  # what the other layers go on with
