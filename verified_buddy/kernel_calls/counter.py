"""NR_FREE_PAGES of a zone, as Linux counts: by calls, and not by the lists, from which it may drift.

Linux: __mod_zone_freepage_state(), include/linux/vmstat.h, where mm/page_alloc.c and mm/page_isolation.c
call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kernel_calls import calls
from verified_buddy.kernel_calls.calls import AnyCall
from verified_buddy.linux.isolation import joins_its_buddy
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.linux.mobility import first_to_move
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.linux.pcp import pindex_to_order
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import MAX_ORDER, Order, Pfn

Change = Callable[[], int]
"""To be asked after the call: by how much that has changed the counter."""
TOP_PAGES: Final = 1 << MAX_ORDER


class FreePages:
    """The counter of one zone."""

    def __init__(self, zone: LinuxZone) -> None:
        self.zone = zone
        self.value = zone.nr_free_pages()

    @property
    def drift(self) -> int:
        """How many pages more than the lists the counter has."""
        return self.value - self.zone.nr_free_pages()

    @contextmanager
    def counted(self, call: AnyCall) -> Iterator[None]:
        """Count what the call, which is made meanwhile, takes and gives back."""
        change = CHANGES.get(type(call), nothing)(self.zone, call)
        yield
        self.value += change()


def nothing(zone: LinuxZone, call: Any) -> Change:
    """Calls that take nothing and give nothing back."""
    return lambda: 0


def taken(zone: LinuxZone, call: calls.Alloc | calls.AllocBulk) -> Change:
    """What leaves the lists is subtracted, whatever its pageblock."""
    before = held(zone)
    return lambda: before - held(zone)


def held(zone: LinuxZone) -> int:
    """The pages that are live or on per-CPU lists."""
    return sum(1 << order for order in zone.live.values()) + sum(cpu.count for cpu in zone.pcp)


def given_back(zone: LinuxZone, call: calls.Free | calls.Drain | calls.DrainAll) -> Change:
    """A block that goes back to the lists is added, unless it goes back as isolated."""
    before = waiting(zone)
    if isinstance(call, calls.Free):
        before[call.pfn] = call.order, type_of(zone, call.pfn)

    def change() -> int:
        now, isolating = waiting(zone), zone.mobility.nr_isolate_pageblock != 0
        back = [(pfn, *block) for pfn, block in before.items() if pfn not in now]
        return sum(
            1 << order
            for pfn, order, migratetype in back
            if (type_of(zone, pfn) if isolating else migratetype) != ISOLATE
        )

    return change


def waiting(zone: LinuxZone) -> dict[Pfn, tuple[Order, Migratetype]]:
    """The blocks on all per-CPU lists."""
    return {
        pfn: (pindex_to_order(pindex), migratetype)
        for cpu in zone.pcp
        for pindex, blocks in enumerate(cpu.lists)
        for pfn, migratetype in blocks.items()
    }


def type_of(zone: LinuxZone, pfn: int) -> Migratetype:
    """The type of the page's pageblock."""
    return zone.mobility.pageblocks.migratetype(pfn)


def unless_isolated(zone: LinuxZone, pfn: int, pages: int) -> int:
    """So many pages, if the page's pageblock is not isolated."""
    return 0 if type_of(zone, pfn) == ISOLATE else pages


def isolated(zone: LinuxZone, call: calls.IsolateFreePage) -> Change:
    """A block that is taken out is subtracted, if its pageblock is not isolated."""
    pages, was_out = unless_isolated(zone, call.pfn, 1 << call.order), call.pfn in zone.out
    return lambda: -pages if call.pfn in zone.out and not was_out else 0


def put_back(zone: LinuxZone, call: calls.PutbackIsolatedPage | calls.PutPageBackBuddy) -> Change:
    """It goes back as any block does."""
    order = zone.out.get(call.pfn, Order(0))
    return lambda: unless_isolated(zone, call.pfn, 1 << order)


def taken_off(zone: LinuxZone, call: calls.TakePageOffBuddy) -> Change:
    """The page is subtracted, if the first page of its free block is in no isolated pageblock."""
    blocks = zone.free_area.blocks()
    heads = [pfn for pfn, order, _ in blocks if pfn <= call.pfn < pfn + (1 << order)]
    return lambda: -sum(unless_isolated(zone, head, 1) for head in heads)


def pageblock_isolated(zone: LinuxZone, call: calls.SetMigratetypeIsolate) -> Change:
    """What moves with the pageblock is subtracted, then what ``split_free_page`` takes and gives back."""
    was, pages, head = type_of(zone, call.pfn), moving(zone, call.pfn), Pfn(call.pfn & -TOP_PAGES)
    splits = zone.free_area.is_free_block(head, MAX_ORDER)

    def change() -> int:
        if was == ISOLATE:
            return 0
        halves = (head, head + PAGEBLOCK_PAGES) if splits else ()
        again = sum(unless_isolated(zone, half, PAGEBLOCK_PAGES) for half in halves)
        return again - pages - (unless_isolated(zone, head, TOP_PAGES) if splits else 0)

    return change


def pageblock_given_back(zone: LinuxZone, call: calls.UnsetMigratetypeIsolate) -> Change:
    """What moves with the pageblock is added; or the whole of it, if it goes out and back."""
    if type_of(zone, call.pfn) != ISOLATE:
        return nothing(zone, call)
    rejoins = joins_its_buddy(zone.mobility, pageblock_start(call.pfn))
    pages = PAGEBLOCK_PAGES if rejoins else moving(zone, call.pfn)
    return lambda: pages


def moving(zone: LinuxZone, pfn: Pfn) -> int:
    """The pages that move with the page's pageblock, on whatever list they are."""
    start, end = first_to_move(zone.mobility, pfn), pageblock_start(pfn) + PAGEBLOCK_PAGES
    if not zone.mobility.spans(end - 1):
        return 0
    return sum(1 << order for head, order, _ in zone.free_area.blocks() if start <= head < end)


CHANGES: Final[dict[type, Callable[[LinuxZone, Any], Change]]] = {
    calls.Alloc: taken,
    calls.AllocBulk: taken,
    calls.Free: given_back,
    calls.Drain: given_back,
    calls.DrainAll: given_back,
    calls.IsolateFreePage: isolated,
    calls.PutbackIsolatedPage: put_back,
    calls.PutPageBackBuddy: put_back,
    calls.TakePageOffBuddy: taken_off,
    calls.SetMigratetypeIsolate: pageblock_isolated,
    calls.UnsetMigratetypeIsolate: pageblock_given_back,
}
"""By call: what it does to the counter."""
