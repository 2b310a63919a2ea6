"""A zone that tells what becomes of its blocks, in the order in which the kernel's events would."""

from __future__ import annotations

from typing import Any, Final

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.counted_zone import NotedPages
from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE, PCPTYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER, Pageblocks
from verified_buddy.linux.pcp import (
    PCP_PAGES,
    order_to_pindex,
    pcp_allowed_order,
    pindex_to_order,
    refill_blocks,
)
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.simulate.addresses import page_address, zone_address
from verified_buddy.simulate.stolen import Steal, Told
from verified_buddy.simulate.teller import Teller
from verified_buddy.simulate.watched import WatchedZone

PAGE: Final[dict[str, str]] = {"tracefs": "00000000ffffffff", "perf": ""}
"""What is told of a page beside its number: a hash of its address; perf repeats the number."""


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

    __slots__ = ("cpu", "filled", "handed", "in_vain", "migratetype", "order", "reserve", "silent", "told")

    def __init__(self, order: Order, migratetype: Migratetype, cpu: int, *, reserve: bool) -> None:
        self.order = order
        self.migratetype = migratetype
        self.cpu = cpu
        self.reserve = reserve
        """Whether the highatomic reserve is asked first, and has a block."""
        self.filled: int | None = None
        """The pages of the refill; None if there is none, or its end is told."""
        self.handed = False
        """Whether a per-CPU list had the block."""
        self.in_vain = False
        """Whether no type had a block."""
        self.silent = False
        """Whether the next block that is taken was told already."""
        self.told = False


