"""A zone that tells what becomes of its blocks, in the order in which the kernel's events would."""

from __future__ import annotations

from typing import Any

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.counted_zone import NotedPages
from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.pcp import (
    PCP_PAGES,
    order_to_pindex,
    pcp_allowed_order,
    pindex_to_order,
    refill_blocks,
)
from verified_buddy.pfn import MAX_ORDER, ORDERS, Order, Pfn
from verified_buddy.simulate.stolen import Steal, Told
from verified_buddy.simulate.teller import Teller
from verified_buddy.simulate.watched import WatchedZone
from verified_buddy.simulate.zone_lines import ZoneLines


class ToldPageblocks(Pageblocks):
    """Pageblocks that tell the zone at work of each type that is set."""

    __slots__ = ("zone",)

    def __init__(self) -> None:
        super().__init__()
        self.zone: ToldZone | None = None

    def set(self, pfn: Pfn, migratetype: Migratetype) -> None:
        """As in any pageblocks."""
        if self.zone is not None:
            self.zone.sets_type(pfn, migratetype)
        super().set(pfn, migratetype)


class ToldPages(NotedPages):
    """Per-CPU lists that tell their zone what comes by a refill, and what leaves."""

    __slots__ = ("zone",)

    def __init__(self, zone: ToldZone, high: int, batch: int) -> None:
        super().__init__(high, batch)
        self.zone = zone

    def add(self, pindex: int, pfn: Pfn, migratetype: Migratetype, *, tail: bool) -> None:
        """As in any lists."""
        super().add(pindex, pfn, migratetype, tail=tail)
        if tail:
            self.zone.refilled(pindex, pfn, migratetype)

    def remove(self, pindex: int, pfn: Pfn) -> Migratetype:
        """As in any lists."""
        migratetype = super().remove(pindex, pfn)
        self.zone.leaves(pindex, pfn, migratetype)
        return migratetype


class Taking:
    """A block that is being taken, and how far that is told."""

    __slots__ = ("cpu", "filled", "handed", "migratetype", "order", "reserved", "silent", "told")

    def __init__(self, order: Order, migratetype: Migratetype, cpu: int) -> None:
        self.order = order
        self.migratetype = migratetype
        self.cpu = cpu
        self.filled: int | None = None
        """The pages of the refill; None if there is none, or its end is told."""
        self.handed = False
        """Whether a per-CPU list had the block."""
        self.reserved = False
        """Whether the highatomic reserve is asked first and has a block, or no other list has."""
        self.silent = False
        """Whether the next block that is taken was told already."""
        self.told = False


