"""Looking ahead: what becomes of a block that is freed, a later event tells."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from verified_buddy.kmem.events import (
    BEHIND_REQUESTS,
    Alloc,
    BulkPage,
    Counted,
    Event,
    Free,
    FreeBatched,
    FreeOnePage,
    Isolate,
    MoveFree,
    PcpuDrain,
    Putback,
    SetBlock,
    SplitPage,
    ZoneLocked,
)
from verified_buddy.kmem.reader import Batch
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER
from verified_buddy.pfn import MAX_ORDER, ORDERS, Pfn

NO_PAGE: Final = Pfn(-1)

PROBES: Final = frozenset({FreeOnePage, Isolate, Putback, MoveFree, SetBlock, SplitPage, BulkPage})
"""The events that only probes tell."""

SIZES: Final = tuple(1 << order for order in ORDERS[: MAX_ORDER + 1])
"""By order: the pages of a block."""

HELD: Final = 4096
"""So many events are looked at before one is done; a batch of frees is told within 1,500."""


def foreseen(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, each free marked with what becomes of its block."""
    fate = Fate()
    held: deque[tuple[Batch, int]] = deque()
    many = 0
    for batch in batches:
        told = fate.look(batch.events)
        held.append((batch, told))
        many += told
        while many - held[0][1] >= HELD:
            done, told = held.popleft()
            many -= told
            yield done
    yield from (batch for batch, _ in held)


class Fate:
    """Marks frees with what becomes of their blocks, as a later event tells."""

    def __init__(self) -> None:
        self.waiting: dict[Pfn, Free] = {}
        """The frees whose batch, or direct free, may still come."""
        self.merging: dict[int, FreeOnePage] = {}
        """By CPU: the call of __free_one_page() that it told last, if it told nothing else since."""

    def look(self, events: list[Event]) -> int:
        """Go through the next events, and mark those from which they follow; how many are of pages."""
        waiting, many = self.waiting, len(events)
        for event in events:
            if type(event) is Free:
                waiting[event.pfn] = event
            elif type(event) is FreeBatched:
                freed = waiting.pop(event.pfn, None)
                if freed is not None:
                    freed.batched = True
            elif type(event) is FreeOnePage:
                self._gives(event)
            elif type(event) is Counted:
                self._counted(event)
                continue
            elif type(event) in BEHIND_REQUESTS:
                many -= 1
                continue
            if self.merging and type(event) is not FreeOnePage:
                self.merging.pop(event.cpu, None)
        return many

    def _gives(self, event: FreeOnePage) -> None:
        self.merging[event.cpu] = event
        if event.probe in {"fop_one", "fop_ok"}:
            freed = self.waiting.pop(event.pfn, None)
            if freed is not None:
                freed.direct = True
                freed.given = None if freed.order == event.order else event.order

    def _counted(self, event: Counted) -> None:
        """A block that is given back, and is counted off again at once, was captured.

        Linux: compaction_capture(), called by __free_one_page(), mm/page_alloc.c.
        """
        freed = self.merging.pop(event.cpu, None)
        if freed is not None and freed.zone == event.zone and -event.delta in SIZES[freed.order :]:
            freed.captured = SIZES.index(-event.delta)


class UnseenFrees:
    """Without probes: which frees went past the per-CPU lists.

    A block that is freed, and taken off the free lists again without having been drained, never was on a
    per-CPU list.  Memory follows the pages that are freed and wait, and the direct frees that are found.
    """

    def __init__(self) -> None:
        self.waiting: dict[Pfn, Free] = {}
        self.lines = array("Q")
        """The lines of the direct frees that were found so far."""
        self.first_probe = 0
        """The first line that a probe told; 0 if none did."""
        self.frees_told = False
        """Whether a probe tells of blocks that leave per-CPU lists, as all else depends on."""

    def look(self, events: list[Event]) -> None:
        """Go through the next events."""
        waiting = self.waiting
        for event in [] if self.frees_told else events:
            if type(event) in PROBES:
                self.first_probe = self.first_probe or event.line
                self.frees_told |= type(event) is FreeOnePage and event.probe == "fop_pcp"
            if type(event) is Free:
                waiting[event.pfn] = event
            elif type(event) is ZoneLocked:
                self._taken(event)
            elif type(event) is PcpuDrain:
                waiting.pop(event.pfn, None)
            elif type(event) is Alloc:
                waiting.pop(event.pfn or NO_PAGE, None)

    def _taken(self, event: ZoneLocked) -> None:
        """Every block that waits and shares a page with what is taken was free."""
        pages = range(event.pfn, event.pfn + (1 << event.order))
        heads = {*map(Pfn, pages), *(Pfn(event.pfn & -(1 << order)) for order in (1, 2, 3, PAGEBLOCK_ORDER))}
        for head in heads & self.waiting.keys():
            if head + (1 << self.waiting[head].order) > event.pfn:
                self.lines.append(self.waiting.pop(head).line)

    def marked(self, batches: Iterable[Batch], probes_from: int) -> Iterator[Batch]:
        """The same trace once more, its direct frees marked up to the line from which probes tell."""
        lines = frozenset(self.lines)
        for batch in batches:
            for event in batch.events if batch.line < probes_from else ():
                if type(event) is Free and event.line in lines and event.line < probes_from:
                    event.direct = True
            yield batch
