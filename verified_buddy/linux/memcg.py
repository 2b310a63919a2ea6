"""Memory cgroups: whose pages are counted, and the pages that a CPU has charged beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from verified_buddy.errors import InvalidGroup
from verified_buddy.linux.page_counter import PAGE_COUNTER_MAX, PageCounter, limit_error
from verified_buddy.zone import reject

CHARGE_BATCH: Final = 64
"""How many pages are charged at once, and the most a stock holds; Linux: MEMCG_CHARGE_BATCH."""


class MemCgroup:
    """A memory cgroup; the one without a parent is the root, which has no limit.

    Linux: struct mem_cgroup, include/linux/memcontrol.h, without swap and ``memory.high``.
    """

    __slots__ = ("memory", "name", "parent")

    def __init__(self, name: str, parent: MemCgroup | None = None, limit: int = PAGE_COUNTER_MAX) -> None:
        """A group that has charged nothing, with its ``memory.max`` in pages.  Raises InvalidLimit."""
        self.memory: PageCounter = PageCounter(None if parent is None else parent.memory, limit)
        self.name = name
        self.parent = parent

    def __repr__(self) -> str:
        return f"<MemCgroup {self.name}: {self.memory.usage} of {self.memory.max} pages>"

    def upward(self) -> Iterator[MemCgroup]:
        """Itself, and all that are above it."""
        group: MemCgroup | None = self
        while group is not None:
            yield group
            group = group.parent

    def is_descendant(self, root: MemCgroup) -> bool:
        """Whether it is that group or below it.

        Linux: mem_cgroup_is_descendant(), include/linux/memcontrol.h.
        """
        return any(group is root for group in self.upward())

    def owner_of(self, counter: PageCounter) -> MemCgroup:
        """Of itself and all above it, the group with that counter.

        Linux: mem_cgroup_from_counter(), include/linux/memcontrol.h.
        """
        return next(group for group in self.upward() if group.memory is counter)

    def margin(self) -> int:
        """How many pages are left of its own limit.

        Linux: mem_cgroup_margin(), mm/memcontrol.c.
        """
        return max(self.memory.max - self.memory.usage, 0)


def groups(limits: Mapping[str, int], parents: Mapping[str, str | None]) -> dict[str, MemCgroup]:
    """The groups of those names, each with its limit and below its parent; None is no parent.

    Raises InvalidLimit, or InvalidGroup if a parent is missing or the parents go in a circle.
    """
    made: dict[str, MemCgroup] = {}
    for limit in limits.values():
        reject(limit_error(limit))
    waiting = list(limits)
    while waiting:
        ready = [name for name in waiting if parents.get(name) is None or parents[name] in made]
        if not ready:
            raise InvalidGroup(waiting[0])
        for name in ready:
            above = parents.get(name)
            made[name] = MemCgroup(name, None if above is None else made[above], limits[name])
        waiting = [name for name in waiting if name not in made]
    return made


def charged_group(
    group: MemCgroup, *, in_task: bool = True, kernel_thread: bool = False, active: MemCgroup | None = None
) -> MemCgroup | None:
    """Whom the kernel memory is charged to that is asked for by a task of the group; None: nobody.

    ``active`` is a group that the task charges for the moment instead of its own.
    Linux: memcg_kmem_bypass() and get_obj_cgroup_from_current(), mm/memcontrol.c.
    """
    if active is not None:
        group = active
    elif not in_task or kernel_thread:
        return None
    return None if group.parent is None else group


class Stock:
    """Pages that are charged to a group already, for the next charges on one CPU.

    Linux: struct memcg_stock_pcp, mm/memcontrol.c, without the bytes of small objects.
    """

    __slots__ = ("cached", "pages")

    def __init__(self) -> None:
        self.cached: MemCgroup | None = None
        self.pages = 0

    def consume(self, memcg: MemCgroup, pages: int) -> bool:
        """Take pages of the group's from the stock; False if it does not have as many.

        Linux: consume_stock(), mm/memcontrol.c.
        """
        if self.cached is not memcg or self.pages < pages:
            return False
        self.pages -= pages
        return True

    def refill(self, memcg: MemCgroup, pages: int) -> None:
        """Put charged pages of the group's into the stock, and empty it of another's and if it is over-full.

        Linux: __refill_stock(), mm/memcontrol.c.
        """
        if self.cached is not memcg:
            self.drain()
            self.cached = memcg
        self.pages += pages
        if self.pages > CHARGE_BATCH:
            self.drain()

    def drain(self) -> None:
        """Uncharge all that it holds, and forget whose it was.

        Linux: drain_stock(), mm/memcontrol.c.
        """
        if self.cached is None:
            return
        if self.pages > 0:
            self.cached.memory.uncharge(self.pages)
        self.pages = 0
        self.cached = None


def drain_all_stock(root: MemCgroup, stocks: Iterable[Stock]) -> None:
    """Empty every CPU's stock that holds pages of the group or of one below it.

    Linux: drain_all_stock(), mm/memcontrol.c, where other CPUs do that a little later.
    """
    for stock in stocks:
        if stock.cached is not None and stock.pages > 0 and stock.cached.is_descendant(root):
            stock.drain()