class ToldZone(WatchedZone):
    """A zone that tells; until it has lines it is any other."""

    lines: ZoneLines | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.noted = [ToldPages(self, lists.high, lists.batch) for lists in self.noted]
        self.pcp = [*self.noted]
        self.taking: Taking | None = None
        self.giving: int | None = None
        """The CPU that gives blocks back, if any does."""

    def begin(self, teller: Teller) -> None:
        """Tell from now on."""
        self.lines = ZoneLines(teller, self.ref)

    def at_work(self, zone: ToldZone | None) -> None:
        """From now on pageblocks are that zone's to tell."""
        if isinstance(blocks := self.mobility.pageblocks, ToldPageblocks):
            blocks.zone = zone

    # What a request does.
    def rmqueue(self, order: Order, migratetype: Migratetype, alloc_flags: int, cpu: int) -> Pfn | None:
        """As in any zone."""
        lines = self.lines
        if lines is None:
            return super().rmqueue(order, migratetype, alloc_flags, cpu)
        self.taking = taking = Taking(order, migratetype, cpu)
        if not pcp_allowed_order(order):
            lines.past_lists(cpu, order)
        elif self.pcp[cpu].first(order_to_pindex(migratetype, order)) is None:
            lines.bulk(cpu, order, refill_blocks(self.pcp[cpu].batch, order), migratetype, alloc_flags)
            taking.filled = 0
        self.at_work(self)
        try:
            pfn = super().rmqueue(order, migratetype, alloc_flags, cpu)
        finally:
            self.at_work(None)
            self.taking = None
        self.end_taking(lines, taking, pfn)
        return pfn

    def alloc(self, order: Order, *args: Any, highatomic_request: bool = False, **options: Any) -> Pfn | None:
        """As in any zone."""
        if self.taking is not None and highatomic_request:
            orders = ORDERS[order : MAX_ORDER + 1]
            self.taking.reserved = any(self.has_free(each, HIGHATOMIC) for each in orders)
        return super().alloc(order, *args, highatomic_request=highatomic_request, **options)

    def falls(self, steal: Steal) -> None:
        """A request falls back."""
        if self.lines is not None and self.taking is not None and steal.moves is not None:
            self.lines.moved(self.taking.cpu, steal.moves, steal.migratetype)

    def fell(self, steal: Steal, told: Told | None, pfn: Pfn | None) -> None:
        """It has done so, or in vain."""
        super().fell(steal, told, pfn)
        taking, lines = self.taking, self.lines
        if taking is None or lines is None:
            return
        if told is None or pfn is None:
            taking.reserved = True
            return
        if told.locked_first:
            lines.locked(taking.cpu, pfn, steal.order, steal.migratetype)
        taking.silent = told.silent
        changed = self.mobility.pageblocks.migratetype(told.pfn) == steal.migratetype
        lines.stolen(taking.cpu, steal, told, changed=changed)

    def end_taking(self, lines: ZoneLines, taking: Taking, pfn: Pfn | None) -> None:
        """Tell what is left to tell of a block that was taken, or not."""
        if taking.told:
            return
        taking.told = True
        self.end_refill(lines, taking)
        if taking.handed:
            return
        if pcp_allowed_order(taking.order):
            lines.past_lists(taking.cpu, taking.order)
        if pfn is not None:
            if not taking.silent:
                migratetype = HIGHATOMIC if taking.reserved else taking.migratetype
                lines.locked(taking.cpu, pfn, taking.order, migratetype)
            lines.counted(taking.cpu, 1 << taking.order)

    def end_refill(self, lines: ZoneLines, taking: Taking) -> None:
        """The pages of a refill are counted when it has ended."""
        if taking.filled is not None:
            lines.counted(taking.cpu, taking.filled)
            taking.filled = None

    def unreserve(self, migratetype: Migratetype, *, force: bool) -> bool:
        """As in any zone."""
        self.at_work(None if self.lines is None else self)
        try:
            return super().unreserve(migratetype, force=force)
        finally:
            self.at_work(None)

    # What comes back.
    def free(
        self,
        pfn: Pfn,
        order: Order,
        cpu: int = 0,
        *,
        pcp_locked: bool = True,
        reclaim_active: bool = False,
    ) -> None:
        """As in any zone."""
        lines = self.lines
        if lines is not None and self.live.get(pfn) == order:
            lines.freed(cpu, pfn, order)
            migratetype = self.mobility.pageblocks.migratetype(pfn)
            cached = pcp_allowed_order(order)
            if not (cached and pcp_locked and migratetype != ISOLATE):
                lines.given(cpu, "fop_one" if cached else "fop_ok", pfn, order, migratetype)
            self.giving = cpu
        try:
            super().free(pfn, order, cpu, pcp_locked=pcp_locked, reclaim_active=reclaim_active)
        finally:
            self.giving = None

    def drain(self, cpu: int = 0, by: int | None = None) -> None:
        """As in any zone."""
        if self.lines is not None:
            self.giving = cpu if by is None else by
            self.lines.drain(self.giving, cpu)
        try:
            super().drain(cpu, by)
        finally:
            self.giving = None

    # What the parts tell.
    def refilled(self, pindex: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """A block has come to a per-CPU list."""
        taking, lines = self.taking, self.lines
        if taking is not None and lines is not None:
            taking.filled = (taking.filled or 0) + PCP_PAGES[pindex]
            if not taking.silent:
                lines.locked(taking.cpu, pfn, pindex_to_order(pindex), migratetype)
            taking.silent = False

    def leaves(self, pindex: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """A block leaves a per-CPU list: it is handed out, or goes back."""
        lines = self.lines
        if lines is None:
            return
        if self.taking is not None:
            self.end_refill(lines, self.taking)
            self.taking.handed = True
        elif self.giving is not None:
            if self.mobility.nr_isolate_pageblock != 0:
                migratetype = self.mobility.pageblocks.migratetype(pfn)
            lines.drained(self.giving, pfn, pindex_to_order(pindex), migratetype)

    def sets_type(self, pfn: Pfn, migratetype: Migratetype) -> None:
        """A pageblock is claimed by a steal; or it is reserved, or no longer, and its blocks move."""
        taking, lines = self.taking, self.lines
        assert lines is not None
        cpu, moves = lines.teller.cpu, taking is None
        if taking is not None:
            cpu = taking.cpu
            if migratetype == HIGHATOMIC:
                self.end_taking(lines, taking, pfn)
                moves = True
        lines.retyped(cpu, pfn, migratetype)
        if moves:
            lines.moved(cpu, pfn, migratetype)
