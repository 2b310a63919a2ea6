"""The machine of a program: zones of the model, on which its calls are made one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from verified_buddy.errors import OutOfRange
from verified_buddy.free_area import Migratetype
from verified_buddy.kernel_calls import calls
from verified_buddy.kernel_calls.calls import AnyCall, Header
from verified_buddy.kernel_calls.counter import TOP_PAGES, FreePages
from verified_buddy.kernel_calls.state import State, state_of
from verified_buddy.linux import highatomic, isolation
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, Pageblocks, pageblock_start
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.oracle.source import Unusable
from verified_buddy.pfn import MAX_ORDER, Pfn

Result = Pfn | bool | list[Pfn] | None


class Machine:
    """Zones over one map of pageblocks, the pages that are movable, and NR_FREE_PAGES of each zone."""

    def __init__(self, header: Header) -> None:
        """The machine after boot.  Raises BuddyError if there can be no such machine."""
        self.header = header
        self.pageblocks = Pageblocks()
        self.movable: set[int] = set()
        self.zones = [
            LinuxZone(
                each.start,
                each.end,
                self.pageblocks,
                cpus=header.cpus,
                high=each.high,
                batch=each.batch,
                movable_pages=self.movable_pages,
            )
            for each in header.zones
        ]
        owner = header.pages_in_no_zone_belong_to
        if owner is not None:
            for start, end in pages_in_no_zone(header):
                self.pageblocks.belong(start, end, self.zones[owner].free_area)
        for zone, each in zip(self.zones, header.zones, strict=True):
            for start, end in each.ranges:
                zone.add_range(start, end)
        self.free_pages = [FreePages(zone) for zone in self.zones]

    def movable_pages(self, pfn: Pfn) -> int:
        """How many pages from this one to its pageblock's end are movable."""
        return sum(page in self.movable for page in range(pfn, pageblock_start(pfn) + PAGEBLOCK_PAGES))

    def state(self) -> State:
        """The whole state."""
        pages = range(self.header.first_page, self.header.last_page, PAGEBLOCK_PAGES)
        types = [self.pageblocks.migratetype(pfn) for pfn in pages]
        return [state_of(zone, types) for zone in self.zones]

    def make(self, call: AnyCall) -> Result:
        """Make the call; what it returns.  Raises BuddyError, Unusable, if it makes no sense."""
        if call.zone >= len(self.zones):
            raise Unusable(f"there is no zone {call.zone}")
        zone, free_pages = self.zones[call.zone], self.free_pages[call.zone]
        pfn = getattr(call, "pfn", zone.mobility.start)
        if not zone.mobility.spans(pfn):
            raise OutOfRange(pfn)
        with free_pages.counted(call):
            return MAKES[type(call)](self, zone, call)


def pages_in_no_zone(header: Header) -> Iterator[tuple[Pfn, Pfn]]:
    """The pages of the machine outside every zone, as ascending ranges [start, end)."""
    start = header.first_page
    for zone in sorted(header.zones, key=lambda zone: zone.start):
        yield start, zone.start
        start = zone.end
    yield start, Pfn(header.last_page + 1)


def alloc(machine: Machine, zone: LinuxZone, call: calls.Alloc) -> Pfn | None:
    """A block, whose pages may be movable from now on."""
    pfn = zone.alloc(
        call.order,
        Migratetype(call.migratetype),
        call.cpu,
        highatomic_request=call.highatomic_request,
        last_resort=call.last_resort,
        no_fragment=call.no_fragment,
        pcp_locked=call.pcp_locked,
    )
    if pfn is not None and call.then_movable:
        machine.movable.update(range(pfn, pfn + (1 << call.order)))
    return pfn


def now_movable(machine: Machine, zone: LinuxZone, call: calls.NowMovable) -> None:
    """The pages of a live block, which may have been split."""
    pages = range(call.pfn, call.pfn + (1 << call.order))
    if zone.live.get(call.pfn) != call.order and any(zone.live.get(Pfn(page)) != 0 for page in pages):
        raise zone.why_not_live(call.pfn, call.order)
    machine.movable.update(pages)


def free(machine: Machine, zone: LinuxZone, call: calls.Free) -> None:
    """A live block, whose pages are movable no longer."""
    zone.free(call.pfn, call.order, call.cpu, pcp_locked=call.pcp_locked, reclaim_active=call.reclaim_active)
    machine.movable.difference_update(range(call.pfn, call.pfn + (1 << call.order)))


