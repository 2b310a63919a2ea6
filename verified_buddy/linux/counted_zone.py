"""A zone that counts its pages as Linux does: on the CPU that moves them, and what is handed out."""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE, is_counted
from verified_buddy.linux.mobility import FallbackPolicy, MovablePages
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.pcp import PCP_PAGES, PerCpuPages, pcp_allowed_order
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.vmstat import ZoneCounter
from verified_buddy.linux.zone import LinuxZone, none_movable
from verified_buddy.pfn import Order, Pfn


class NotedPages(PerCpuPages):
    """Per-CPU lists that note what comes and goes, until they forget it."""

    __slots__ = ("left", "put", "refills")

    def __init__(self, high: int = 0, batch: int = 1) -> None:
        super().__init__(high, batch)
        self.refills: list[int] = []
        """The pages of each refill."""
        self.put = False
        """Whether a block was put here."""
        self.left: list[tuple[Pfn, int]] = []
        """The blocks that left, with their sizes, in order."""

    def add(self, pindex: int, pfn: Pfn, migratetype: Migratetype, *, tail: bool) -> None:
        """As in any lists; what comes to a tail belongs to a refill, and an empty list begins one."""
        if not tail:
            self.put = True
        elif self.lists[pindex]:
            self.refills[-1] += PCP_PAGES[pindex]
        else:
            self.refills.append(PCP_PAGES[pindex])
        super().add(pindex, pfn, migratetype, tail=tail)

    def remove(self, pindex: int, pfn: Pfn) -> Migratetype:
        """As in any lists."""
        self.left.append((pfn, PCP_PAGES[pindex]))
        return super().remove(pindex, pfn)

    def forget(self) -> None:
        """Begin anew."""
        self.refills.clear()
        self.left.clear()
        self.put = False


