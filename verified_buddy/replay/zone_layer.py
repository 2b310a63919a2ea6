"""The zone layer: which block leaves the free lists, and which block another type loses.

When blocks are taken, given back, isolated or stolen is taken from the recording; which blocks these are
and what becomes of the lists is predicted.
"""

from __future__ import annotations

from typing import Final

from verified_buddy import buddy
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.kmem.events import (
    Extfrag,
    Free,
    FreeOnePage,
    Isolate,
    IsolateRet,
    MoveFree,
    PcpuDrain,
    Putback,
    SetBlock,
    ZoneLocked,
)
from verified_buddy.linux.fallback import Victim, find_victim, steal_suitable_fallback
from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE, MOVABLE
from verified_buddy.linux.mobility import MobilityZone, free_one_page, move_freepages_block
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, pageblock_start
from verified_buddy.linux.pcp import pcp_allowed_order
from verified_buddy.oracle.rules import Rule
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.findings import Findings, Layer
from verified_buddy.replay.lists import (
    head_of_smallest,
    holder,
    overlaps_free,
    rotate,
    smallest_order,
    used_pages,
)
from verified_buddy.replay.machine import Machine

TO_TAIL: Final = 2
"""Of the flags of a free: the block goes to the tail.  Linux: FPI_TO_TAIL, mm/page_alloc.c."""


