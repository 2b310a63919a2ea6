"""A whole machine: memory from its map on, requests, memory cgroups, slab caches, page tables, /proc."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Final

from verified_buddy.addressing.page_table import PageTable, TablePages
from verified_buddy.boot.architecture import X86_64
from verified_buddy.boot.memory_map import MemoryMap
from verified_buddy.boot.nodes import node_specs, present_pages
from verified_buddy.boot.reader import described_map, read_map
from verified_buddy.errors import InvalidGroup
from verified_buddy.linux import gfp
from verified_buddy.linux.gfp_names import parse_gfp
from verified_buddy.linux.memcg import MemCgroup, Stock
from verified_buddy.linux.memcg_charge import Resort, charge_kmem_page, uncharge_kmem_page
from verified_buddy.linux.memcg_charge import Task as Payer
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import Task, World
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.proc.buddyinfo import show_buddyinfo
from verified_buddy.proc.nodes import counters, free_counts, type_counts, zone_infos
from verified_buddy.proc.pagetypeinfo import show_pagetypeinfo
from verified_buddy.proc.slabinfo import cache_counts, show_slabinfo
from verified_buddy.proc.vmstat import show_vmstat
from verified_buddy.proc.zoneinfo import show_zoneinfo
from verified_buddy.slab.cache import SlabCache

if TYPE_CHECKING:
    from verified_buddy.simulate.teller import Teller

TABLE_FLAGS: Final = gfp.GFP_KERNEL_ACCOUNT | gfp.ZERO
"""Of the requests for page tables; Linux: GFP_PGTABLE_USER, include/asm-generic/pgalloc.h."""


class Charging(World):
    """Memory cgroups, and nothing else: no reclaim, no compaction, no task to kill."""

    def __init__(self) -> None:
        self.root = MemCgroup("")
        self.groups: dict[str, MemCgroup] = {}
        self.stocks: list[Stock] = []
        self.owners: dict[Pfn, MemCgroup] = {}
        """By the first page of a charged block: who pays for it."""

    def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
        """Charge the task's group."""
        group = task.memcg
        if not isinstance(group, MemCgroup):
            return True
        payer = Payer(memalloc=task.memalloc, dying=task.fatal_signal)
        resort = Resort(lambda group, pages, mask: 0, lambda group, mask, order: False)
        charged = charge_kmem_page(group, self.stocks, task.cpu, ORDERS[order], gfp_mask, payer, resort)
        if charged:
            self.owners[pfn] = group
        return charged

    def uncharge(self, pfn: Pfn, order: int) -> None:
        """Take the charge back, on the first CPU."""
        uncharge_kmem_page(self.owners.pop(pfn, None), self.stocks[0], ORDERS[order])


