"""The frame layer: who owns a page, as far as the trace itself tells.

What was handed out before the trace began is unknown, and so is what no event tells: nothing is held
against that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.kmem.events import Alloc, BulkPage, Free, SplitPage
from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn
from verified_buddy.replay.findings import Findings

ORDERS_UP: Final = ORDERS[: MAX_ORDER + 1]


class FrameLayer:
    """The blocks that the trace says are live."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.live: dict[Pfn, Order] = {}
        self.many = [0] * len(ORDERS_UP)
        """How many live blocks there are of each order."""
        self.larger: tuple[Order, ...] = ()
        """The orders above 0 of which there are live blocks."""
        self.unknown = 0
        """Frees of what was handed out before the trace began, or by no event."""

    def alloc(self, event: Alloc) -> None:
        """A block is handed out: it is aligned, and no page of it is live."""
        pfn, order = event.pfn, event.order
        if pfn is None:
            return
        live = self.live
        if order or pfn in live:
            self._check(event.line, pfn, order)
        else:
            for current in self.larger:
                if live.get(Pfn(pfn & -(1 << current))) == current:
                    self._check(event.line, pfn, order)
        self._add(pfn, order)

    def _add(self, pfn: Pfn, order: Order) -> None:
        self.live[pfn] = order
        if order:
            self.many[order] += 1
            if self.many[order] == 1:
                self.larger = tuple(current for current in ORDERS_UP[1:] if self.many[current])

    def _drop(self, pfn: Pfn) -> Order:
        order = self.live.pop(pfn)
        if order:
            self.many[order] -= 1
            if self.many[order] == 0:
                self.larger = tuple(current for current in ORDERS_UP[1:] if self.many[current])
        return order

    def free(self, event: Free) -> None:
        """A block is given back: of the order with which it was handed out, if that is known."""
        if self.live.get(event.pfn) == event.order:
            self._drop(event.pfn)
        else:
            self._misfit(event)

    def bulk_page(self, event: BulkPage) -> None:
        """The bulk allocator hands out a single page."""
        self._check(event.line, event.pfn, ORDERS[0])
        self._add(event.pfn, ORDERS[0])

    def split_page(self, event: SplitPage) -> None:
        """A block that is out becomes single pages."""
        if self.live.get(event.pfn) == event.order > 0:
            self._split(event.pfn, event.order)

    def _split(self, pfn: Pfn, order: Order) -> None:
        self._drop(pfn)
        for page in range(pfn, pfn + (1 << order)):
            self.live[Pfn(page)] = ORDERS[0]

    def _check(self, line: int, pfn: Pfn, order: Order) -> None:
        """The block may be handed out; if it may not, what was live there is forgotten."""
        if pfn & ((1 << order) - 1):
            self.findings.wrong(line, "frame", "misaligned", f"page {pfn:#x} is no block of order {order}")
            return
        owners = list(self._owners(pfn, order))
        for head, of in owners:
            message = f"page {pfn:#x}, order {order}, was handed out, but page {head:#x}, order {of}, is live"
            self.findings.wrong(line, "frame", "overlap", message)
            self._drop(head)

    def _owners(self, pfn: Pfn, order: Order) -> Iterator[tuple[Pfn, Order]]:
        """The live blocks that share a page with the block."""
        pages = map(Pfn, range(pfn, pfn + (1 << order)))
        yield from ((page, self.live[page]) for page in pages if page in self.live)
        if self.larger:
            yield from self._around(pfn, order)

    def _around(self, pfn: Pfn, order: int) -> Iterator[tuple[Pfn, Order]]:
        """The live block that starts before the page, and holds it."""
        for current in self.larger:
            head = Pfn(pfn & -(1 << current))
            if current > order and head != pfn and self.live.get(head) == current:
                yield head, current

    def _misfit(self, event: Free) -> None:
        """A block is freed that is not live as it is: some of its pages may be, or a block around it."""
        pfn, freed = event.pfn, event.order
        owners = list(self._owners(pfn, freed))
        if not owners:
            self.unknown += 1
            return
        head, of = owners[0]
        if freed == of - 1 and pfn == head + (1 << freed):
            # __free_pages() of a block that somebody else still holds frees all but its first page.
            self._drop(head)
            self._add(head, freed)
            self.findings.note(
                "tail freed", event.line, f"all but the first part of the block at {head:#x}", "invalid-free"
            )
        elif freed == 0 and of > 0:
            self._split(head, of)
            self._drop(pfn)
            says = f"page {pfn:#x} was freed by itself, but handed out with order {of}: split by no event"
            self.findings.note("split", event.line, says, "invalid-free")
        else:
            for owner, _ in owners:
                self._drop(owner)
            says = f"page {pfn:#x} was freed with order {freed}, but page {head:#x} is live with order {of}"
            self.findings.wrong(event.line, "frame", "invalid-free", says)
            if not event.batched and pfn == head:
                event.order = of  # what the other layers go on with
