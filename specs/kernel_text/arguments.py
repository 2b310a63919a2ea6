"""The arguments of the calls by which C and ours are compared, as each side makes them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import z3

from specs.kernel_text.sides import Call, Side
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.loops import LEFT, START, STOP, Countdown, Cursor


def each(make: Callable[..., Call], *domains: Any) -> tuple[Call, ...]:
    """A call for every choice of its arguments."""
    calls: list[tuple[Any, ...]] = [()]
    for domain in domains:
        calls = [(*call, value) for call in calls for value in domain]
    return tuple(make(*call) for call in calls)


def calling(*args: Any, **named: Any) -> Call:
    """A call with arguments that a side makes: those that can be called are called with it."""

    def call(side: Side, function: Callable[..., Any]) -> Any:
        given = [value(side) if callable(value) else value for value in args]
        by_name = {name: value(side) if callable(value) else value for name, value in named.items()}
        return function(*given, **by_name)

    return call


def zone(side: Side) -> Any:
    """The zone."""
    return side.zone


def with_an_isolated(side: Side) -> Any:
    """The zone, of which some pageblock is isolated, and counted."""
    side.run.path.assume(side.zone.nr_isolate_pageblock.term != 0)
    return side.zone


def stealing(side: Side) -> Any:
    """The zone, of which some block was stolen since its lists were locked."""
    side.zone.stealing = True
    return side.zone


def area(side: Side) -> Any:
    """Its free lists."""
    return side.area


def pcp(side: Side) -> Any:
    """The CPU's lists."""
    return side.pcp


def page(side: Side) -> Any:
    """Any page."""
    return side.page()


def kind(side: Side) -> Any:
    """Any type."""
    return side.kind()


def other_page(side: Side) -> Any:
    """Any page, which may be another."""
    return side.page("other")


def movable(side: Side) -> Any:
    """The question after movable pages."""
    return side.movable


def block(order: int) -> Callable[[Side], Any]:
    """A block of the order: its first page is a multiple of its size."""

    def made(side: Side) -> Any:
        found = side.page()
        side.run.path.assume(found.term & z3.BitVecVal((1 << order) - 1, BITS) == 0)
        return found

    return made


class Noted:
    """A loop of which both sides walk one turn, from any state of its cursor or its count."""

    name = "the loop"

    def __init__(self, side: Side) -> None:
        self.side = side
        self.world = SimpleNamespace(path=side.run.path, owe=lambda *_, **__: None)

    def enter(self) -> None:
        """From here on the state is any: for both alike."""
        self.side.run.did("a turn begins")

    def owe(self, cursor: Any = None) -> None:
        """A turn ends."""
        self.side.run.did("a turn ends", *(() if cursor is None else (z3.simplify(cursor),)))

    def spent(self, left: Any) -> None:
        """What is left then."""
        self.side.run.did("is left", z3.simplify(left))


def cursor(side: Side) -> Cursor:
    """Where a range begins; the loop goes on from any page of it."""
    side.run.path.assume(
        z3.ULE(START, STOP),
        z3.UGE(STOP, 1),
        z3.ULE(STOP, 1 << 52),
        z3.ULE(z3.BitVec("cursor", BITS), 1 << 52),
    )
    return Cursor(Noted(side), START, entered=False)  # type: ignore[arg-type]  # a loop that notes


def cursor_of_pageblock(side: Side) -> Cursor:
    """The same, where the range is a pageblock."""
    side.run.path.assume(START & z3.BitVecVal(511, BITS) == 0, STOP == START + 512)
    return cursor(side)


def stop(side: Side) -> LiftedPfn:
    """Where it ends."""
    return LiftedPfn(side.run.path, STOP)


def countdown(name: str, before: int) -> Callable[[Side], Countdown]:
    """A number that a loop counts down."""

    def made(side: Side) -> Countdown:
        term = z3.BitVec(name, BITS)
        side.run.path.assume(term >= 1, term < 1 << 20, LEFT < 1 << 20, LEFT >= -(1 << 20))
        return Countdown(Noted(side), term, before)  # type: ignore[arg-type]  # a loop that notes

    return made


def victim_of(order: int, whole: bool) -> Callable[[Side], Any]:
    """A victim of the order: a free block of it starts there."""

    def made(side: Side) -> Any:
        pfn = block(order)(side)
        side.run.path.assume(side.area._order_at(pfn) == order)  # what the stand-in knows
        kinds = side.kind()
        return side.subject.linux.fallback.Victim(pfn, order, kinds, whole)

    return made


def first_of_pageblock(side: Side) -> Any:
    """The first page of a pageblock."""
    return block(9)(side)


def limit(side: Side) -> LiftedCount:
    """A limit of the lists."""
    term = z3.BitVec("limit", BITS)
    side.run.path.assume(z3.ULT(term, 1 << 22))
    return LiftedCount(side.run.path, term)


def listed(order: int) -> Callable[[Side], Any]:
    """A free block of the order."""

    def made(side: Side) -> Any:
        pfn = block(order)(side)
        side.run.path.assume(side.area._order_at(pfn) == order)  # what the stand-in knows
        return pfn

    return made


def frees(order: int, to_tail: bool) -> Call:
    """free_one_page()."""
    return calling(zone, block(order), order, kind, to_tail=to_tail)


def expands(low: int, high: int) -> Call:
    """expand(), around the first page of a block."""
    return calling(area, block(high), low, high, kind)


def drains(index: int) -> Call:
    """drain_one(), of a list that has a block."""
    return calling(zone, pcp, index)


KEPT = ("for dma", "for dma32", "for normal", "for movable")
"""What a zone keeps, by the highest zone of the request."""


class MarkedZone:
    """A zone as the watermark asks: any reserve, and any lists."""

    def __init__(self, side: Side) -> None:
        self.path = side.run.path
        self.lowmem_reserve = tuple(side.count(name) for name in KEPT)
        self.nr_reserved_highatomic = side.count("highatomic")

    def has_free(self, order: int, migratetype: int) -> LiftedBool:
        """Any list may have a block or none."""
        return LiftedBool(self.path, z3.Bool(f"free {order} {migratetype}"))


def pages(name: str) -> Callable[[Side], LiftedCount]:
    """A number of pages, which is at most 2^52."""

    def made(side: Side) -> LiftedCount:
        found = side.count(name)
        side.run.path.assume(z3.ULE(found.term, 1 << 52))
        return found

    return made


def marked(side: Side) -> MarkedZone:
    """A zone whose numbers are at most 2^52."""
    for name in (*KEPT, "highatomic"):
        pages(name)(side)
    return MarkedZone(side)


def boosted(side: Side) -> LiftedCount:
    """A boost, which the mark includes."""
    found = side.count("boost")
    side.run.path.assume(z3.ULE(found.term, z3.BitVec("mark", BITS)))
    return found


def mask(side: Side) -> LiftedPfn:
    """Any mask of flags."""
    side.run.path.assume(z3.ULT(z3.BitVec("gfp_mask", BITS), 1 << 24))
    return LiftedPfn(side.run.path, z3.BitVec("gfp_mask", BITS))


def few(side: Side) -> LiftedCount:
    """Any order."""
    found = side.count("order")
    side.run.path.assume(z3.ULE(found.term, 10))
    return found