class CountedZone(LinuxZone):
    """A Linux zone with its counter of free pages, to which watermarks are compared.

    It is told once of a refill, and of each block otherwise, on the CPU that moves them; the pages of
    isolated pageblocks do not count.  Beside it stand the events that /proc/vmstat adds up.
    Linux: NR_FREE_PAGES of struct zone, include/linux/mmzone.h; PGALLOC and PGFREE of enum vm_event_item,
    include/linux/vm_event_item.h.
    """

    pgalloc = 0
    """Pages handed out, from whatever list."""
    pgfree = 0
    """Pages that came back, but for those that would go to a per-CPU list and cannot."""

    def __init__(
        self,
        start: Pfn,
        end: Pfn,
        pageblocks: Pageblocks | None = None,
        *,
        cpus: int = 1,
        high: int = 0,
        batch: int = 1,
        movable_pages: MovablePages = none_movable,
        policy: FallbackPolicy = LINUX_6_1,
    ) -> None:
        """As any Linux zone; the counter's differences are added at once, until it has thresholds."""
        limits = {"cpus": cpus, "high": high, "batch": batch}
        super().__init__(start, end, pageblocks, **limits, movable_pages=movable_pages, policy=policy)
        self.noted = [NotedPages(high, batch) for _ in range(cpus)]
        self.pcp = [*self.noted]
        self.counter = ZoneCounter(0, cpus, 0)

    def add_range(self, start: Pfn, end: Pfn) -> None:
        """As in any zone."""
        super().add_range(start, end)
        self.counter.value += end - start

    def alloc(
        self,
        order: Order,
        migratetype: Migratetype = MOVABLE,
        cpu: int = 0,
        *,
        highatomic_request: bool = False,
        last_resort: bool = False,
        no_fragment: bool = False,
        pcp_locked: bool = True,
    ) -> Pfn | None:
        """As in any zone.  Linux: rmqueue_bulk() and rmqueue_buddy() count, mm/page_alloc.c."""
        pfn = super().alloc(
            order,
            migratetype,
            cpu,
            highatomic_request=highatomic_request,
            last_resort=last_resort,
            no_fragment=no_fragment,
            pcp_locked=pcp_locked,
        )
        if pfn is not None:
            self.pgalloc += 1 << order
        lists = self.noted[cpu]
        cached = len(lists.left) > 0
        if pcp_locked and pcp_allowed_order(order) and not cached:
            lists.refills.append(0)
        for pages in lists.refills:
            self.counter.add(cpu, -pages)
        if pfn is not None and not cached:
            self.counter.add(cpu, -(1 << order))
        lists.forget()
        return pfn

    def alloc_bulk(self, pages: int, migratetype: Migratetype = MOVABLE, cpu: int = 0) -> list[Pfn]:
        """As in any zone."""
        before = self.pgalloc
        got = super().alloc_bulk(pages, migratetype, cpu)
        self.pgalloc = before + len(got)
        lists = self.noted[cpu]
        if len(got) < pages:
            lists.refills.append(0)
        for refilled in lists.refills:
            self.counter.add(cpu, -refilled)
        lists.forget()
        return got

    def free(
        self,
        pfn: Pfn,
        order: Order,
        cpu: int = 0,
        *,
        pcp_locked: bool = True,
        reclaim_active: bool = False,
    ) -> None:
        """As in any zone.

        Linux: free_one_page() and free_pcppages_bulk() count what is free, free_unref_page_commit() and
        __free_pages_ok() the event, mm/page_alloc.c.
        """
        super().free(pfn, order, cpu, pcp_locked=pcp_locked, reclaim_active=reclaim_active)
        if not self.noted[cpu].put:
            self.came_free(pfn, 1 << order, cpu)
        self.drained(cpu, cpu)
        kept_off = not pcp_locked or self.mobility.pageblocks.migratetype(pfn) == ISOLATE
        if not (pcp_allowed_order(order) and kept_off):
            self.pgfree += 1 << order

    def drain(self, cpu: int = 0, by: int | None = None) -> None:
        """As in any zone; ``by``: the CPU that does it, if the lists are not its own.  Raises InvalidCpu."""
        counts = cpu if by is None else by
        self.lists_of(counts)
        super().drain(cpu)
        self.drained(cpu, counts)

    def drain_all(self, by: int = 0) -> None:
        """Drain the lists of every CPU, on that one.  Raises InvalidCpu."""
        for cpu in range(len(self.pcp)):
            self.drain(cpu, by)

    def isolate(self, pfn: Pfn, order: Order, mark: int = 0, cpu: int = 0) -> bool:
        """As in any zone.  Raises InvalidCpu, too."""
        self.lists_of(cpu)
        before = self.nr_free_pages()
        isolated = super().isolate(pfn, order, mark)
        self.counter.add(cpu, self.nr_free_pages() - before)
        return isolated

    def offline(self, pfn: Pfn, cpu: int = 0) -> bool:
        """As in any zone.  Raises InvalidCpu, too."""
        self.lists_of(cpu)
        before = self.nr_free_pages()
        offlined = super().offline(pfn)
        self.counter.add(cpu, self.nr_free_pages() - before)
        return offlined

    def putback(self, pfn: Pfn, cpu: int = 0) -> None:
        """As in any zone.  Raises InvalidCpu, too."""
        self.lists_of(cpu)
        before = self.nr_free_pages()
        super().putback(pfn)
        self.counter.add(cpu, self.nr_free_pages() - before)

    def drained(self, cpu: int, by: int) -> None:
        """Count what left a CPU's lists for the free lists."""
        lists = self.noted[cpu]
        for pfn, pages in lists.left:
            self.came_free(pfn, pages, by)
        lists.forget()

    def came_free(self, pfn: Pfn, pages: int, cpu: int) -> None:
        """Count a block that came to the free lists."""
        if is_counted(self.mobility.pageblocks.migratetype(pfn)):
            self.counter.add(cpu, pages)
