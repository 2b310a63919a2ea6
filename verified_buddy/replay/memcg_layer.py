"""Memory cgroups layer: every charge, counter and stock of a recording, as they follow from the lines before.

What no line says is learned from the first that shows it: usage and limit of a group, what a stock holds,
which group a task is charged to (nobody, until it is), and whether it reclaims for others or is dying.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from verified_buddy.kmem.background import MarkVictim
from verified_buddy.kmem.charges import (
    CounterCharge,
    CounterChargeRet,
    CounterForce,
    CounterUncharge,
    DrainStock,
    KmemCharge,
    KmemChargeRet,
    KmemUncharge,
    MemcgReclaim,
    MemcgReclaimRet,
    RefillStock,
    TryCharge,
    TryChargeRet,
)
from verified_buddy.kmem.requests import OutOfMemory, OutOfMemoryRet
from verified_buddy.kmem.said import OfTask
from verified_buddy.linux.memcg_charge import Oom, Reclaim
from verified_buddy.linux.page_counter import PageCounter
from verified_buddy.replay.memcg_known import Known
from verified_buddy.replay.memcg_told import Doing, Line, ToldGroup


class Charges(Known):
    """All charges of a recording; ``said`` takes its events one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.charges = 0
        self.charges_predicted = 0
        self.pages: dict[int, tuple[int, int]] = {}
        """By the first page of a block: the group that is charged for it, and its order."""

    def said(self, event: OfTask) -> None:
        """One event of the trace; those of other layers say nothing here."""
        handler = HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def kmem_charge(self, event: KmemCharge) -> None:
        """A block is to be charged to the task's group, if it has one."""
        payer = self.payer(event.task)
        due = Line("trych", (payer.group, event.gfp, 1 << event.order))
        doing = Doing("kmem", payer, due if payer.group else Line("kmemch_ret", (0,)))
        doing.facts = event.pfn, event.order
        self.stack(event).append(doing)
        self.tally["kmemch", "given"] += 1

    def kmem_charge_ret(self, event: KmemChargeRet) -> None:
        """It was, or could not be, or need not be."""
        self.charges += 1
        predicted = self.due(event, "kmemch_ret", event.ret)
        doing = self.close(event, "kmem")
        if doing is not None:
            self.charges_predicted += predicted and doing.sure
            if event.ret == 0 and len(doing.facts) > 2:
                pfn, order, group = doing.facts
                self.pages[pfn] = group, order

    def try_charge(self, event: TryCharge) -> None:
        """A group is to be charged, for a block or for something else."""
        payer, outer = self.payer(event.task), self.now(event)
        self.learn_group(payer, event.memcg)
        if outer.kind == "kmem" and outer.due:
            due, found = outer.due[0], Line("trych", (event.memcg, event.gfp, event.nr))
            outer.due.clear()
            outer.facts = (*outer.facts[:2], event.memcg)
            if due.probe == "trych" and due.facts[1:] != found.facts[1:]:
                self.lost(event, due, found)
        doing = Doing("charge", payer)
        doing.pages = event.nr
        group = self.group(event.memcg)
        if group.memory.seen and self.stock(event.cpu).known:
            doing.begin(group, self.stocks, event.cpu, event.nr, event.gfp)
        self.stack(event).append(doing)

    def try_charge_ret(self, event: TryChargeRet) -> None:
        """The charge is over."""
        self.dies(event, 0)
        predicted = self.due(event, "trych_ret", event.ret)
        doing, outer = self.close(event, "charge"), self.now(event)
        if doing is not None and event.ret == 0:
            self.consumed(event.cpu, doing)
        if doing is not None and outer.kind == "kmem":
            outer.due.append(Line("kmemch_ret", (event.ret,)))
            outer.sure &= predicted and doing.sure

    def counter_charge(self, event: CounterCharge) -> None:
        """A counter and those above are to be raised."""
        self.dies(event, 1)
        if not self.due(event, "pcharge", event.counter, event.nr, event.usage, event.max):
            self.learn_counter(event.counter, event.usage, event.max, event.parent)
            self.now(event).facts = event.counter, event.nr

    def counter_charge_ret(self, event: CounterChargeRet) -> None:
        """They were, or one of them refused."""
        if not self.due(event, "pcharge_ret", int(event.ret)) and event.ret:
            facts = self.now(event).facts
            if len(facts) == 2:
                self.raised(event, *facts)

    def counter_force(self, event: CounterForce) -> None:
        """A counter and those above are raised, whatever their limits."""
        self.dies(event, 0)
        self.reclaims_for_others(event, "pforce", "mcgreclaim", memalloc=True)
        if not self.due(event, "pforce", event.counter, event.nr, event.usage):
            self.counter(event.counter).usage = event.usage
            self.raised(event, event.counter, event.nr)

    def counter_uncharge(self, event: CounterUncharge) -> None:
        """A counter and those above are lowered: by a stock, or because pages of another kind were freed."""
        doing, counter = self.innermost(event), self.counter(event.counter)
        of_stock = bool(doing.due) and doing.due[0].probe == "puncharge"
        if counter.seen and not of_stock:
            line = Line("puncharge", (event.counter, event.nr, counter.usage))
            self.stack(event).append(Doing("stock", doing.payer, line))
        if self.due(event, "puncharge", event.counter, event.nr, event.usage) and of_stock:
            return
        counter.usage = event.usage
        PageCounter.uncharge(counter, event.nr)

    def refill_stock(self, event: RefillStock) -> None:
        """Charged pages go to the CPU's stock: of a block, of a batch, or of small objects."""
        if self.innermost(event).reply is not None:
            self.tally["refillst", "given"] += 1
            self.put(event, self.group(event.memcg), event.nr, told=1)
        elif not self.due(event, "refillst", event.memcg, event.nr, free=True):
            self.put(event, self.group(event.memcg), event.nr, told=1)

    def put(self, event: OfTask, group: ToldGroup, pages: int, *, told: int) -> None:
        """Into the stock; so many lines of that are told, and the others are due."""
        stock = self.stock(event.cpu)
        self.told.clear()
        stock.refill(group, pages)
        if stock.known and self.told[told:]:
            self.stack(event).append(Doing("stock", self.payer(event.task), *self.told[told:]))
        self.told.clear()

    def drain_stock(self, event: DrainStock) -> None:
        """The CPU's stock is emptied: it is over-full, or of another group, or all are."""
        stock = self.stock(event.cpu)
        self.now(event)
        if self.due(event, "drainst", event.memcg, free=not stock.known or stock.pages == 0):
            return
        if not stock.known:
            stock.learn(event.memcg)
            self.learned["what a stock holds"] += 1
            return
        self.told.clear()
        stock.drain()
        expected, found = self.told[0], Line("drainst", (event.memcg,))
        self.told.clear()
        if expected != found:
            self.lost(event, expected, found)

    def reclaim(self, event: MemcgReclaim) -> None:
        """Pages of a group are to be reclaimed, so that a charge can be."""
        self.reclaims_for_others(event, "mcgreclaim", "pforce", memalloc=False)
        self.due(event, "mcgreclaim", event.memcg, event.nr, event.gfp)

    def reclaim_ret(self, event: MemcgReclaimRet) -> None:
        """So many were."""
        self.answer(event, "mcgreclaim_ret", Reclaim, event.ret)

    def out_of_memory(self, event: OutOfMemory) -> None:
        """A task is to be killed, for a charge if one has asked."""
        if isinstance(self.now(event).asked, Oom):
            self.due(event, "oom", event.gfp, event.order)

    def out_of_memory_ret(self, event: OutOfMemoryRet) -> None:
        """That was done, or not."""
        self.answer(event, "oom_ret", Oom, int(event.ret))

    def mark_victim(self, event: MarkVictim) -> None:
        """A task is dying."""
        self.payer(event.pid).dying = True

    def kmem_uncharge(self, event: KmemUncharge) -> None:
        """A block that was charged is free; its pages go to the stock."""
        group, order = self.pages.pop(event.pfn, (0, event.order))
        self.tally["kmemun", "predicted" if group and order == event.order else "given"] += 1
        if group and self.stock(event.cpu).known:
            self.put(event, self.group(group), 1 << event.order, told=0)


HANDLERS: Final[dict[type, Callable[[Charges, Any], None]]] = {
    KmemCharge: Charges.kmem_charge,
    KmemChargeRet: Charges.kmem_charge_ret,
    TryCharge: Charges.try_charge,
    TryChargeRet: Charges.try_charge_ret,
    CounterCharge: Charges.counter_charge,
    CounterChargeRet: Charges.counter_charge_ret,
    CounterForce: Charges.counter_force,
    CounterUncharge: Charges.counter_uncharge,
    RefillStock: Charges.refill_stock,
    DrainStock: Charges.drain_stock,
    MemcgReclaim: Charges.reclaim,
    MemcgReclaimRet: Charges.reclaim_ret,
    OutOfMemory: Charges.out_of_memory,
    OutOfMemoryRet: Charges.out_of_memory_ret,
    MarkVictim: Charges.mark_victim,
    KmemUncharge: Charges.kmem_uncharge,
}
