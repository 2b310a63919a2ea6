"""Charging pages to a memory cgroup: at once, after reclaim, by force, or not at all.

Who charges is asked, in the middle, to reclaim or to kill; a simulation or a recording may answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Final, NamedTuple

from verified_buddy.linux import gfp
from verified_buddy.linux.memcg import CHARGE_BATCH, MemCgroup, Stock, drain_all_stock
from verified_buddy.linux.pcp import COSTLY_ORDER
from verified_buddy.pfn import Order

MAX_RECLAIM_RETRIES: Final = 16
"""How often a charge is tried again without progress; Linux: mm/internal.h."""


class Task:
    """What a charge must know of the task that makes it; both may change while it waits.

    Linux: PF_MEMALLOC, which reclaims memory for others, and task_is_dying().
    """

    __slots__ = ("dying", "memalloc")

    def __init__(self, *, memalloc: bool = False, dying: bool = False) -> None:
        self.memalloc = memalloc
        self.dying = dying


class Reclaim(NamedTuple):
    """Reclaim pages of the group and those below it; the answer is how many were.

    Linux: try_to_free_mem_cgroup_pages(), mm/vmscan.c.
    """

    memcg: MemCgroup
    pages: int
    gfp_mask: int


class Oom(NamedTuple):
    """Kill a task of the group or of one below it; the answer is 1 if that was done, else 0.

    Linux: out_of_memory(), mm/oom_kill.c.
    """

    memcg: MemCgroup
    gfp_mask: int
    order: Order


Charging = Generator[Reclaim | Oom, int, bool]
"""A charge that asks, and in the end tells whether the pages are charged."""


class Resort(NamedTuple):
    """What answers when the limit is reached."""

    reclaim: Callable[[MemCgroup, int, int], int]
    oom: Callable[[MemCgroup, int, Order], bool]


def attempt(memcg: MemCgroup, stock: Stock, pages: int, batch: int) -> MemCgroup | None:
    """Charge from the stock, or else the whole batch, whose surplus goes to the stock.

    Returns the group whose limit forbids it; None if the pages are charged.
    Linux: the first half of try_charge_memcg(), mm/memcontrol.c.
    """
    if stock.consume(memcg, pages):
        return None
    refused = memcg.memory.try_charge(batch)
    if refused is not None:
        return memcg.owner_of(refused)
    if batch > pages:
        stock.refill(memcg, batch - pages)
    return None


def kill(over: MemCgroup, pages: int, gfp_mask: int, task: Task) -> Charging:
    """Whether the charge may succeed now, or once a task that was killed is gone.

    Linux: mem_cgroup_oom(), mm/memcontrol.c.
    """
    order = Order((pages - 1).bit_length())
    if order > COSTLY_ORDER:
        return False
    if over.margin() >= 1 << order or task.dying:
        return True
    return (yield Oom(over, gfp_mask, order)) != 0


def charge_after_reclaim(
    memcg: MemCgroup,
    over: MemCgroup,
    stocks: Sequence[Stock],
    cpu: int,
    pages: int,
    gfp_mask: int,
    task: Task,
) -> Charging:
    """Reclaim from the group that is over its limit, and charge what then can be; the stock first.

    Linux: the second half of try_charge_memcg(), mm/memcontrol.c.
    """
    drained = passed_oom = False
    retries = MAX_RECLAIM_RETRIES
    while True:
        reclaimed = yield Reclaim(over, pages, gfp_mask)
        if over.margin() >= pages:
            pass
        elif not drained:
            drain_all_stock(over, stocks)
            drained = True
        elif gfp_mask & gfp.NORETRY != 0:
            return False
        elif reclaimed > 0 and pages <= 1 << COSTLY_ORDER:
            pass
        elif retries > 0:
            retries -= 1
        elif gfp_mask & gfp.RETRY_MAYFAIL != 0 or (passed_oom and task.dying):
            return False
        elif (yield from kill(over, pages, gfp_mask, task)):
            passed_oom, retries = True, MAX_RECLAIM_RETRIES
        else:
            return False
        refused = attempt(memcg, stocks[cpu], pages, pages)
        if refused is None:
            return True
        over = refused


def charging(
    memcg: MemCgroup, stocks: Sequence[Stock], cpu: int, pages: int, gfp_mask: int, task: Task
) -> Charging:
    """Charge the pages, or change no counter; some requests pass the limit if they must.

    Linux: try_charge_memcg(), mm/memcontrol.c.
    """
    over = attempt(memcg, stocks[cpu], pages, max(pages, CHARGE_BATCH))
    if over is not None and pages < CHARGE_BATCH:
        over = attempt(memcg, stocks[cpu], pages, pages)
    if over is None:
        return True
    if not task.memalloc:
        waits = gfp_mask & gfp.DIRECT_RECLAIM != 0
        if waits and (yield from charge_after_reclaim(memcg, over, stocks, cpu, pages, gfp_mask, task)):
            return True
        if gfp_mask & (gfp.NOFAIL | gfp.HIGH) == 0:
            return False
    memcg.memory.charge(pages)
    return True


def try_charge(
    memcg: MemCgroup,
    stocks: Sequence[Stock],
    cpu: int,
    pages: int,
    gfp_mask: int,
    task: Task,
    resort: Resort,
) -> bool:
    """As ``charging``, with answers at hand."""
    charge = charging(memcg, stocks, cpu, pages, gfp_mask, task)
    answer: int | None = None
    while True:
        try:
            asked = next(charge) if answer is None else charge.send(answer)
        except StopIteration as end:
            return bool(end.value)
        answer = int(resort.reclaim(*asked) if isinstance(asked, Reclaim) else resort.oom(*asked))


def charge_kmem_page(
    memcg: MemCgroup | None,
    stocks: Sequence[Stock],
    cpu: int,
    order: Order,
    gfp_mask: int,
    task: Task,
    resort: Resort,
) -> bool:
    """Charge a block of kernel memory to a group, if to any; False: the block must be given back.

    Linux: __memcg_kmem_charge_page(), mm/memcontrol.c.
    """
    return memcg is None or try_charge(memcg, stocks, cpu, 1 << order, gfp_mask, task, resort)


def uncharge_kmem_page(memcg: MemCgroup | None, stock: Stock, order: Order) -> None:
    """A block that was charged to the group, if to any, is free again: into the stock of this CPU.

    Linux: __memcg_kmem_uncharge_page(), mm/memcontrol.c.
    """
    if memcg is not None:
        stock.refill(memcg, 1 << order)
