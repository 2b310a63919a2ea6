"""A Linux 6.1 zone with per-CPU lists on plain lists, as the specification tells it; no line of the model."""

from __future__ import annotations

from collections.abc import Callable

from specs.model.linux_lists import (
    ISOLATE,
    MOVABLE,
    RECLAIMABLE,
    UNMOVABLE,
    MachineMap,
    TypedLists,
    pages_of,
)

REQUEST_TYPES = (UNMOVABLE, MOVABLE, RECLAIMABLE)


class Cpu:
    """The lists of one CPU: blocks as (first page, cached type), head first."""

    def __init__(self, high: int, batch: int, block: int = 9) -> None:
        """``block``: the order of a pageblock."""
        self.high, self.batch, self.free_factor, self.block = high, batch, 0, block
        self.small = range(min(3, block - 1) + 1)
        """The orders that have a list for each type of a request; a pageblock's has two."""
        self.lists: list[list[tuple[int, int]]] = [[] for _ in range(3 * len(self.small) + 2)]

    def caches(self, order: int) -> bool:
        """Whether blocks of the order pass through the lists."""
        return order in self.small or order == self.block

    def number(self, order: int, kind: int) -> int:
        """The list for blocks of that order and type; other types than a request's use the movable one."""
        if kind not in REQUEST_TYPES:
            kind = MOVABLE
        if order == self.block:
            return len(self.lists) - (1 if kind == MOVABLE else 2)
        return 3 * order + kind

    def order(self, number: int) -> int:
        """The order of the blocks of a list."""
        return self.block if number >= 3 * len(self.small) else number // 3

    def count(self) -> int:
        """The pages on all lists."""
        return sum(len(blocks) * 2 ** self.order(number) for number, blocks in enumerate(self.lists))