class Machine:
    """One machine of x86-64, from its memory map on.

    >>> machine = Machine.described("4 GiB, two nodes", cpus=2)
    >>> pfn = machine.allocate("GFP_KERNEL|__GFP_ZERO", order=3, node=1)
    >>> machine.free(pfn, order=3)
    >>> print(machine.buddyinfo().splitlines()[0])  # doctest: +NORMALIZE_WHITESPACE
    Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3

    A call that raises a ``BuddyError`` has changed nothing.
    """

    def __init__(self, memory_map: MemoryMap, *, cpus: int = 1, tells: bool = False) -> None:
        """The machine, started: all that is free of its memory is on the lists.

        ``tells``: it keeps the events of what is done from now on.  Raises InvalidCount, InvalidCpu.
        """
        self.world = Charging()
        self.told: list[str] = []
        self.teller: Teller | None = None
        specs = node_specs(memory_map, cpus)
        if tells:
            self.nodes = self._telling(specs)
        else:
            self.nodes = Nodes(specs, self.world)
        self.present = present_pages(memory_map)
        """By zone: how many of its pages are memory."""
        self.world.stocks += [Stock() for _ in range(cpus)]
        self.caches: dict[str, SlabCache] = {}
        self.slab_pages: set[Pfn] = set()

    def _telling(self, specs: list[NodeSpec]) -> Nodes:
        """The nodes, which tell what they do."""
        from verified_buddy.simulate.teller import Teller
        from verified_buddy.simulate.told_nodes import ToldNodes

        self.teller = Teller(self.told.append, probes=False)
        return ToldNodes(specs, self.teller, self.world)

    @classmethod
    def described(cls, text: str, *, cpus: int = 1, tells: bool = False) -> Machine:
        """Such as "4 GiB, two nodes".  Raises Unusable."""
        return cls(described_map(text, X86_64), cpus=cpus, tells=tells)

    @classmethod
    def read(cls, path: str, *, cpus: int = 1, tells: bool = False) -> Machine:
        """Of the map in a kernel's log or in JSON, plain or gzip.  Raises Unusable, OSError."""
        with open(path, "rb") as stream:
            return cls(read_map(stream, path, X86_64), cpus=cpus, tells=tells)

    # Pages.
    def allocate(
        self,
        gfp_mask: int | str,
        order: int = 0,
        node: int = 0,
        cpu: int = 0,
        cgroup: str | None = None,
        nodemask: Container[int] | None = None,
    ) -> Pfn | None:
        """The first page of a block of the order; None if there is none for such a request.

        The mask may be spelled as in traces.  Raises InvalidGfp, InvalidOrder, InvalidNode, InvalidCpu,
        InvalidGroup.
        """
        mask = parse_gfp(gfp_mask) if isinstance(gfp_mask, str) else gfp_mask
        return self.nodes.alloc_pages(mask, order, node, Task(cpu, memcg=self.group(cgroup)), nodemask)

    def free(self, pfn: int, order: int = 0, cpu: int = 0) -> None:
        """Take back a block.  Raises as ``Nodes.free_pages`` does."""
        self.nodes.free_pages(pfn, order, Task(cpu))

    def cgroup(self, name: str, limit: int, parent: str | None = None) -> MemCgroup:
        """A new memory cgroup that may be charged so many pages.  Raises InvalidLimit, InvalidGroup."""
        if name in self.world.groups:
            raise InvalidGroup(name)
        above = self.world.root if parent is None else self.group(parent)
        self.world.groups[name] = made = MemCgroup(name, above, limit)
        return made

    def group(self, name: str | None) -> MemCgroup | None:
        """The group of that name; None for None.  Raises InvalidGroup."""
        if name is not None and name not in self.world.groups:
            raise InvalidGroup(name)
        return None if name is None else self.world.groups[name]

    # What stands on pages.
    def cache(self, name: str, size: int) -> SlabCache:
        """The slab cache of that name, for objects of so many bytes; a new one, or that which is there."""
        if name not in self.caches:
            pages = NodePages(self.nodes)
            made = SlabCache(pages, size, cpus=self.nodes.cpus, slab_pages=self.slab_pages)
            self.caches[name] = made
        return self.caches[name]

    def page_table(self) -> PageTable:
        """The tables of a new address space, whose pages are the machine's.  Raises NoTablePage."""
        pages = NodePages(self.nodes)
        return PageTable(TablePages(lambda: pages.alloc(ORDERS[0], TABLE_FLAGS), pages.give_back))

    # What /proc says.
    def buddyinfo(self) -> str:
        """/proc/buddyinfo."""
        return show_buddyinfo(free_counts(self.nodes))

    def pagetypeinfo(self) -> str:
        """/proc/pagetypeinfo."""
        return show_pagetypeinfo(type_counts(self.nodes))

    def zoneinfo(self) -> str:
        """/proc/zoneinfo, as far as the machine has what it tells."""
        return show_zoneinfo(zone_infos(self.nodes, self.present))

    def slabinfo(self) -> str:
        """/proc/slabinfo."""
        return show_slabinfo(cache_counts(name, cache) for name, cache in self.caches.items())

    def vmstat(self) -> str:
        """The counters of pages in /proc/vmstat."""
        return show_vmstat(counters(self.nodes))

    def events(self) -> str:
        """What was done since this was asked last, as tracefs spells events; "" if it tells none."""
        if self.teller is not None:
            self.teller.flush()
        text = "".join(self.told)
        self.told.clear()
        return text


class NodePages:
    """The pages of a machine for slabs and tables, which the first node's tasks ask for."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes

    def alloc(self, order: Order, gfp_mask: int) -> Pfn | None:
        """The first page of a block; None if there is none."""
        return self.nodes.alloc_pages(gfp_mask, order, 0)

    def free(self, pfn: Pfn, order: Order) -> None:
        """The block goes back."""
        self.nodes.free_pages(pfn, order)

    def give_back(self, pfn: Pfn) -> None:
        """A single page goes back."""
        self.free(pfn, ORDERS[0])
