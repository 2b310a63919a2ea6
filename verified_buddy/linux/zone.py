"""A zone of Linux 6.1 as its callers see it: typed pageblocks, fallback, per-CPU lists, isolation."""

from __future__ import annotations

from typing import Final

from verified_buddy.errors import (
    BuddyError,
    DoubleFree,
    InvalidCount,
    InvalidCpu,
    InvalidMigratetype,
    Isolated,
    OutOfRange,
    Overlap,
)
from verified_buddy.free_area import Migratetype
from verified_buddy.linux import highatomic, isolation, pcp
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE, PCPTYPES
from verified_buddy.linux.mobility import FallbackPolicy, MobilityZone, MovablePages, feed, free_one_page
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.pcp import PerCpuPages
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.pfn import MAX_ORDER, ORDERS, PFN_LIMIT, Order, Pfn
from verified_buddy.zone import Zone, order_error, pfn_error, range_error, reject


def none_movable(pfn: Pfn) -> int:
    """That no page in use is movable: what a zone believes that is not told otherwise."""
    return 0


CPUS_MOST: Final = 8192
"""Linux: the largest CONFIG_NR_CPUS of x86, arch/x86/Kconfig."""


class LinuxZone(Zone):
    """One zone of a machine, with the lists of its CPUs.

    Its blocks are free, on a per-CPU list, live, or out (isolated, offline).  A call that raises a
    ``BuddyError`` has changed nothing.  Linux: struct zone, include/linux/mmzone.h.
    """

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
        """An empty zone that spans the pages [start, end); zones of one machine share its pageblocks.

        ``high`` and ``batch``: how many pages the lists of a CPU hold, and how many move at once.
        Raises InvalidRange, InvalidCount.
        """
        reject(range_error(start, end))
        for count, least, most in ((cpus, 1, CPUS_MOST), (high, 0, PFN_LIMIT), (batch, 1, PFN_LIMIT)):
            reject(count_error(count, least, most))
        super().__init__(MAX_ORDER)
        self.mobility = MobilityZone(start, end, pageblocks or Pageblocks(), policy)
        self.free_area = self.mobility.free_area
        self.pcp = [PerCpuPages(high, batch) for _ in range(cpus)]
        self.out: dict[Pfn, Order] = {}
        self.offlined: set[Pfn] = set()
        self.movable_pages = movable_pages

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, pages on per-CPU lists {sum(lists.count for lists in self.pcp)}>"

    def add_range(self, start: Pfn, end: Pfn) -> None:
        """Give boot memory [start, end) to the zone, free; pageblocks that start in it become movable.

        Raises InvalidRange, Overlap if the zone has any of it already, OutOfRange if it does not span it.
        """
        reject(range_error(start, end))
        if not (self.mobility.spans(start) and self.mobility.spans(end - 1)):
            raise OutOfRange(start if not self.mobility.spans(start) else Pfn(end - 1))
        if self.spans.overlaps(start, end):
            raise Overlap(start, end)
        self.spans.add(start, end)
        feed(self.mobility, start, end)

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
        """Hand out a block, and return its first page; None if no list that may serve it has one.

        ``pcp_locked``: whether the per-CPU lists could be locked.  Linux: rmqueue(), mm/page_alloc.c.
        Raises InvalidOrder, InvalidMigratetype, InvalidCpu.
        """
        reject(order_error(order, MAX_ORDER))
        reject(request_error(migratetype))
        lists = self.lists_of(cpu)
        pfn = None
        if pcp_locked and pcp.pcp_allowed_order(order):
            pfn = pcp.rmqueue_pcplist(
                self.mobility, lists, order, migratetype, self.movable_pages, no_fragment=no_fragment
            )
        if pfn is None:
            pfn = highatomic.rmqueue_buddy(
                self.mobility,
                order,
                migratetype,
                self.movable_pages,
                highatomic=highatomic_request,
                last_resort=last_resort,
                no_fragment=no_fragment,
            )
        if pfn is None:
            return None
        self.live[pfn] = order
        if highatomic_request and order > 0:
            highatomic.reserve_highatomic_pageblock(self.mobility, pfn)
        return pfn

    def alloc_bulk(self, pages: int, migratetype: Migratetype = MOVABLE, cpu: int = 0) -> list[Pfn]:
        """Hand out so many single pages, or as many as there are.

        Where one is asked for, or none is got, there is a last try for one, as ``alloc`` would.
        Linux: __alloc_pages_bulk(), mm/page_alloc.c.  Raises InvalidCount, InvalidMigratetype, InvalidCpu.
        """
        reject(count_error(pages, 0, PFN_LIMIT))
        reject(request_error(migratetype))
        lists = self.lists_of(cpu)
        got: list[Pfn] = []
        while pages > 1 and len(got) < pages:
            pfn = pcp.rmqueue_pcplist(
                self.mobility, lists, ORDERS[0], migratetype, self.movable_pages, bulk=True
            )
            if pfn is None:
                break
            self.live[pfn] = ORDERS[0]
            got.append(pfn)
        if pages > 0 and not got and (pfn := self.alloc(ORDERS[0], migratetype, cpu)) is not None:
            got.append(pfn)
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
        """Take back a live block, which is named by its first page and its order.

        Linux: free_unref_page() and __free_pages_ok(), mm/page_alloc.c.  Raises what ``Zone.free`` raises,
        Isolated, InvalidCpu.
        """
        reject(order_error(order, MAX_ORDER))
        reject(pfn_error(pfn, order))
        lists = self.lists_of(cpu)
        if self.live.get(pfn) != order:
            raise self.why_not_live(pfn, order)
        del self.live[pfn]
        migratetype = self.mobility.pageblocks.migratetype(pfn)
        if pcp_locked and pcp.pcp_allowed_order(order) and migratetype != ISOLATE:
            pcp.free_unref_page_commit(
                self.mobility, lists, pfn, order, migratetype, reclaim_active=reclaim_active
            )
        else:
            free_one_page(self.mobility, pfn, order, migratetype)

    def split(self, pfn: Pfn, order: Order) -> None:
        """Make single live pages of a live block.  Linux: split_page().  Raises what ``free`` raises."""
        reject(order_error(order, MAX_ORDER))
        reject(pfn_error(pfn, order))
        if self.live.get(pfn) != order:
            raise self.why_not_live(pfn, order)
        for page in range(pfn, pfn + (1 << order)):
            self.live[Pfn(page)] = ORDERS[0]

    def drain(self, cpu: int = 0) -> None:
        """Give all blocks of a CPU's lists back to the free lists.  Raises InvalidCpu."""
        pcp.drain_pages_zone(self.mobility, self.lists_of(cpu))

    def drain_all(self) -> None:
        """Drain the lists of every CPU.  Linux: drain_all_pages(), mm/page_alloc.c."""
        for lists in self.pcp:
            pcp.drain_pages_zone(self.mobility, lists)

    def isolate(self, pfn: Pfn, order: Order, mark: int = 0) -> bool:
        """Take this free block out, as it is; False if it is none, or ``mark`` pages would not stay free.

        Raises InvalidOrder, InvalidPfn, InvalidCount.
        """
        reject(order_error(order, MAX_ORDER))
        reject(pfn_error(pfn, order))
        reject(count_error(mark, 0, PFN_LIMIT))
        if not self.free_area.is_free_block(pfn, order):
            return False
        if not isolation.isolate_free_page(self.mobility, pfn, order, mark):
            return False
        self.out[pfn] = order
        return True

    def offline(self, pfn: Pfn) -> bool:
        """Take this one free page out; False if it is not free.  Raises InvalidPfn."""
        reject(pfn_error(pfn, ORDERS[0]))
        if not isolation.take_page_off_buddy(self.mobility, pfn):
            return False
        self.out[pfn] = ORDERS[0]
        self.offlined.add(pfn)
        return True

    def putback(self, pfn: Pfn) -> None:
        """Give a block that is out back: an isolated one to the tail, an offline page as one that is freed.

        Raises InvalidPfn, OutOfRange.
        """
        reject(pfn_error(pfn, ORDERS[0]))
        order = self.out.pop(pfn, None)
        if order is None:
            raise OutOfRange(pfn)
        if pfn in self.offlined:
            self.offlined.remove(pfn)
            isolation.put_page_back_buddy(self.mobility, pfn)
        else:
            migratetype = self.mobility.pageblocks.migratetype(pfn)
            isolation.putback_isolated_page(self.mobility, pfn, order, migratetype)

    def nr_free_pages(self) -> int:
        """The number of free pages, those of isolated pageblocks excepted.

        Linux: NR_FREE_PAGES, a counter that isolation may lead astray; see ``MobilityZone.nr_free_pages``.
        """
        return self.mobility.nr_free_pages()

    def lists_of(self, cpu: int) -> PerCpuPages:
        """The per-CPU lists of that CPU.  Raises InvalidCpu."""
        if type(cpu) is not int or not 0 <= cpu < len(self.pcp):
            raise InvalidCpu(cpu, len(self.pcp) - 1)
        return self.pcp[cpu]

    def why_not_live(self, pfn: Pfn, order: Order) -> BuddyError:
        """Why the block, which is not live, is not: who owns its first page."""
        error = super().why_not_live(pfn, order)
        if not isinstance(error, OutOfRange):
            return error
        for current in ORDERS[: MAX_ORDER + 1]:
            head = Pfn(pfn & -(1 << current))
            if self.out.get(head) == current:
                return Isolated(pfn)
            if any(
                head in blocks
                for lists in self.pcp
                for pindex, blocks in enumerate(lists.lists)
                if pcp.pindex_to_order(pindex) == current
            ):
                return DoubleFree(pfn)
        return error


def request_error(migratetype: object) -> InvalidMigratetype | None:
    """Why no request can have this type; None if one can.

    post: (__return__ is None) == (type(migratetype) is int and 0 <= migratetype <= 2)
    """
    if type(migratetype) is not int or not 0 <= migratetype < PCPTYPES:
        return InvalidMigratetype(migratetype)
    return None


def count_error(count: object, least: int, most: int) -> InvalidCount | None:
    """Why this is no number of pages, or of CPUs, in least..most; None if it is.

    post: (__return__ is None) == (type(count) is int and least <= count <= most)
    """
    if type(count) is not int or not least <= count <= most:
        return InvalidCount(count, least, most)
    return None
