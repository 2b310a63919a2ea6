"""Random lives of a whole machine, beside a naive one: plain dictionaries of who owns what."""

from __future__ import annotations

import re

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from verified_buddy import BuddyError, Machine
from verified_buddy.addressing.address import address_of, canonical
from verified_buddy.addressing.page_table import PageTable
from verified_buddy.linux import gfp
from verified_buddy.pfn import Pfn

MASKS = (
    gfp.GFP_KERNEL,
    gfp.GFP_KERNEL_ACCOUNT,
    gfp.GFP_ATOMIC,
    gfp.GFP_NOWAIT,
    gfp.GFP_HIGHUSER_MOVABLE,
    gfp.GFP_KERNEL | gfp.RECLAIMABLE,
    gfp.GFP_KERNEL | gfp.DMA,
    gfp.GFP_KERNEL | gfp.THISNODE | gfp.ZERO,
    gfp.GFP_KERNEL | gfp.COMP | gfp.NORETRY,
)
SIZES = (64, 192, 1024, 4096)
LIMIT = 40
PAGE = 4096


class WholeMachine(RuleBasedStateMachine):
    """Two nodes, two CPUs, a group with a limit, four caches, two address spaces."""

    blocks = Bundle("blocks")
    objects = Bundle("objects")
    mappings = Bundle("mappings")

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine.described("48 MiB, two nodes", cpus=2)
        self.managed = sum(zone.managed for zone in self.machine.nodes.ascending)
        self.group = self.machine.cgroup("group", LIMIT)
        self.tables = [self.machine.page_table() for _ in range(2)]
        self.owned: dict[int, int] = {}
        self.charged: dict[int, int] = {}
        self.in_use: dict[int, str] = {}
        self.mapped: tuple[dict[int, int], ...] = ({}, {})

    @rule(
        target=blocks,
        mask=st.sampled_from(MASKS),
        order=st.sampled_from((0, 0, 0, 1, 2, 3, 5, 9, 10)),
        node=st.integers(0, 1),
        cpu=st.integers(0, 1),
        grouped=st.booleans(),
    )
    def allocate(self, mask: int, order: int, node: int, cpu: int, grouped: bool) -> object:
        group = "group" if grouped else None
        pfn = self.machine.allocate(mask, order, node, cpu, group)
        if pfn is None:
            return multiple()
        assert pfn % (1 << order) == 0
        assert not any(self.owner(page) for page in range(pfn, pfn + (1 << order)))
        self.owned[pfn] = order
        if grouped and mask & gfp.ACCOUNT:
            self.charged[pfn] = 1 << order
        return pfn

    def owner(self, page: int) -> bool:
        return any(head <= page < head + (1 << order) for head, order in self.owned.items())

    @rule(pfn=consumes(blocks), cpu=st.integers(0, 1))
    def free(self, pfn: int, cpu: int) -> None:
        self.machine.free(pfn, self.owned.pop(pfn), cpu)
        self.charged.pop(pfn, None)

    @rule(pfn=blocks, more=st.integers(1, 3))
    def free_with_a_wrong_order(self, pfn: int, more: int) -> None:
        before = self.machine.buddyinfo()
        try:
            self.machine.free(pfn, self.owned[pfn] + more)
        except BuddyError:
            assert self.machine.buddyinfo() == before
        else:
            raise AssertionError("a block was freed with another order")

    @rule(target=objects, size=st.sampled_from(SIZES))
    def take_object(self, size: int) -> object:
        address = self.machine.cache(f"size-{size}", size).alloc()
        if address is None:
            return multiple()
        assert not any(
            abs(address - other) < size for other in self.in_use if self.in_use[other] == f"{size}"
        )
        assert address not in self.in_use
        assert not self.owner(address // PAGE)
        self.in_use[address] = f"{size}"
        return address

    @rule(address=consumes(objects))
    def give_object(self, address: int) -> None:
        size = int(self.in_use.pop(address))
        cache = self.machine.cache(f"size-{size}", size)
        cache.free(address)
        try:
            cache.free(address)
        except BuddyError:
            return
        raise AssertionError("an object was freed twice")

    @rule(target=mappings, pfn=blocks, space=st.integers(0, 1), at=st.integers(0, 1 << 12))
    def map(self, pfn: int, space: int, at: int) -> object:
        va = 0x7000_0000_0000 + at * (PAGE << 7)
        try:
            self.tables[space].map(canonical(va), address_of(Pfn(pfn)))
        except BuddyError:
            assert va in self.mapped[space]
            return multiple()
        self.mapped[space][va] = pfn
        return space, va

    @rule(mapping=consumes(mappings))
    def unmap(self, mapping: tuple[int, int]) -> None:
        space, va = mapping
        self.tables[space].unmap(canonical(va))
        del self.mapped[space][va]

    @rule(cpu=st.integers(0, 1))
    def fold(self, cpu: int) -> None:
        self.machine.nodes.fold(cpu)

    @invariant()
    def every_page_is_somewhere_once(self) -> None:
        free = sum(zone.mobility.nr_free_pages() for zone in self.machine.nodes.ascending)
        cached = sum(lists.count for zone in self.machine.nodes.ascending for lists in zone.pcp)
        live = sum(1 << order for zone in self.machine.nodes.ascending for order in zone.live.values())
        assert free + cached + live == self.managed
        assert live >= sum(1 << order for order in self.owned.values())

    @invariant()
    def the_counters_are_the_lists(self) -> None:
        for zone in self.machine.nodes.ascending:
            assert zone.counter.exact() == zone.mobility.nr_free_pages()
        told = sum(int(each) for each in re.findall(r"pages free +(\d+)", self.machine.zoneinfo()))
        assert told == sum(zone.counter.read() for zone in self.machine.nodes.ascending)

    @invariant()
    def the_group_pays_for_its_own_and_keeps_its_limit(self) -> None:
        assert sum(self.charged.values()) <= self.group.memory.usage <= LIMIT

    @invariant()
    def addresses_lead_to_the_mappers_pages_and_nowhere_else(self) -> None:
        for table, mapped in zip(self.tables, self.mapped, strict=True):
            assert isinstance(table, PageTable)
            for va, pfn in mapped.items():
                assert table.translate(canonical(va)).pa == address_of(Pfn(pfn))


WholeMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
TestWholeMachine = WholeMachine.TestCase
