"""The memory cgroups of a load, which tell of each charge where somebody listens."""

from __future__ import annotations

from typing import Final

from verified_buddy.linux import memcg_charge
from verified_buddy.linux.memcg import MemCgroup, Stock
from verified_buddy.linux.memcg_charge import Resort
from verified_buddy.linux.page_counter import PAGE_COUNTER_MAX, PageCounter
from verified_buddy.linux.world import Task
from verified_buddy.pfn import Order, Pfn
from verified_buddy.simulate.addresses import page_address
from verified_buddy.simulate.load import ROOT
from verified_buddy.simulate.teller import Teller

GROUP: Final = 0xFFFF888003D41000
GROUP_BYTES: Final = 0x1000
COUNTER_AT: Final = 0x100
"""Where in a group its counter is.  Linux: memory of struct mem_cgroup."""
ENOMEM: Final = 12


class Lines:
    """What is told of charges, on the CPU that makes them; nothing without a teller."""

    __slots__ = ("cpu", "teller")

    def __init__(self, teller: Teller | None) -> None:
        self.teller = teller
        self.cpu = 0

    def tell(self, probe: str, fields: str) -> None:
        """What a probe tells."""
        if self.teller is not None:
            self.teller.probe(self.cpu, probe, fields)


class ToldCounter(PageCounter):
    """A counter that tells what is done to it."""

    __slots__ = ("above", "address", "lines")

    def __init__(self, parent: PageCounter | None, limit: int, address: int, lines: Lines) -> None:
        super().__init__(parent, limit)
        self.address = address
        self.above = parent.address if isinstance(parent, ToldCounter) else 0
        self.lines = lines

    def asked(self, pages: int) -> str:
        """What is asked of it, and what it was."""
        return f"counter={self.address:#x} nr={pages} usage={self.usage}"

    def try_charge(self, pages: int) -> PageCounter | None:
        """As in any counter."""
        self.lines.tell("pcharge", f"{self.asked(pages)} max={self.max} parent={self.above:#x}")
        refused = super().try_charge(pages)
        self.lines.tell("pcharge_ret", f"ret={int(refused is None)}")
        return refused

    def charge(self, pages: int) -> None:
        """As in any counter."""
        self.lines.tell("pforce", self.asked(pages))
        super().charge(pages)

    def uncharge(self, pages: int) -> None:
        """As in any counter."""
        self.lines.tell("puncharge", self.asked(pages))
        super().uncharge(pages)


class Group(MemCgroup):
    """A group with an address."""

    __slots__ = ("address",)

    def __init__(self, name: str, parent: Group | None, limit: int, number: int, lines: Lines) -> None:
        super().__init__(name, parent, limit)
        self.address = GROUP + number * GROUP_BYTES
        above = None if parent is None else parent.memory
        self.memory = ToldCounter(above, limit, self.address + COUNTER_AT, lines)


class ToldStock(Stock):
    """A CPU's stock, which tells what it is given and that it is emptied."""

    __slots__ = ("lines",)

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def refill(self, memcg: MemCgroup, pages: int) -> None:
        """As in any stock."""
        self.lines.tell("refillst", f"memcg={address_of(memcg):#x} nr={pages}")
        super().refill(memcg, pages)

    def drain(self) -> None:
        """As in any stock."""
        self.lines.tell("drainst", f"memcg={address_of(self.cached):#x}")
        super().drain()


def address_of(group: MemCgroup | None) -> int:
    """Where the group is; 0 is no group."""
    return group.address if isinstance(group, Group) else 0


class Groups:
    """The groups by name, below one root; who is charged for which block; what each CPU has in stock.

    Nothing is reclaimed for a group, and no task of it is killed.
    """

    def __init__(self, teller: Teller | None = None) -> None:
        self.lines = Lines(teller)
        self.named: dict[str, Group] = {ROOT: Group(ROOT, None, PAGE_COUNTER_MAX, 0, self.lines)}
        self.stocks: dict[int, ToldStock] = {}
        """By CPU, in the order in which they came to use."""
        self.charged: dict[Pfn, Group] = {}
        self.refused = 0

    def add(self, name: str, parent: str, limit: int) -> None:
        """A new group.  Raises KeyError if there is no such parent."""
        self.named[name] = Group(name, self.named[parent], limit, len(self.named), self.lines)

    def number_of(self, name: str | None) -> int:
        """Which group it is; 0 for none and for the root."""
        return 0 if name is None else [*self.named].index(name)

    def stocks_from(self, cpu: int) -> list[Stock]:
        """The CPU's stock, and then the others."""
        own = self.stocks.setdefault(cpu, ToldStock(self.lines))
        return [own, *(stock for stock in self.stocks.values() if stock is not own)]

    def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
        """Charge the block to the task's group.  Linux: __memcg_kmem_charge_page(), mm/memcontrol.c."""
        group = task.memcg
        assert isinstance(group, Group)
        self.lines.cpu = task.cpu
        pages = 1 << order
        self.lines.tell("trych", f"memcg={group.address:#x} gfp={gfp_mask:#x} nr={pages}")
        payer = memcg_charge.Task(memalloc=task.memalloc, dying=task.fatal_signal)
        resort = Resort(self.reclaim, self.oom)
        stocks = self.stocks_from(task.cpu)
        charged = memcg_charge.try_charge(group, stocks, 0, pages, gfp_mask, payer, resort)
        self.lines.tell("trych_ret", f"ret={0 if charged else -ENOMEM}")
        if charged:
            self.charged[pfn] = group
        self.refused += not charged
        return charged

    def uncharge(self, pfn: Pfn, order: Order, cpu: int) -> None:
        """Take the charge back.  Linux: __memcg_kmem_uncharge_page(), mm/memcontrol.c."""
        self.lines.cpu = cpu
        self.lines.tell("kmemun", f"page={page_address(pfn)} order={order}")
        memcg_charge.uncharge_kmem_page(self.charged.pop(pfn), self.stocks_from(cpu)[0], order)

    def reclaim(self, group: MemCgroup, pages: int, gfp_mask: int) -> int:
        """None."""
        self.lines.tell("mcgreclaim", f"memcg={address_of(group):#x} nr={pages} gfp={gfp_mask:#x}")
        self.lines.tell("mcgreclaim_ret", "ret=0")
        return 0

    def oom(self, group: MemCgroup, gfp_mask: int, order: Order) -> bool:
        """Nobody is killed."""
        self.lines.tell("oom", f"gfp={gfp_mask:#x} order={order}")
        self.lines.tell("oom_ret", "ret=0")
        return False
