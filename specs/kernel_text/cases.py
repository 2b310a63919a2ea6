"""The calls by which each function is compared with ours: every order, type and flag that makes a difference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain, combinations
from types import SimpleNamespace
from typing import Any

import z3

from specs.kernel_text.agreement import Call, Case, Side
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.loops import LEFT, START, STOP, Countdown, Cursor
from specs.prover.models.zone.geometry import Geometry

ORDERS = range(11)
PCP_ORDERS = Geometry(10).pcp_orders
LISTS = range(14)
TYPES = range(3)
M, F, H, I, P, V = (  # noqa: E741 # the letters of the rooms
    "linux.mobility",
    "linux.fallback",
    "linux.highatomic",
    "linux.isolation",
    "linux.pcp",
    "linux.versions.v6_1",
)


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
    return Cursor(Noted(side), START, entered=False)


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


class MarkedZone:
    """A zone as the watermark asks: any reserve, and any lists."""

    def __init__(self, side: Side) -> None:
        self.path = side.run.path
        self.lowmem_reserve = (None, None, side.count("reserve"), None)
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
    for name in ("reserve", "highatomic"):
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


RESERVES = tuple(
    map(sum, chain.from_iterable(combinations((0x8, 0x10, 0x20, 0x200), many) for many in range(5)))
)
"""Every combination of the flags that reach below a mark."""
W, G, A = "linux.watermark", "linux.gfp", "linux.alloc_flags"
MARKS = (marked, pages("mark"), 2)
FLAGS = (False, True)
CASES: dict[tuple[str, str], Case] = {
    ("__find_buddy_pfn", "pfn.buddy_pfn"): Case(each(lambda o: calling(block(o), o), ORDERS)),
    ("buddy_merge_likely", f"{M}.buddy_merge_likely"): Case(
        each(lambda o: calling(zone, block(o), o), ORDERS)
    ),
    ("__free_one_page", f"{M}.free_one_page"): Case(
        each(frees, ORDERS, FLAGS), {M: {"buddy_merge_likely": "asks"}}
    ),
    ("expand", "buddy.expand"): Case(tuple(expands(low, high) for high in ORDERS for low in range(high + 1))),
    ("__rmqueue_smallest", "buddy.rmqueue_smallest"): Case(
        each(lambda o: calling(area, o, kind), ORDERS), {"buddy": {"expand": "none"}}
    ),
    ("move_freepages", f"{M}.move_freepages"): Case((calling(area, cursor, stop, kind),)),
    ("move_freepages_block", f"{M}.move_freepages_block"): Case(
        (calling(zone, page, kind),), {M: {"move_freepages": "count"}}
    ),
    ("can_steal_fallback", f"{F}.can_steal_fallback"): Case(each(calling, ORDERS, TYPES)),
    ("find_suitable_fallback", f"{F}.find_suitable_fallback"): Case(
        each(partial(calling, area), ORDERS, TYPES)
    ),
    ("__rmqueue_fallback", f"{F}.find_victim"): Case(
        each(lambda o, t, f: calling(area, o, t, no_fragment=f), ORDERS, TYPES, FLAGS)
    ),
    ("steal_suitable_fallback", f"{F}.steal_suitable_fallback"): Case(
        each(lambda o, w, t: calling(zone, victim_of(o, w), t, movable), ORDERS, FLAGS, TYPES),
        {F: {"move_freepages_block": "count", "change_pageblock_range": "none"}},
    ),
    ("change_pageblock_range", f"{F}.change_pageblock_range"): Case(
        each(lambda o: calling(zone, block(o), o, kind), (9, 10))
    ),
    ("__rmqueue", f"{F}.rmqueue"): Case(
        each(lambda o, t, f: calling(zone, o, t, movable, no_fragment=f), ORDERS, TYPES, FLAGS),
        {
            F: {"rmqueue_smallest": "page?"},
            V: {"rmqueue_smallest": "page?", "find_victim": "victim?", "steal_suitable_fallback": "none"},
        },
    ),
    ("rmqueue_buddy", f"{H}.rmqueue_buddy"): Case(
        each(
            lambda o, t, h, r, f: calling(zone, o, t, movable, highatomic=h, last_resort=r, no_fragment=f),
            ORDERS,
            TYPES,
            FLAGS,
            FLAGS,
            FLAGS,
        ),
        {H: {"rmqueue_smallest": "page?", "rmqueue": "page?"}},
    ),
    ("reserve_highatomic_pageblock", f"{H}.reserve_highatomic_pageblock"): Case(
        (calling(zone, page),), {H: {"may_reserve": "asks", "move_freepages_block": "count"}}
    ),
    ("unreserve_highatomic_pageblock", f"{H}.unreserve_first"): Case(
        each(lambda o: calling(zone, o, kind), ORDERS), {H: {"move_freepages_block": "count"}}
    ),
    ("unreserve_highatomic_pageblock", f"{H}.unreserve_highatomic_pageblock"): Case(
        each(lambda f: calling(zone, kind, force=f), FLAGS), {H: {"unreserve_first": "bool"}}
    ),
    ("set_migratetype_isolate", f"{I}.set_migratetype_isolate"): Case(
        (calling(zone, page),), {I: {"move_freepages_block": "count"}}
    ),
    ("unset_migratetype_isolate", f"{I}.unset_migratetype_isolate"): Case(
        (calling(zone, first_of_pageblock, kind),),
        {I: {"move_freepages_block": "count", "putback_isolated_page": "none"}},
    ),
    ("__isolate_free_page", f"{I}.isolate_free_page"): Case(
        each(lambda o: calling(zone, listed(o), o, 0), ORDERS), {I: {"leaves": "asks"}}
    ),
    ("__putback_isolated_page", f"{I}.putback_isolated_page"): Case(
        each(lambda o: calling(zone, block(o), o, kind), ORDERS), {I: {"free_one_page": "none"}}
    ),
    ("break_down_buddy_pages", f"{I}.expand"): Case(each(lambda o: calling(area, page, 0, o, kind), ORDERS)),
    ("take_page_off_buddy", f"{I}.take_page_off_buddy"): Case(
        (calling(zone, page),), {I: {"expand": "none"}}
    ),
    ("put_page_back_buddy", f"{I}.put_page_back_buddy"): Case(
        (calling(zone, page),), {I: {"free_one_page": "none"}}
    ),
    ("order_to_pindex", f"{P}.order_to_pindex"): Case(each(calling, range(5), PCP_ORDERS)),
    ("pindex_to_order", f"{P}.pindex_to_order"): Case(each(calling, LISTS)),
    ("rmqueue_bulk", f"{P}.refill_one"): Case(
        each(lambda o, t, f: calling(zone, pcp, o, t, movable, no_fragment=f), PCP_ORDERS, TYPES, FLAGS),
        {P: {"rmqueue": "page?"}},
    ),
    ("rmqueue_bulk", f"{P}.rmqueue_bulk"): Case(
        each(
            lambda o, t, f: calling(zone, pcp, o, t, countdown("blocks", 1), movable, no_fragment=f),
            PCP_ORDERS,
            TYPES,
            FLAGS,
        ),
        {P: {"refill_one": "bool"}},
    ),
    ("__rmqueue_pcplist", f"{P}.rmqueue_pcplist"): Case(
        each(lambda o, t: calling(zone, pcp, o, t, movable, bulk=True), PCP_ORDERS, TYPES),
        {P: {"rmqueue_bulk": "none"}},
    ),
    ("rmqueue_pcplist", f"{P}.rmqueue_pcplist"): Case(
        each(lambda o, t: calling(zone, pcp, o, t, movable), PCP_ORDERS, TYPES), {P: {"rmqueue_bulk": "none"}}
    ),
    ("free_pcppages_bulk", f"{P}.next_pindex"): Case(each(lambda i: calling(pcp, i), LISTS)),
    ("free_pcppages_bulk", f"{P}.drain_one"): Case(each(drains, LISTS), {P: {"free_one_page": "none"}}),
    ("free_pcppages_bulk", f"{P}.free_pcppages_bulk"): Case(
        each(lambda i: calling(zone, pcp, countdown("pages", 0), i), LISTS),
        {P: {"next_pindex": "index?", "drain_one": "true"}},
    ),
    ("__zone_watermark_unusable_free", f"{W}.unusable_free"): Case(
        each(lambda o, f: calling(o, f, pages("highatomic")), ORDERS, RESERVES)
    ),
    ("__zone_watermark_ok", f"{W}.zone_watermark_ok"): Case(
        (
            *each(lambda o, f: calling(marked, o, pages("mark"), 2, f, pages("free")), (0,), RESERVES),
            *each(
                lambda o, f: calling(marked, o, pages("mark"), 2, f, pages("free")),
                (1, 2, 9, 10),
                (0, 8, 0x230),
            ),
        ),
        {W: {"unusable_free": "pages"}},
    ),
    ("zone_watermark_fast", f"{W}.zone_watermark_fast"): Case(
        each(
            lambda o, f, w, g: calling(marked, o, pages("mark"), 2, f | w, g, pages("free"), boosted),
            ORDERS,
            RESERVES,
            (0, 1),
            (0, 0x200),
        ),
        {W: {"unusable_free": "pages", "zone_watermark_ok": "asks"}},
    ),
    ("gfp_zone", f"{G}.gfp_zone"): Case((calling(mask),)),
    ("gfp_migratetype", f"{G}.gfp_migratetype"): Case(each(lambda f: calling(mask, mobility_off=f), FLAGS)),
    ("gfp_to_alloc_flags", f"{A}.gfp_to_alloc_flags"): Case(
        each(lambda f: calling(mask, few, realtime=f), FLAGS)
    ),
    ("nr_pcp_high", f"{P}.pcp_limit"): Case(
        each(lambda o, r: calling(pcp, o, reclaim_active=r), PCP_ORDERS, FLAGS)
    ),
    ("nr_pcp_free", f"{P}.pages_to_drain"): Case(each(lambda o: calling(pcp, o, limit), PCP_ORDERS)),
    ("free_unref_page_commit", f"{P}.free_unref_page_commit"): Case(
        each(
            lambda o, t, r: calling(zone, pcp, block(o), o, t, reclaim_active=r), PCP_ORDERS, range(5), FLAGS
        ),
        {P: {"pcp_limit": "count", "pages_to_drain": "count", "free_pcppages_bulk": "none"}},
    ),
}
"""By C function and our function."""