class ZoneOracle:
    """What each call of the zone does, page by page."""

    def __init__(
        self,
        start: int,
        end: int,
        machine: MachineMap,
        *,
        cpus: int,
        high: int,
        batch: int,
        movable_pages: Callable[[int], int],
        top: int = 10,
    ) -> None:
        self.buddy = TypedLists(start, end, machine, movable_pages, top)
        self.cpus = [Cpu(high, batch, self.buddy.block) for _ in range(cpus)]
        self.present: set[int] = set()
        self.live: dict[int, int] = {}
        self.out: dict[int, int] = {}
        self.broken: set[int] = set()

    def add_range(self, start: int, end: int) -> None:
        """Boot memory."""
        self.present |= set(range(start, end))
        self.buddy.boot(start, end)

    def alloc(
        self,
        order: int,
        kind: int,
        cpu: int,
        *,
        highatomic_request: bool = False,
        last_resort: bool = False,
        no_fragment: bool = False,
        pcp_locked: bool = True,
    ) -> int | None:
        """The CPU's list first, then the free lists, with the reserve before or after.  Linux: rmqueue()."""
        pfn = None
        if self.cpus[cpu].caches(order) and pcp_locked:
            self.cpus[cpu].free_factor //= 2
            pfn = self.from_cpu(order, kind, cpu, no_fragment=no_fragment)
        if pfn is None and highatomic_request:
            pfn = self.buddy.take_smallest(order, 3)
        if pfn is None:
            pfn = self.buddy.take(order, kind, no_fragment=no_fragment)
        if pfn is None and last_resort:
            pfn = self.buddy.take_smallest(order, 3)
        if pfn is not None:
            self.live[pfn] = order
            if highatomic_request:
                self.buddy.reserve(pfn)
        return pfn

    def from_cpu(self, order: int, kind: int, cpu: int, *, no_fragment: bool = False) -> int | None:
        """The head of the list, refilled first if it is empty.  Linux: rmqueue_pcplist()."""
        lists = self.cpus[cpu]
        blocks = lists.lists[lists.number(order, kind)]
        if not blocks:
            wanted = 1 if lists.batch == 1 else max(lists.batch // 2**order, 2)
            for _ in range(wanted):
                pfn = self.buddy.take(order, kind, no_fragment=no_fragment)
                if pfn is None:
                    break
                blocks.append((pfn, kind))
        return blocks.pop(0)[0] if blocks else None

    def alloc_bulk(self, pages: int, kind: int, cpu: int) -> list[int]:
        """Single pages; one alone, or the first that is not got, is an ordinary request.

        Linux: __alloc_pages_bulk().
        """
        found: list[int] = []
        for _ in range(pages if pages > 1 else 0):
            pfn = self.from_cpu(0, kind, cpu)
            if pfn is None:
                break
            self.live[pfn] = 0
            found.append(pfn)
        if found or pages == 0:
            return found
        pfn = self.alloc(0, kind, cpu)
        return [] if pfn is None else [pfn]

    def free(
        self, pfn: int, order: int, cpu: int, *, pcp_locked: bool = True, reclaim_active: bool = False
    ) -> None:
        """To the CPU's list, or past it.  Linux: free_unref_page()."""
        del self.live[pfn]
        kind = self.buddy.type_of(pfn)
        if not self.cpus[cpu].caches(order) or kind == ISOLATE or not pcp_locked:
            self.buddy.give_back(pfn, order, kind)
        else:
            self.commit(self.cpus[cpu], pfn, order, kind, reclaim_active=reclaim_active)

    def commit(self, cpu: Cpu, pfn: int, order: int, kind: int, *, reclaim_active: bool) -> None:
        """Linux: free_unref_page_commit(), nr_pcp_high() and nr_pcp_free()."""
        number = cpu.number(order, kind)
        cpu.lists[number].insert(0, (pfn, kind))
        free_high = cpu.free_factor != 0 and 1 <= order <= cpu.small[-1]
        limit = cpu.high
        if free_high or cpu.high == 0:
            limit = 0
        elif reclaim_active:
            limit = min(4 * cpu.batch, cpu.high)
        if cpu.count() < limit:
            return
        if free_high:
            pages = cpu.count()
        elif limit < cpu.batch:
            pages = 1
        else:
            most = limit - cpu.batch
            pages = cpu.batch * 2**cpu.free_factor
            if pages < most and cpu.free_factor < 5:
                cpu.free_factor += 1
            pages = min(max(pages, cpu.batch), most)
        self.drain_pages(cpu, pages, number)

    def drain_pages(self, cpu: Cpu, pages: int, number: int) -> None:
        """Whole lists from that one on, oldest blocks first.  Linux: free_pcppages_bulk()."""
        pages = min(pages, cpu.count())
        while pages > 0:
            while not cpu.lists[number]:
                number = (number + 1) % len(cpu.lists)
            pfn, kind = cpu.lists[number].pop()
            order = cpu.order(number)
            if self.buddy.isolated_blocks > 0:
                kind = self.buddy.type_of(pfn)
            self.buddy.give_back(pfn, order, kind)
            pages -= 2**order

    def drain(self, cpu: int) -> None:
        """All lists of the CPU.  Linux: drain_pages_zone()."""
        lists = self.cpus[cpu]
        while lists.count():
            self.drain_pages(lists, min(lists.count(), 32 * lists.batch), 0)

    def drain_all(self) -> None:
        """Every CPU.  Linux: drain_all_pages()."""
        for cpu in range(len(self.cpus)):
            self.drain(cpu)

    def split(self, pfn: int, order: int) -> None:
        """Single pages of a live block."""
        del self.live[pfn]
        self.live |= dict.fromkeys(pages_of(pfn, order), 0)

    def take(self, pfn: int, order: int) -> bool:
        """The very block, if it is free."""
        if not self.buddy.take_this(pfn, order):
            return False
        self.live[pfn] = order
        return True

    def isolate(self, pfn: int, order: int, mark: int) -> bool:
        """A free block leaves."""
        if not self.buddy.isolate_free(pfn, order, mark):
            return False
        self.out[pfn] = order
        return True

    def offline(self, pfn: int) -> bool:
        """A single free page leaves."""
        if not self.buddy.break_out(pfn):
            return False
        self.out[pfn] = 0
        self.broken.add(pfn)
        return True

    def putback(self, pfn: int) -> None:
        """What is out comes back, to the tail; a single page that left as broken, as any page."""
        order, kind = self.out.pop(pfn), self.buddy.type_of(pfn)
        self.buddy.give_back(pfn, order, kind, to_tail=pfn not in self.broken)
        self.broken.discard(pfn)

    def owners(self) -> dict[int, str]:
        """Who owns each page; two owners of one page are an error of the oracle's own."""
        owner: dict[int, str] = {}
        blocks = [("free", pfn, order) for pfn, order, _ in self.buddy.free_blocks()]
        blocks += [("live", pfn, order) for pfn, order in self.live.items()]
        blocks += [("out", pfn, order) for pfn, order in self.out.items()]
        for cpu in self.cpus:
            for number, listed in enumerate(cpu.lists):
                blocks += [("cached", pfn, cpu.order(number)) for pfn, _ in listed]
        for name, pfn, order in blocks:
            for page in pages_of(pfn, order):
                assert page not in owner
                owner[page] = name
        assert set(owner) == self.present
        return owner

    def reason(self, pfn: int, order: int) -> str:
        """Why the block, which is not live, cannot be freed: the first reason that holds."""
        if pfn in self.live:
            return "WrongOrder"
        if pfn % 2**order:
            return "Misaligned"
        if any(pfn in pages_of(head, size) for head, size in self.live.items()):
            return "MiddleOfBlock"
        owner = self.owners().get(pfn, "nobody")
        return {"free": "DoubleFree", "cached": "DoubleFree", "out": "Isolated"}.get(owner, "OutOfRange")