def alloc_bulk(machine: Machine, zone: LinuxZone, call: calls.AllocBulk) -> list[Pfn]:
    """Single pages."""
    return zone.alloc_bulk(call.pages, Migratetype(call.migratetype), call.cpu)


def split_page(machine: Machine, zone: LinuxZone, call: calls.SplitPage) -> None:
    """Single pages of a live block."""
    zone.split(call.pfn, call.order)


def drain(machine: Machine, zone: LinuxZone, call: calls.Drain) -> None:
    """The lists of one CPU."""
    zone.drain(call.cpu)


def drain_all(machine: Machine, zone: LinuxZone, call: calls.DrainAll) -> None:
    """The lists of all CPUs."""
    zone.drain_all()


def isolate_free_page(machine: Machine, zone: LinuxZone, call: calls.IsolateFreePage) -> bool:
    """A free block goes out, if enough stays free by the counter; the zone goes by its lists."""
    mark = call.mark - machine.free_pages[call.zone].drift
    if mark >= 0:
        return zone.isolate(call.pfn, call.order, mark)
    if not zone.free_area.is_free_block(call.pfn, call.order):
        return False
    if not isolation.isolate_free_page(zone.mobility, call.pfn, call.order, mark):
        return False
    zone.out[call.pfn] = call.order
    return True


def putback_isolated_page(machine: Machine, zone: LinuxZone, call: calls.PutbackIsolatedPage) -> None:
    """A block that was isolated."""
    if zone.out.get(call.pfn) != call.order or call.pfn in zone.offlined:
        raise Unusable(f"no block of order {call.order} at page {call.pfn} was isolated")
    zone.putback(call.pfn)


def take_page_off_buddy(machine: Machine, zone: LinuxZone, call: calls.TakePageOffBuddy) -> bool:
    """A single free page."""
    return zone.offline(call.pfn)


def put_page_back_buddy(machine: Machine, zone: LinuxZone, call: calls.PutPageBackBuddy) -> None:
    """A page that was taken off."""
    if call.pfn not in zone.offlined:
        raise Unusable(f"page {call.pfn} was not taken off")
    zone.putback(call.pfn)


def set_migratetype_isolate(machine: Machine, zone: LinuxZone, call: calls.SetMigratetypeIsolate) -> bool:
    """The page's pageblock; no free block of the largest order is left across its edge."""
    done = isolation.set_migratetype_isolate(zone.mobility, call.pfn)
    head = Pfn(call.pfn & -TOP_PAGES)
    if done and zone.free_area.is_free_block(head, MAX_ORDER):
        isolation.split_free_page(zone.mobility, head, MAX_ORDER, Pfn(head + PAGEBLOCK_PAGES))
    return done


def unset_migratetype_isolate(machine: Machine, zone: LinuxZone, call: calls.UnsetMigratetypeIsolate) -> bool:
    """The page's pageblock."""
    return isolation.unset_migratetype_isolate(zone.mobility, call.pfn, Migratetype(call.migratetype))


def unreserve(machine: Machine, zone: LinuxZone, call: calls.UnreserveHighatomicPageblock) -> bool:
    """Reserved pageblocks of the zone."""
    migratetype = Migratetype(call.migratetype)
    return highatomic.unreserve_highatomic_pageblock(zone.mobility, migratetype, force=call.force)


MAKES: Final[dict[type, Callable[[Machine, LinuxZone, Any], Result]]] = {
    calls.Alloc: alloc,
    calls.NowMovable: now_movable,
    calls.Free: free,
    calls.AllocBulk: alloc_bulk,
    calls.SplitPage: split_page,
    calls.Drain: drain,
    calls.DrainAll: drain_all,
    calls.IsolateFreePage: isolate_free_page,
    calls.PutbackIsolatedPage: putback_isolated_page,
    calls.TakePageOffBuddy: take_page_off_buddy,
    calls.PutPageBackBuddy: put_page_back_buddy,
    calls.SetMigratetypeIsolate: set_migratetype_isolate,
    calls.UnsetMigratetypeIsolate: unset_migratetype_isolate,
    calls.UnreserveHighatomicPageblock: unreserve,
}
"""By call: how it is made."""
