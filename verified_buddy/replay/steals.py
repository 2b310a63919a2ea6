"""Steals and pageblocks: what an event tells of a pageblock is done by itself, or belongs to a steal.

Which block is stolen is predicted; whether its pageblock changes its type depends on pages in use that no
event tells of, so the outcome is taken from the recording.
"""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Extfrag, FreeOnePage, MoveFree, SetBlock
from verified_buddy.linux.fallback import (
    Victim,
    can_steal_fallback,
    find_victim,
    steal_suitable_fallback,
)
from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE, MOVABLE, is_mergeable
from verified_buddy.linux.mobility import MobilityZone, move_freepages_block
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.pfn import Pfn
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.lists import head_of_smallest, rotate, used_pages
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.untold import SECTION, Untold

Move = SetBlock | MoveFree


class Steals:
    """The pageblocks of every zone, as the events of a recording change them."""

    def __init__(self, machine: Machine, findings: Findings, untold: Untold) -> None:
        self.machine = machine
        self.findings = findings
        self.untold = untold
        self.moves: dict[Pfn, list[Move]] = {}
        """By a zone's first page: what was told of a steal, or of a pageblock's type, and is not done yet."""
        self.kinds: set[type] = set()
        """Which of the two kinds of move were ever told."""

    def set_block(self, event: SetBlock) -> None:
        """Remember a pageblock's new type, until it is clear whether a steal is going on."""
        start = pageblock_start(event.pfn)
        if event.migratetype == ISOLATE:
            self.untold.isolating = True
            self.untold.isolated.add(start)
            self.untold.offline |= len(self.untold.isolated) >= SECTION
        else:
            self.untold.isolated.discard(start)
        self._remember(event)

    def move_free(self, event: MoveFree) -> None:
        """Remember that a pageblock's free blocks moved, until it is clear whether that was a steal."""
        self._remember(event)

    def _remember(self, event: Move) -> None:
        self.kinds.add(type(event))
        self.moves.setdefault(self.machine.zone_at(event.pfn).zone.start, []).append(event)

    def given(self, event: FreeOnePage) -> None:
        """A block that comes from no per-CPU list is given back under its pageblock's type."""
        if SetBlock not in self.kinds and event.probe != "fop_pcp":
            self.untold.unmoved += event.migratetype != self.type_of(event.pfn)

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
        self._do(zone, self.moves.pop(zone.start, []))

    def _do(self, zone: MobilityZone, moves: list[Move]) -> None:
        if any(type(event) is SetBlock and not is_mergeable(event.migratetype) for event in moves):
            self.untold.unmoved += MoveFree not in self.kinds
        for event in moves:
            if type(event) is SetBlock:
                self.machine.pageblocks.set(event.pfn, event.migratetype)
            else:
                move_freepages_block(zone, event.pfn, event.migratetype)

    def finish(self) -> None:
        """The trace has ended: nothing follows what was told last."""
        for zone in self.machine.zones.values():
            self.flush(zone.zone)

    def extfrag(self, event: Extfrag) -> None:
        """Predict the victim of a fallback; then do to its pageblock what was told of it."""
        zone = self.machine.zone_at(event.pfn).zone
        moves = self.moves.pop(zone.start, [])
        before = len(moves) - len_of_steal(moves, event)
        self._do(zone, moves[:before])
        victim = self._victim(event, zone)
        if victim is None:
            self._do(zone, moves[before:])
        else:
            self._steal(event, zone, victim, {type(move) for move in moves[before:]})

    def _victim(self, event: Extfrag, zone: MobilityZone) -> Victim | None:
        """The block that the fallback takes, which is the one that was told; None if it is not."""
        order, migratetype = event.alloc_order, event.alloc_migratetype
        victim = None
        if head_of_smallest(zone.free_area, order, migratetype) is None:
            victim = find_victim(zone.free_area, order, migratetype)
        recorded = (event.pfn, event.fallback_order, event.fallback_migratetype)
        if victim is not None and victim[:3] == recorded:
            return victim
        predicted = "no block" if victim is None else f"page {victim.pfn:#x}, order {victim.order}"
        says = f"the victim was page {event.pfn:#x}, order {event.fallback_order}, where {predicted} is due"
        if victim is not None and victim[1:3] == recorded[1:] and self.untold.rotates(*victim[1:3]):
            listed = zone.free_area[victim.order].free_list[victim.migratetype]
            if event.pfn in listed:
                rotate(zone.free_area, event.pfn, victim.order, victim.migratetype)
                self.untold.suspect("zone", "not the head", event.line, "wrong-victim", says, unseen=True)
                return victim._replace(pfn=event.pfn)
        self.untold.suspect("zone", "other victim", event.line, "wrong-victim", says)
        if self.untold.hidden and zone.free_area.is_free_block(event.pfn, event.fallback_order):
            whole_block = can_steal_fallback(event.fallback_order, migratetype)
            return Victim(*recorded, whole_block)
        return None

    def _steal(self, event: Extfrag, zone: MobilityZone, victim: Victim, told: set[type]) -> None:
        """Steal as the model does, given as many movable pages as fit the outcome that was told."""
        pfn, wanted = victim.pfn, event.alloc_migratetype
        old = zone.pageblocks.migratetype(pfn)
        many = event.change_ownership == (wanted == MOVABLE)
        steal_suitable_fallback(zone, victim, wanted, lambda pfn: used_pages(zone, pfn) if many else 0)
        now = zone.pageblocks.migratetype(pfn)
        if (now == wanted) != event.change_ownership:
            says = f"the pageblock of page {pfn:#x} is of type {now} now, which is not what was told"
            self.untold.suspect("zone", "other pageblock", event.line, "wrong-pageblock", says)
            zone.pageblocks.set(pfn, wanted if event.change_ownership else old)
        due: set[type] = set()
        if old != HIGHATOMIC and victim.order < PAGEBLOCK_ORDER and victim.whole_block:
            due.add(MoveFree)
        if now != old or (old != HIGHATOMIC and victim.order >= PAGEBLOCK_ORDER):
            due.add(SetBlock)
        if old != wanted and SetBlock in due and not told:
            self.untold.unprobed()
        if due - self.kinds:
            self.untold.unmoved += 1
        if old != wanted and told != due & self.kinds:
            says = f"what was told to move with page {pfn:#x} is not what moves"
            self.findings.wrong(event.line, "zone", "wrong-pageblock", says)


def len_of_steal(moves: list[Move], event: Extfrag) -> int:
    """How many of the moves that were told last are the steal's own; those before were done by themselves.

    A steal moves the free blocks of its victim's pageblock, then sets its type; or, if the victim is a
    pageblock or more, sets the type of each.  Each names the victim's very page, and the request's type.
    Linux: steal_suitable_fallback() and change_pageblock_range(), mm/page_alloc.c.
    """
    own: list[tuple[type, Pfn]] = [(MoveFree, event.pfn), (SetBlock, event.pfn)]
    if event.fallback_order >= PAGEBLOCK_ORDER:
        pages = range(event.pfn, event.pfn + (1 << event.fallback_order), PAGEBLOCK_PAGES)
        own = [(SetBlock, Pfn(page)) for page in pages]
    many = 0
    for move in reversed(moves):
        named = type(move), move.pfn
        if move.migratetype != event.alloc_migratetype or named not in own:
            break
        own = own[: own.index(named)]
        many += 1
    return many
