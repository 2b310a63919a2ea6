"""The zone layer: which block leaves the free lists, and which block another type loses.

When blocks are taken, given back, isolated or stolen is taken from the recording; which blocks these are
and what becomes of the lists is predicted.
"""

from __future__ import annotations

from typing import Final

from verified_buddy import buddy
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.kmem.events import (
    Free,
    FreeOnePage,
    Isolate,
    IsolateRet,
    PcpuDrain,
    Putback,
    RotateHead,
    RotateTail,
    ZoneLocked,
)
from verified_buddy.linux.migratetype import FALLBACKS, MOVABLE
from verified_buddy.linux.mobility import free_block_order, free_one_page
from verified_buddy.linux.pcp import pcp_allowed_order
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.lists import (
    head_of_smallest,
    holder,
    overlaps_free,
    rotate,
    smallest_order,
)
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.steals import Steals
from verified_buddy.replay.untold import Untold

TO_TAIL: Final = 2
"""Of the flags of a free: the block goes to the tail.  Linux: FPI_TO_TAIL, mm/page_alloc.c."""


class ZoneLayer:
    """The free lists of every zone, as the events of a recording move them."""

    def __init__(self, machine: Machine, findings: Findings, untold: Untold, steals: Steals) -> None:
        self.machine = machine
        self.findings = findings
        self.untold = untold
        self.steals = steals
        self.taken = 0
        self.predicted = 0
        self.asked: dict[int, Isolate] = {}
        """By CPU: the block that it wants to isolate."""
        self.captured: dict[Pfn, Order] = {}
        """Blocks that went to who compacts memory, and are not handed out yet."""
        self.lost: set[Pfn] = set()
        """Blocks that were taken by no event."""

    def zone_locked(self, event: ZoneLocked) -> None:
        """Predict the block that the head of the smallest sufficient list gives."""
        self.taken += 1
        pfn, order, migratetype = event.pfn, event.order, event.migratetype
        zone = self.machine.zone_at(pfn).zone
        if self.steals.moves:
            self.steals.flush(zone)
        area = zone.free_area
        if head_of_smallest(area, order, migratetype) == pfn:
            buddy.rmqueue_smallest(area, order, migratetype)
            self.predicted += 1
        else:
            self._unpredicted(event, area)

    def free_one_page(self, event: FreeOnePage) -> None:
        """Give back a block."""
        if event.captured is not None:
            self._capture(event, ORDERS[event.captured])
            return
        tail = event.fpi & TO_TAIL != 0
        self.give(event.line, event.pfn, event.order, event.migratetype, to_tail=tail)

    def _capture(self, event: FreeOnePage, at: Order) -> None:
        """A block is given back, merges, and goes to who compacts memory for a block of that order.

        Linux: compaction_capture(), called by __free_one_page(), mm/page_alloc.c.
        """
        pfn, order = event.pfn, event.order
        zone = self.machine.zone_at(pfn).zone
        self.steals.flush(zone)
        while order < at and zone.free_area.is_free_block(Pfn(pfn ^ (1 << order)), order):
            zone.free_area.remove(Pfn(pfn ^ (1 << order)), order)
            pfn, order = Pfn(pfn & -(2 << order)), ORDERS[order + 1]
        if order == at and not overlaps_free(zone.free_area, pfn, order):
            self.captured[pfn] = order
            return
        says = f"page {event.pfn:#x}, order {event.order}, was captured with order {at}, but has {order}"
        self.untold.suspect("zone", "freed unseen", event.line, "wrong-order", says)

    def drained(self, event: PcpuDrain) -> None:
        """Without probes: a block has gone back from a per-CPU list."""
        self.give(event.line, event.pfn, event.order, event.migratetype)

    def freed(self, event: Free) -> None:
        """Without probes: a block goes back at once, if its order has no per-CPU list or it was passed by."""
        if event.direct or not pcp_allowed_order(event.order):
            migratetype = self.steals.type_of(event.pfn)
            self.give(event.line, event.pfn, event.order, migratetype)

    def give(
        self, line: int, pfn: Pfn, order: Order, migratetype: Migratetype, *, to_tail: bool = False
    ) -> None:
        """Give a block back to its zone's lists, unless some page of it is free."""
        zone = self.machine.zone_at(pfn).zone
        if self.steals.moves:
            self.steals.flush(zone)
        if pfn & ((1 << order) - 1):
            self.findings.wrong(line, "zone", "misaligned", f"page {pfn:#x} is no block of order {order}")
        elif overlaps_free(zone.free_area, pfn, order):
            says = f"page {pfn:#x}, order {order}, was given back, but is free already"
            self.untold.suspect("zone", "freed unseen", line, "invalid-free", says)
        else:
            self.lost.discard(pfn)
            free_one_page(zone, pfn, order, migratetype, to_tail=to_tail)

    def isolate(self, event: Isolate) -> None:
        """A free block is to be taken out as it is."""
        self.untold.compaction = True
        self.asked[event.cpu] = event

    def isolate_ret(self, event: IsolateRet) -> None:
        """The block that the CPU asked for is out, or was refused."""
        asked = self.asked.pop(event.cpu, None)
        if asked is None or event.ret == 0:
            return
        zone = self.machine.zone_at(asked.pfn).zone
        self.steals.flush(zone)
        if zone.free_area.is_free_block(asked.pfn, asked.order):
            zone.free_area.remove(asked.pfn, asked.order)
            return
        says = f"page {asked.pfn:#x}, order {asked.order}, was isolated, but is no free block"
        self.untold.suspect("zone", "freed unseen", asked.line, "not-free", says)
        buddy.take(zone.free_area, asked.pfn, asked.order)

    def putback(self, event: Putback) -> None:
        """An isolated block goes back, to the tail."""
        self.give(event.line, event.pfn, event.order, event.migratetype, to_tail=True)

    def rotate_head(self, event: RotateHead) -> None:
        """Compaction makes a block the head of its list; those before it go to the tail.

        Linux: move_freelist_head(), called by fast_isolate_freepages(), mm/compaction.c.
        """
        self.untold.to_head = True
        if event.pfn is not None:
            self._rotate(event.line, event.pfn, event.order, after=False)

    def rotate_tail(self, event: RotateTail) -> None:
        """Compaction makes a block the tail of its list, behind those before it.

        Linux: move_freelist_tail(), called by fast_find_migrateblock(), mm/compaction.c.
        """
        self.untold.to_tail = True
        if event.pfn is not None:
            order = free_block_order(self.machine.zone_at(event.pfn).zone.free_area, event.pfn)
            self._rotate(event.line, event.pfn, ORDERS[0] if order is None else order, after=True)

    def _rotate(self, line: int, pfn: Pfn, order: Order, *, after: bool) -> None:
        """Make the movable block the head of its list, or the one after it."""
        zone = self.machine.zone_at(pfn).zone
        self.steals.flush(zone)
        self.untold.compaction = True
        blocks = zone.free_area[order].free_list[MOVABLE]
        if pfn not in blocks:
            says = f"page {pfn:#x} was moved in the movable list of order {order}, but is not on it"
            self.untold.suspect("zone", "freed unseen", line, "not-free", says)
            return
        rotate(zone.free_area, pfn, order, MOVABLE)
        if after:
            zone.free_area.remove(pfn, order)
            zone.free_area.add(pfn, order, MOVABLE, tail=True)

    def _unpredicted(self, event: ZoneLocked, area: FreeArea) -> None:
        """Grade a take that was not predicted, and bring the lists to where it leaves them."""
        pfn, order, migratetype = event.pfn, event.order, event.migratetype
        due = head_of_smallest(area, order, migratetype)
        listed = holder(area, pfn)
        expected = "no block" if due is None else f"page {due:#x}"
        says = f"page {pfn:#x}, order {order}, type {migratetype}, was taken, where {expected} is due"
        if pfn & ((1 << order) - 1):
            self.findings.wrong(event.line, "zone", "misaligned", f"{says}; that is no block")
        elif listed is None or listed[1] < order:
            self.untold.suspect(
                "zone", "freed unseen", event.line, "not-free", f"{says}; that block is not free"
            )
            self.lost.discard(pfn)
            return
        elif due is not None and listed[1] == smallest_order(area, order, migratetype):
            head, current = listed
            on_it = pfn == head and head in area[current].free_list[migratetype]
            unseen = on_it and self.untold.rotates(current, migratetype)
            if unseen:
                rotate(area, head, current, migratetype)
            self.untold.suspect(
                "zone", "not the head", event.line, "not-head", f"{says}: the same size", unseen=unseen
            )
        else:
            self.untold.starved += due is None and bool(FALLBACKS[migratetype])
            self.untold.suspect(
                "zone", "taken unseen", event.line, "not-smallest", f"{says}: another size or type"
            )
        self._adopt(area, due, pfn, order, migratetype)

    def _adopt(
        self, area: FreeArea, due: Pfn | None, pfn: Pfn, order: Order, migratetype: Migratetype
    ) -> None:
        """Take the block; if it is due but for one other block, that one was taken before, unseen."""
        if due is not None and not self.untold.compaction:
            current = smallest_order(area, order, migratetype)
            assert current is not None
            buddy.take(area, due, order)
            if head_of_smallest(area, order, migratetype) == pfn:
                self.lost.add(due)
            else:
                self._untake(area, due, order, current, migratetype)
        buddy.take(area, pfn, order)

    def _untake(
        self, area: FreeArea, due: Pfn, order: Order, current: Order, migratetype: Migratetype
    ) -> None:
        """Put a block back where it was: to the head of its list, whole."""
        for half in ORDERS[order:current]:
            area.remove(Pfn(due ^ (1 << half)), half)
        area.add(due, current, migratetype, tail=False)
