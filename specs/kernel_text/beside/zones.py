"""Zones side by side: where they lie, all that their future depends on, and the calls that are made there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from specs.ledger.subject import Subject

MOVABLE: Final[Mapping[str, Callable[[int], bool]]] = {
    "none": lambda page: False,
    "all": lambda page: True,
    "some": lambda page: page * 97 % 13 < 7,
}
"""Which pages in use are movable, by name."""


@dataclass(frozen=True)
class Shape:
    """Zones of one machine, and its CPUs."""

    top: int
    """The order of the largest blocks; pageblocks have half their size."""
    zones: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]
    """Where each starts and ends, and the ranges of memory in it."""
    cpus: int = 1
    high: int = 0
    batch: int = 1
    movable: str = "none"

    @property
    def pageblock(self) -> int:
        """A pageblock's pages."""
        return 1 << (self.top - 1)

    @property
    def words(self) -> str:
        """What there is, on one line."""
        lies = ", ".join(f"[{start}, {end})" for start, end, _ in self.zones)
        lists = f"CPUs {self.cpus} of high {self.high} and batch {self.batch}"
        return f"zones {lies}, pageblocks of {self.pageblock}, {lists}, movable pages: {self.movable}"


class State(NamedTuple):
    """All that a zone's future depends on; heads of lists first."""

    free: tuple[tuple[int, int, int], ...]
    """First page, order, type of the list."""
    types: tuple[int, ...]
    """Of its pageblocks."""
    pcp: tuple[tuple[Any, ...], ...]
    """Of each CPU: number of the list, first page, type; and its numbers."""
    live: tuple[tuple[int, int], ...]
    out: tuple[tuple[int, int], ...]
    offline: tuple[int, ...]
    numbers: tuple[int, int, int]
    """Pageblocks isolated, pages reserved, pages managed."""


class Call(NamedTuple):
    """A call in one of the zones."""

    name: str
    args: tuple[int, ...] = ()
    options: tuple[tuple[str, bool], ...] = ()
    zone: int = 0

    def __str__(self) -> str:
        words = [*map(str, self.args), *(f"{key}={value}" for key, value in self.options)]
        at = f"zone {self.zone}: " if self.zone else ""
        return f"{at}{self.name}({', '.join(words)})"


class Movables:
    """How many pages from one to the end of its pageblock are in use and movable."""

    def __init__(self, zone: Any, shape: Shape) -> None:
        self.zone, self.shape, self.chosen = zone, shape, MOVABLE[shape.movable]

    def is_movable(self, page: int) -> bool:
        """Whether the page is in use, and movable."""
        if not self.chosen(page):
            return False
        live, orders = self.zone.live, range(self.shape.top + 1)
        return any(live.get(page & -(1 << order)) == order for order in orders)

    def __call__(self, pfn: int) -> int:
        """How many."""
        end = (pfn & -self.shape.pageblock) + self.shape.pageblock
        return sum(self.is_movable(page) for page in range(pfn, end)) if self.shape.movable != "none" else 0


def zones_of(subject: Subject, shape: Shape, *, fed: bool = True) -> list[Any]:
    """The zones, with all their memory free, or none yet."""
    pageblocks, made = subject.linux.pageblock.Pageblocks(), []
    for start, end, ranges in shape.zones:
        named = {"cpus": shape.cpus, "high": shape.high, "batch": shape.batch}
        zone = subject.linux.zone.LinuxZone(start, end, pageblocks, **named)
        zone.movable_pages = Movables(zone, shape)
        made.append(zone)
        for low, high in ranges if fed else ():
            zone.add_range(low, high)
    return made


def state_of(zone: Any, shape: Shape) -> State:
    """A zone's state."""
    inside, size = zone.mobility, shape.pageblock
    return State(
        tuple(zone.free_area.blocks()),
        tuple(inside.pageblocks.migratetype(pfn) for pfn in range(inside.start & -size, inside.end, size)),
        tuple(
            (
                tuple((at, *block) for at, blocks in enumerate(cpu.lists) for block in blocks.items()),
                *(cpu.count, cpu.free_factor, cpu.high, cpu.batch),
            )
            for cpu in zone.pcp
        ),
        tuple(sorted(zone.live.items())),
        tuple(sorted(zone.out.items())),
        tuple(sorted(zone.offlined)),
        (inside.nr_isolate_pageblock, inside.nr_reserved_highatomic, inside.managed),
    )