class ZoneLayer:
    """The free lists of every zone, as the events of a recording move them."""

    def __init__(self, machine: Machine, findings: Findings, *, hidden: bool = False) -> None:
        self.machine = machine
        self.findings = findings
        self.hidden = hidden
        """Whether the trace lacks the probes that tell of isolation, bulk allocation and direct frees."""
        self.taken = 0
        self.predicted = 0
        self.exact_until: int | None = None
        """The event up to which every block was predicted, if others were moved by no event later."""
        self.compaction = False
        """Whether compaction ran, which moves blocks within a list unseen."""
        self.isolating = False
        """Whether pageblocks were isolated, so that blocks go back under their pageblocks' types."""
        self.moves: dict[Pfn, list[SetBlock | MoveFree]] = {}
        """By a zone's first page: what was told of a steal, or of a pageblock's type, and is not done yet."""
        self.asked: dict[int, Isolate] = {}
        """By CPU: the block that it wants to isolate."""
        self.lost: set[Pfn] = set()
        """Blocks that were taken by no event."""

    def zone_locked(self, event: ZoneLocked) -> None:
        """Predict the block that the head of the smallest sufficient list gives."""
        self.taken += 1
        pfn, order, migratetype = event.pfn, event.order, event.migratetype
        zone = self.machine.zone_at(pfn).zone
        if self.moves:
            self.flush(zone)
        area = zone.free_area
        if head_of_smallest(area, order, migratetype) == pfn:
            buddy.rmqueue_smallest(area, order, migratetype)
            self.predicted += 1
        else:
            self._unpredicted(event, area)

    def free_one_page(self, event: FreeOnePage) -> None:
        """Give back a block."""
        tail = event.fpi & TO_TAIL != 0
        self.give(event.line, event.pfn, event.order, event.migratetype, to_tail=tail)

    def drained(self, event: PcpuDrain) -> None:
        """Without probes: a block has gone back from a per-CPU list."""
        self.give(event.line, event.pfn, event.order, event.migratetype)

    def freed(self, event: Free) -> None:
        """Without probes: a block goes back at once, if its order has no per-CPU list or it was passed by."""
        if event.direct or not pcp_allowed_order(event.order):
            migratetype = self.type_of(event.pfn)
            self.give(event.line, event.pfn, event.order, migratetype)

    def give(
        self, line: int, pfn: Pfn, order: Order, migratetype: Migratetype, *, to_tail: bool = False
    ) -> None:
        """Give a block back to its zone's lists, unless some page of it is free."""
        zone = self.machine.zone_at(pfn).zone
        if self.moves:
            self.flush(zone)
        if pfn & ((1 << order) - 1):
            self.findings.wrong(line, "zone", "misaligned", f"page {pfn:#x} is no block of order {order}")
        elif overlaps_free(zone.free_area, pfn, order):
            says = f"page {pfn:#x}, order {order}, was given back, but is free already"
            self.suspect("zone", "freed unseen", line, "invalid-free", says)
        else:
            self.lost.discard(pfn)
            free_one_page(zone, pfn, order, migratetype, to_tail=to_tail)

    def set_block(self, event: SetBlock) -> None:
        """Remember a pageblock's new type, until it is clear whether a steal is going on."""
        self.isolating |= event.migratetype == ISOLATE
        self._remember(event)

    def move_free(self, event: MoveFree) -> None:
        """Remember that a pageblock's free blocks moved, until it is clear whether that was a steal."""
        self._remember(event)

    def _remember(self, event: SetBlock | MoveFree) -> None:
        self.moves.setdefault(self.machine.zone_at(event.pfn).zone.start, []).append(event)

    def type_of(self, pfn: Pfn) -> Migratetype:
        """The type of the page's pageblock, as it was told last."""
        for event in reversed([event for moves in self.moves.values() for event in moves]):
            if type(event) is SetBlock and pageblock_start(event.pfn) == pageblock_start(pfn):
                return event.migratetype
        return self.machine.pageblocks.migratetype(pfn)

    def flush(self, zone: MobilityZone) -> None:
        """Do what was told by itself: a reserve, an isolation, an end of these.

        The zone was locked while a steal was told, so that another event of the zone means there was none.
        """
        for event in self.moves.pop(zone.start, []):
            if type(event) is SetBlock:
                self.machine.pageblocks.set(event.pfn, event.migratetype)
            else:
                move_freepages_block(zone, event.pfn, event.migratetype)

    def finish(self) -> None:
        """The trace has ended: nothing follows what was told last."""
        for zone in self.machine.zones.values():
            self.flush(zone.zone)

    def isolate(self, event: Isolate) -> None:
        """A free block is to be taken out as it is."""
        self.compaction = True
        self.asked[event.cpu] = event

    def isolate_ret(self, event: IsolateRet) -> None:
        """The block that the CPU asked for is out, or was refused."""
        asked = self.asked.pop(event.cpu, None)
        if asked is None or event.ret == 0:
            return
        zone = self.machine.zone_at(asked.pfn).zone
        self.flush(zone)
        if zone.free_area.is_free_block(asked.pfn, asked.order):
            zone.free_area.remove(asked.pfn, asked.order)
            return
        says = f"page {asked.pfn:#x}, order {asked.order}, was isolated, but is no free block"
        self.findings.wrong(asked.line, "zone", "not-free", says)
        buddy.take(zone.free_area, asked.pfn, asked.order)

    def putback(self, event: Putback) -> None:
        """An isolated block goes back, to the tail."""
        self.give(event.line, event.pfn, event.order, event.migratetype, to_tail=True)

    def extfrag(self, event: Extfrag) -> None:
        """Predict the victim of a fallback; then do to its pageblock what was told of it."""
        zone = self.machine.zone_at(event.pfn).zone
        order, migratetype = event.alloc_order, event.alloc_migratetype
        victim = None
        if head_of_smallest(zone.free_area, order, migratetype) is None:
            victim = find_victim(zone.free_area, order, migratetype)
        recorded = (event.pfn, event.fallback_order, event.fallback_migratetype)
        if victim is None or victim[:3] != recorded:
            predicted = "no block" if victim is None else f"page {victim.pfn:#x}, order {victim.order}"
            says = (
                f"the victim was page {event.pfn:#x}, order {event.fallback_order}, where {predicted} is due"
            )
            self.findings.wrong(event.line, "zone", "wrong-victim", says)
            self.flush(zone)
            return
        self._steal(event, zone, victim)

    def _steal(self, event: Extfrag, zone: MobilityZone, victim: Victim) -> None:
        """Steal as the model does, given as many movable pages as fit the outcome that was told."""
        moves = self.moves.pop(zone.start, [])
        pfn, wanted = victim.pfn, event.alloc_migratetype
        old = zone.pageblocks.migratetype(pfn)
        many = event.change_ownership == (wanted == MOVABLE)
        steal_suitable_fallback(zone, victim, wanted, lambda pfn: used_pages(zone, pfn) if many else 0)
        now = zone.pageblocks.migratetype(pfn)
        if (now == wanted) != event.change_ownership:
            says = f"the pageblock of page {pfn:#x} is of type {now} now, which is not what was told"
            self.findings.wrong(event.line, "zone", "wrong-pageblock", says)
            zone.pageblocks.set(pfn, wanted if event.change_ownership else old)
        told = {type(move) for move in moves if pageblock_start(move.pfn) == pageblock_start(pfn)}
        due: set[type] = set()
        if old != HIGHATOMIC and victim.order < PAGEBLOCK_ORDER and victim.whole_block:
            due.add(MoveFree)
        if now != old or victim.order >= PAGEBLOCK_ORDER:
            due.add(SetBlock)
        if moves and old != wanted and told != due:
            says = f"what was told to move with page {pfn:#x} is not what moves"
            self.findings.wrong(event.line, "zone", "wrong-pageblock", says)

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
            self.suspect("zone", "freed unseen", event.line, "not-free", f"{says}; that block is not free")
            self.lost.discard(pfn)
            return
        elif due is not None and listed[1] == smallest_order(area, order, migratetype):
            head, current = listed
            unseen = self.compaction and pfn == head and head in area[current].free_list[migratetype]
            if unseen:
                rotate(area, head, current, migratetype)
            self.suspect(
                "zone", "not the head", event.line, "not-head", f"{says}: the same size", unseen=unseen
            )
        else:
            self.suspect("zone", "taken unseen", event.line, "not-smallest", f"{says}: another size or type")
        self._adopt(area, due, pfn, order, migratetype)

    def suspect(
        self, layer: Layer, kind: str, line: int, rule: Rule, says: str, *, unseen: bool = False
    ) -> None:
        """A violation; or a note, if something that this trace cannot tell of may be the reason."""
        if not (self.hidden or unseen):
            self.findings.wrong(line, layer, rule, says)
            return
        self.findings.note(kind, line, says)
        if layer == "zone" and self.exact_until is None:
            self.exact_until = self.findings.operation - 1

    def _adopt(
        self, area: FreeArea, due: Pfn | None, pfn: Pfn, order: Order, migratetype: Migratetype
    ) -> None:
        """Take the block; if it is due but for one other block, that one was taken before, unseen."""
        if due is not None and not self.compaction:
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
