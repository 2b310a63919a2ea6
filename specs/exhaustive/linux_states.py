"""States of a small Linux zone: who owns each page, on which list, where; and the calls from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from specs.ledger.subject import Subject

ISOLATE = 4
DONE = {
    "isolated": "pageblocks are isolated",
    "reserved": "pageblocks are reserved",
    "out": "free blocks are taken out",
}


@dataclass(frozen=True)
class Shape:
    """A zone of whole pageblocks, one CPU, and the calls that are made there."""

    first: int
    """Its first pageblock."""
    pageblocks: int
    orders: tuple[int, ...]
    types: tuple[int, ...]
    high: int = 1024
    batch: int = 512
    also: tuple[str, ...] = ()
    """Whether pageblocks are isolated or reserved too, or free blocks taken out."""

    @property
    def start(self) -> int:
        """The first page."""
        return self.first * 512

    @property
    def end(self) -> int:
        """The page after the last."""
        return (self.first + self.pageblocks) * 512

    @property
    def words(self) -> str:
        """What there is, on one line."""
        orders, types = (", ".join(map(str, each)) for each in (self.orders, self.types))
        lies = f"pages {self.start}..{self.end - 1} (pageblocks: {self.pageblocks})"
        lists = f"a CPU of high {self.high} and batch {self.batch}"
        return "; ".join(
            [f"{lies}, {lists}", f"orders {orders}", f"types {types}", *(DONE[each] for each in self.also)]
        )


class State(NamedTuple):
    """All that a zone's future depends on; heads of lists first."""

    free: tuple[tuple[int, int, int], ...]
    """First page, order, type of the list."""
    types: tuple[int, ...]
    cached: tuple[tuple[int, int, int], ...]
    """Number of the list, first page, type."""
    factor: int
    live: tuple[tuple[int, int], ...]
    out: tuple[tuple[int, int], ...]
    isolated: int
    reserved: int

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self._asdict().items() if value)


class Call(NamedTuple):
    """A call, its arguments, and how many pages of any pageblock are in use and movable."""

    name: str
    args: tuple[int, ...] = ()
    options: tuple[tuple[str, bool], ...] = ()
    movable: int = 0

    def __str__(self) -> str:
        words = [*map(str, self.args), *(f"{key}={value}" for key, value in self.options)]
        return f"{self.name}({', '.join(words)})" + (" with all movable" if self.movable else "")


def order_of_list(number: int) -> int:
    """The order of the blocks of a per-CPU list."""
    return 9 if number >= 12 else number // 3


def booted(subject: Subject, shape: Shape) -> Any:
    """A zone with all its memory free."""
    zone = subject.linux.zone.LinuxZone(shape.start, shape.end, high=shape.high, batch=shape.batch)
    zone.add_range(shape.start, shape.end)
    return zone


def state_of(zone: Any, shape: Shape) -> State:
    """The zone's state."""
    (cpu,) = zone.pcp
    inside = zone.mobility
    return State(
        tuple(zone.free_area.blocks()),
        tuple(inside.pageblocks.migratetype(pfn) for pfn in range(shape.start, shape.end, 512)),
        tuple((number, *block) for number, blocks in enumerate(cpu.lists) for block in blocks.items()),
        cpu.free_factor,
        tuple(sorted(zone.live.items())),
        tuple(sorted(zone.out.items())),
        inside.nr_isolate_pageblock,
        inside.nr_reserved_highatomic,
    )


def zone_in(subject: Subject, shape: Shape, state: State) -> Any:
    """A zone in that state, built through the primitives."""
    zone = subject.linux.zone.LinuxZone(shape.start, shape.end, high=shape.high, batch=shape.batch)
    zone.spans.add(shape.start, shape.end)
    inside, (cpu,) = zone.mobility, zone.pcp
    inside.managed = shape.end - shape.start
    for number, kind in enumerate(state.types):
        inside.pageblocks.set(shape.start + number * 512, kind)
    for pfn, order, kind in state.free:
        zone.free_area.add(pfn, order, kind, tail=True)
    for number, pfn, kind in state.cached:
        cpu.add(number, pfn, kind, tail=True)
    cpu.free_factor = state.factor
    zone.live, zone.out = dict(state.live), dict(state.out)
    inside.nr_isolate_pageblock, inside.nr_reserved_highatomic = state.isolated, state.reserved
    return zone


LIMITS = (
    "of a pageblock's pages in use all are movable, or none",
    "one pageblock at a time is isolated, and no block in use crosses its edge",
)
"""What calls are not made."""


def calls(shape: Shape, state: State) -> Iterator[Call]:
    """Every call that is worth making."""
    for order in shape.orders:
        for kind in shape.types:
            own = any(size >= order for _, size, listed in state.free if listed == kind)
            for movable in (0,) if own else (0, 512):
                yield Call("alloc", (order, kind), movable=movable)
                if order == 9:
                    yield Call("alloc", (order, kind), (("pcp_locked", False),), movable)
    for pfn, order in state.live:
        yield Call("free", (pfn, order))
        if order == 9:
            yield Call("free", (pfn, order, 0), (("pcp_locked", False),))
    yield Call("drain")
    for name in shape.also:
        yield from ALSO[name](shape, state)


def isolations(shape: Shape, state: State) -> Iterator[Call]:
    """One pageblock at a time out of use, and back under each type; no block in use crosses its edge."""
    for number, kind in enumerate(state.types):
        pfn = shape.start + number * 512
        crossed = any(order == 10 and head <= pfn < head + 1024 for head, order in state.live)
        if not crossed and state.isolated == (kind == ISOLATE):
            yield Call("isolate_pageblock", (pfn,))
        yield from (Call("unisolate_pageblock", (pfn, back)) for back in shape.types if kind == ISOLATE)


def reservations(shape: Shape, state: State) -> Iterator[Call]:
    """The reserve, its release, and who may use it."""
    yield from (Call("reserve", (pfn,)) for pfn, _ in state.live)
    for force in (False, True):
        yield from (Call("unreserve", (kind,), (("force", force),)) for kind in shape.types)
    for order in shape.orders:
        yield Call("alloc", (order, shape.types[0]), (("last_resort", True), ("pcp_locked", False)))


def outings(shape: Shape, state: State) -> Iterator[Call]:
    """Free blocks that are taken out, and come back."""
    yield from (Call("isolate", (pfn, order)) for pfn, order, _ in state.free)
    yield from (Call("putback", (pfn,)) for pfn, _ in state.out)


ALSO = {"isolated": isolations, "reserved": reservations, "out": outings}


def answer_of(subject: Subject, zone: Any, call: Call) -> Any:
    """Make the call."""
    zone.movable_pages = lambda pfn: call.movable
    inside, options = zone.mobility, dict(call.options)
    match call.name:
        case "isolate_pageblock":
            done = subject.linux.isolation.set_migratetype_isolate(inside, *call.args)
            head = call.args[0] & -1024
            if done and zone.free_area.is_free_block(head, 10):  # no free block may cross its edge
                subject.linux.isolation.split_free_page(inside, head, 10, head + 512)
            return done
        case "unisolate_pageblock":
            return subject.linux.isolation.unset_migratetype_isolate(inside, *call.args)
        case "reserve":
            return subject.linux.highatomic.reserve_highatomic_pageblock(inside, *call.args)
        case "unreserve":
            return subject.linux.highatomic.unreserve_highatomic_pageblock(inside, *call.args, **options)
        case name:
            return getattr(zone, name)(*call.args, **options)