def zone_in(subject: Subject, shape: Shape, state: State) -> Any:
    """The one zone of a shape, in that state, built through the primitives."""
    (zone,) = zones_of(subject, shape, fed=False)
    inside = zone.mobility
    zone.spans.add(inside.start, inside.end)
    for number, kind in enumerate(state.types):
        inside.pageblocks.set((inside.start & -shape.pageblock) + number * shape.pageblock, kind)
    for pfn, order, kind in state.free:
        zone.free_area.add(pfn, order, kind, tail=True)
    for cpu, (listed, _, factor, _, _) in zip(zone.pcp, state.pcp, strict=True):
        for at, pfn, kind in listed:
            cpu.add(at, pfn, kind, tail=True)
        cpu.free_factor = factor
    zone.live, zone.out, zone.offlined = dict(state.live), dict(state.out), set(state.offline)
    inside.nr_isolate_pageblock, inside.nr_reserved_highatomic, inside.managed = state.numbers
    return zone


def answer_of(subject: Subject, zones: list[Any], call: Call) -> Any:
    """Make the call; an error of ours is an answer too, and has changed nothing."""
    zone = zones[call.zone]
    options: dict[str, Any] = dict(call.options)
    made = INSIDE.get(call.name)
    try:
        if made is None:
            return getattr(zone, call.name)(*call.args, **options)
        return made(subject.linux, zone, *call.args, **options)
    except subject.errors.BuddyError as error:
        return type(error).__name__


def isolate_pageblock(linux: Any, zone: Any, pfn: int) -> bool:
    """Isolate it, and then split the free block that crosses its edge, as the kernel does."""
    done = linux.isolation.set_migratetype_isolate(zone.mobility, pfn)
    size, top = linux.pageblock.PAGEBLOCK_PAGES, zone.free_area.max_order
    head = pfn & -(2 * size)
    if done and zone.free_area.is_free_block(head, top):
        linux.isolation.split_free_page(zone.mobility, head, top, head + size)
    return bool(done)


def split_free(linux: Any, zone: Any, pfn: int, order: int, split: int) -> Any:
    """Split a free block, if it is one."""
    if not zone.free_area.is_free_block(pfn, order):
        return "no free block"
    return linux.isolation.split_free_page(zone.mobility, pfn, order, split)


def refill(linux: Any, zone: Any, order: int, kind: int, cpu: int = 0, **flags: bool) -> Any:
    """One turn of a refill."""
    lists = zone.lists_of(cpu)
    return linux.pcp.refill_one(zone.mobility, lists, order, kind, zone.movable_pages, **flags)


def search(linux: Any, zone: Any, at: int, cpu: int = 0) -> Any:
    """The list that is drained next; it is asked only while some list has a block."""
    lists = zone.lists_of(cpu)
    return linux.pcp.next_pindex(lists, at) if lists.count else None


def bulk(linux: Any, zone: Any, pages: int, at: int, cpu: int = 0) -> None:
    """Drain so many pages: no more than there are."""
    lists = zone.lists_of(cpu)
    linux.pcp.free_pcppages_bulk(zone.mobility, lists, min(pages, lists.count), at)


def unset(linux: Any, zone: Any, pfn: int, kind: int) -> Any:
    """Give a pageblock back that this zone isolated: the counter is the zone's."""
    if zone.mobility.nr_isolate_pageblock == 0:
        return "nothing is isolated"
    return linux.isolation.unset_migratetype_isolate(zone.mobility, pfn, kind)


INSIDE: Final[Mapping[str, Callable[..., Any]]] = {
    "isolate_pageblock": isolate_pageblock,
    "set_isolate": lambda linux, zone, pfn: linux.isolation.set_migratetype_isolate(zone.mobility, pfn),
    "unset_isolate": unset,
    "split_free": split_free,
    "reserve": lambda linux, zone, pfn: linux.highatomic.reserve_highatomic_pageblock(zone.mobility, pfn),
    "unreserve": lambda linux, zone, kind, *, force: linux.highatomic.unreserve_highatomic_pageblock(
        zone.mobility, kind, force=force
    ),
    "unreserve_first": lambda linux, zone, order, kind: linux.highatomic.unreserve_first(
        zone.mobility, order, kind
    ),
    "refill_one": refill,
    "drain_one": lambda linux, zone, at, cpu=0: linux.pcp.drain_one(zone.mobility, zone.lists_of(cpu), at),
    "next_pindex": search,
    "bulk_drain": bulk,
}
"""Calls that a zone's callers cannot make, but other parts of the kernel do."""