class ToldZone(WatchedZone):
    """A zone that tells; until it has a teller it is any other."""

    teller: Teller | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.noted = [ToldPages(self, lists.high, lists.batch) for lists in self.noted]
        self.pcp = [*self.noted]
        self.address = f"{zone_address(self.ref):#x}"
        self.taking: Taking | None = None
        self.giving: int | None = None
        """The CPU that gives blocks back, if any does."""

    @property
    def told_blocks(self) -> ToldPageblocks:
        """The pageblocks of the machine."""
        blocks = self.mobility.pageblocks
        assert isinstance(blocks, ToldPageblocks)
        return blocks

    # What a request does.
    def rmqueue(self, order: Order, migratetype: Migratetype, alloc_flags: int, cpu: int) -> Pfn | None:
        """As in any zone."""
        teller = self.teller
        if teller is None:
            return super().rmqueue(order, migratetype, alloc_flags, cpu)
        self.taking = taking = Taking(order, migratetype, cpu, reserve=False)
        if not pcp_allowed_order(order):
            teller.probe(cpu, "rmqb", f"zone={self.address} order={order}")
        elif self.pcp[cpu].first(order_to_pindex(migratetype, order)) is None:
            count = refill_blocks(self.pcp[cpu].batch, order)
            fields = f"order={order} count={count} mt={migratetype} flags={alloc_flags:#x}"
            teller.probe(cpu, "bulk", f"zone={self.address} {fields}")
            taking.filled = 0
        self.told_blocks.zone = self
        try:
            pfn = super().rmqueue(order, migratetype, alloc_flags, cpu)
        finally:
            self.told_blocks.zone = self.taking = None
        self.tell_taken(taking, pfn)
        return pfn

    def alloc(self, order: Order, *args: Any, highatomic_request: bool = False, **options: Any) -> Pfn | None:
        """As in any zone."""
        if self.taking is not None and highatomic_request:
            reserved = (self.free_area.first(each, HIGHATOMIC) for each in ORDERS[order : len(self.free_area.orders)])
            self.taking.reserve = any(pfn is not None for pfn in reserved)
        return super().alloc(order, *args, highatomic_request=highatomic_request, **options)

    def falls(self, steal: Steal) -> None:
        """A request falls back."""
        if self.taking is not None and steal.moves is not None:
            self.tell_move(self.taking.cpu, steal.moves, steal.migratetype)

    def fell(self, steal: Steal, told: Told | None, pfn: Pfn | None) -> None:
        """It has done so, or in vain."""
        super().fell(steal, told, pfn)
        if self.taking is not None:
            if told is None or pfn is None:
                self.taking.in_vain = True
            else:
                self.tell_steal(self.taking, steal, told, pfn)

    def unreserve(self, migratetype: Migratetype, *, force: bool) -> bool:
        """As in any zone."""
        if self.teller is not None:
            self.told_blocks.zone = self
        try:
            return super().unreserve(migratetype, force=force)
        finally:
            if self.teller is not None:
                self.told_blocks.zone = None

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
        teller = self.teller
        if teller is not None and self.live.get(pfn) == order:
            page = PAGE[teller.spelling] or f"{pfn:#x}"
            teller.event(cpu, "mm_page_free", f"page={page} pfn={pfn:#x} order={order}")
            migratetype = self.mobility.pageblocks.migratetype(pfn)
            cached = pcp_allowed_order(order)
            if not (cached and pcp_locked and migratetype != ISOLATE):
                self.tell_given("fop_one" if cached else "fop_ok", pfn, order, migratetype, cpu)
            self.giving = cpu
        try:
            super().free(pfn, order, cpu, pcp_locked=pcp_locked, reclaim_active=reclaim_active)
        finally:
            self.giving = None

    def drain(self, cpu: int = 0, by: int | None = None) -> None:
        """As in any zone."""
        if self.teller is not None:
            self.giving = cpu if by is None else by
            self.teller.probe(self.giving, "drainz", f"cpu={cpu} zone={self.address}")
        try:
            super().drain(cpu, by)
        finally:
            self.giving = None

    # What the parts tell.
    def refilled(self, pindex: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """A block has come to a per-CPU list."""
        taking = self.taking
        if taking is not None:
            taking.filled = (taking.filled or 0) + PCP_PAGES[pindex]
            self.tell_locked(taking, pfn, pindex_to_order(pindex), migratetype)

    def leaves(self, pindex: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """A block leaves a per-CPU list: it is handed out, or goes back."""
        teller = self.teller
        if self.taking is not None:
            self.tell_refill(self.taking)
            self.taking.handed = True
        elif self.giving is not None and teller is not None:
            if self.mobility.nr_isolate_pageblock != 0:
                migratetype = self.mobility.pageblocks.migratetype(pfn)
            order = pindex_to_order(pindex)
            self.tell_given("fop_pcp", pfn, order, migratetype, self.giving)
            page = PAGE[teller.spelling] or f"{pfn:#x}"
            fields = f"page={page} pfn={pfn:#x} order={order} migratetype={migratetype}"
            teller.event(self.giving, "mm_page_pcpu_drain", fields)

    def sets_type(self, pfn: Pfn, migratetype: Migratetype) -> None:
        """A pageblock gets a type: a steal claims it, or it is reserved, or no longer."""
        taking, teller = self.taking, self.teller
        assert teller is not None
        reserves = taking is not None and migratetype == HIGHATOMIC
        cpu = teller.cpu
        if taking is not None:
            cpu = taking.cpu
            if reserves:
                self.tell_taken(taking, pfn)
        fields = f"page={page_address(pfn)} flags={migratetype:#x} pfn={pfn:#x} mask=0x7"
        teller.probe(cpu, "setblock", fields)
        if reserves or (taking is None and self.giving is None):
            self.tell_move(cpu, pfn, migratetype)

    # How it is told.
    def tell_taken(self, taking: Taking, pfn: Pfn | None) -> None:
        """What is left to tell of a block that was taken, or not."""
        if taking.told:
            return
        taking.told = True
        self.tell_refill(taking)
        if taking.handed:
            return
        teller, order = self.teller, taking.order
        assert teller is not None
        if pcp_allowed_order(order):
            teller.probe(taking.cpu, "rmqb", f"zone={self.address} order={order}")
        if pfn is not None:
            reserved = taking.reserve or taking.in_vain
            self.tell_locked(taking, pfn, order, HIGHATOMIC if reserved else taking.migratetype)
            teller.probe(taking.cpu, "nrfree", f"zone={self.address} item=0 delta={-(1 << order)}")

    def tell_refill(self, taking: Taking) -> None:
        """The end of a refill: its pages are counted."""
        if taking.filled is not None and self.teller is not None:
            fields = f"zone={self.address} item=0 delta={-taking.filled}"
            self.teller.probe(taking.cpu, "nrfree", fields)
            taking.filled = None

    def tell_locked(self, taking: Taking, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
        """A block has left a free list."""
        if taking.silent:
            taking.silent = False
            return
        teller = self.teller
        assert teller is not None
        refill = int(pcp_allowed_order(order) and migratetype < PCPTYPES)
        page = PAGE[teller.spelling] or f"{pfn:#x}"
        fields = f"order={order} migratetype={migratetype} percpu_refill={refill}"
        teller.event(taking.cpu, "mm_page_alloc_zone_locked", f"page={page} pfn={pfn:#x} {fields}")

    def tell_steal(self, taking: Taking, steal: Steal, told: Told, pfn: Pfn) -> None:
        """A request of the type fell back: the kernel tells it before or after the block is taken."""
        teller = self.teller
        assert teller is not None
        if told.locked_first:
            self.tell_locked(taking, pfn, steal.order, steal.migratetype)
        taking.silent = told.silent
        changed = int(self.mobility.pageblocks.migratetype(told.pfn) == steal.migratetype)
        page = PAGE[teller.spelling] or f"{told.pfn:#x}"
        orders = f"alloc_order={steal.order} fallback_order={told.order} pageblock_order={PAGEBLOCK_ORDER}"
        types = f"alloc_migratetype={steal.migratetype} fallback_migratetype={told.migratetype}"
        ends = f"fragmenting={int(told.order < PAGEBLOCK_ORDER)} change_ownership={changed}"
        fields = f"page={page} pfn={told.pfn:#x} {orders} {types} {ends}"
        teller.event(taking.cpu, "mm_page_alloc_extfrag", fields)

    def tell_move(self, cpu: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """The free blocks of a pageblock go to another type's lists."""
        assert self.teller is not None
        fields = f"zone={self.address} page={page_address(pfn)} mt={migratetype}"
        self.teller.probe(cpu, "movefree", fields)

    def tell_given(self, probe: str, pfn: Pfn, order: Order, migratetype: Migratetype, cpu: int) -> None:
        """A block goes back to the free lists."""
        assert self.teller is not None
        fields = f"pfn={pfn:#x} zone={self.address} order={order} mt={migratetype} fpi=0"
        self.teller.probe(cpu, probe, fields)
