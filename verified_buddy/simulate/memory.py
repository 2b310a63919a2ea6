"""The world of a load: who has which blocks, and what is reclaimed when a machine runs short."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from verified_buddy.linux import gfp
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.linux.system import AllocContext
from verified_buddy.linux.world import Task, World
from verified_buddy.linux.zonelist import ZoneRef, eligible
from verified_buddy.pfn import Order, Pfn
from verified_buddy.simulate.groups import Groups
from verified_buddy.simulate.load import Ask, Name

CLUSTER: Final = 32
"""So many pages are reclaimed at once; Linux: SWAP_CLUSTER_MAX, include/linux/swap.h."""


class Memory(World):
    """The blocks of a load; those that may be reclaimed go by zone, the oldest first.

    Nothing is compacted, no task is killed, and a group cannot be reclaimed.
    """

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.cpu = 0
        """Where a block goes back."""
        self.nodes: Nodes | None = None
        """The machine, once there is one."""
        self.blocks: dict[Name, tuple[Pfn, Order]] = {}
        self.oldest: dict[ZoneRef, OrderedDict[Name, int]] = {}
        """By zone: what may be reclaimed, with its pages."""
        self.pages: dict[ZoneRef, int] = {}
        """By zone: how many pages these are."""
        self.movable: dict[Pfn, dict[Pfn, int]] = {}
        """By pageblock: its movable blocks, with their pages."""
        self.reclaimed = 0

    def machine(self) -> Nodes:
        """The machine."""
        assert self.nodes is not None, "no machine yet"
        return self.nodes

    # Who has what.
    def got(self, ask: Ask, pfn: Pfn) -> None:
        """A request was served."""
        order = Order(ask.order)
        self.blocks[ask.name] = pfn, order
        if ask.reclaimable:
            zone = self.machine().zone_of(pfn).ref
            self.oldest.setdefault(zone, OrderedDict())[ask.name] = 1 << order
            self.pages[zone] = self.pages.get(zone, 0) + (1 << order)
        if ask.gfp_mask & gfp.MOVABLE != 0:
            self.movable.setdefault(pageblock_start(pfn), {})[pfn] = 1 << order

    def give(self, name: Name, task: Task) -> int:
        """A block goes back, if it is there; how many pages."""
        block = self.blocks.pop(name, None)
        if block is None:
            return 0
        pfn, order = block
        nodes = self.machine()
        here = self.movable.get(pageblock_start(pfn))
        if here is not None:
            here.pop(pfn, None)
        zone = nodes.zone_of(pfn).ref
        if zone in self.oldest and self.oldest[zone].pop(name, 0):
            self.pages[zone] -= 1 << order
        self.cpu = task.cpu
        nodes.free_pages(pfn, order, task)
        return 1 << order

    def shrink(self, zone: ZoneRef, pages: int, task: Task) -> int:
        """Reclaim of the zone, if there is anything; how many pages."""
        freed, oldest = 0, self.oldest.get(zone)
        while oldest and freed < pages:
            freed += self.give(next(iter(oldest)), task)
        self.reclaimed += freed
        return freed

    # What the machine asks.
    def reclaim(self, task: Task, gfp_mask: int, order: int, context: AllocContext) -> int:
        """Enough for the request, of the zones that may serve it."""
        wanted, freed = max(CLUSTER, 1 << order), 0
        for zone in eligible(context.zonelist, context.highest_zoneidx, context.nodemask):
            freed += self.shrink(zone, wanted - freed, task)
            if freed >= wanted:
                break
        return freed

    def reclaimable(self, zone: ZoneRef) -> int:
        """What may be reclaimed of the zone."""
        return self.pages.get(zone, 0)

    def movable_pages(self, pfn: Pfn) -> int:
        """As the load said of what it asked for."""
        here = self.movable.get(pageblock_start(pfn), {})
        end = pageblock_start(pfn) + PAGEBLOCK_PAGES
        return sum(min(pages, end - each) for each, pages in here.items() if each >= pfn)

    def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
        """If the group's limits allow it."""
        return self.groups.charge(pfn, order, gfp_mask, task)

    def uncharge(self, pfn: Pfn, order: int) -> None:
        """Into the stock of the CPU where the block went back."""
        self.groups.uncharge(pfn, Order(order), self.cpu)

    # kswapd.
    def balance(self, node: int, cpu: int) -> bool:
        """Let kswapd of the node work; whether it sleeps then."""
        nodes, task = self.machine(), Task(cpu=cpu, memalloc=True, no_reclaim=True)

        def reclaim(order: int, highest: int) -> int:
            zones = [zone.ref for index, zone in nodes.zones_of(node) if index <= highest]
            return sum(self.shrink(zone, CLUSTER, task) for zone in zones)

        return nodes.balance(node, reclaim)
