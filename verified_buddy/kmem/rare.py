"""What the common patterns do not read: events that a trace has few of, and all others in a rare spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verified_buddy.kmem.events import (
    Alloc,
    BulkPage,
    Event,
    Extfrag,
    Free,
    FreeBatched,
    FreeOnePage,
    Isolate,
    IsolateRet,
    Marker,
    MoveFree,
    PcpuDrain,
    Putback,
    RotateHead,
    RotateTail,
    SetBlock,
    SplitPage,
    ZoneLocked,
)
from verified_buddy.kmem.figures import Figures
from verified_buddy.kmem.frequent import PROBE
from verified_buddy.kmem.request_events import CAREFUL
from verified_buddy.kmem.tracepoints import TRACEPOINTS, carefully
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER
from verified_buddy.oracle.source import Unusable

Where = tuple[int, int]
"""Line and CPU."""

TYPE_BITS: Final = 7
"""Of the bits of a pageblock, those of its migratetype."""
RAW: Final = "raw fields, as trace-cmd report -R prints them: leave -R out"
MARKS: Final = (b"tracing_mark_write", b"print")


def mark(where: Where, rest: bytes) -> Event | None:
    """What the recorder wrote; None if somebody else did."""
    text = rest.removeprefix(b"tracing_mark_write:").strip()
    return Marker(*where, text.decode("ascii", "replace")) if text.startswith(b"KT ") else None


def alloc(where: Where, of: Figures) -> Event:
    """Page 0 stands for none."""
    gfp = of.text("gfp_flags")
    if of.raw and gfp.startswith("0x"):
        raise of.wrong("gfp_flags", RAW)
    return Alloc(*where, of.pfn() or None, of.order(), of.kind(), gfp, of.task)


def zone_locked(where: Where, of: Figures) -> Event:
    """The event."""
    return ZoneLocked(*where, of.pfn(), of.order(), of.kind(), of.flag("percpu_refill"))


def extfrag(where: Where, of: Figures) -> Event:
    """The event."""
    block = of.order("pageblock_order")
    if of.modelled and block != PAGEBLOCK_ORDER:
        raise of.beyond("pageblock_order", f"the zone layer has pageblocks of order {PAGEBLOCK_ORDER}")
    orders = of.order("alloc_order"), of.order("fallback_order")
    kinds = of.kind("alloc_migratetype"), of.kind("fallback_migratetype")
    return Extfrag(*where, of.pfn(), *orders, *kinds, of.flag("fragmenting"), of.flag("change_ownership"))


def free_one_page(where: Where, of: Figures) -> Event:
    """The event."""
    probe, zone = PROBE[of.name.encode()], of.number("zone")
    return FreeOnePage(*where, probe, of.pfn(), zone, of.order(), of.kind("mt"), of.number("fpi"))


def set_block(where: Where, of: Figures) -> Event | None:
    """None if other bits of the pageblock than those of its type are set."""
    pfn, mask = of.pfn(), of.number("mask")
    return SetBlock(*where, pfn, of.kind("flags", TYPE_BITS)) if mask & TYPE_BITS else None


EVENTS: Final[dict[bytes, Callable[[Where, Figures], Event | None]]] = {
    b"mm_page_alloc": alloc,
    b"mm_page_free": lambda where, of: Free(*where, of.pfn(), of.order()),
    b"mm_page_free_batched": lambda where, of: FreeBatched(*where, of.pfn(), of.order()),
    b"mm_page_alloc_zone_locked": zone_locked,
    b"mm_page_pcpu_drain": lambda where, of: PcpuDrain(*where, of.pfn(), of.order(), of.kind()),
    b"mm_page_alloc_extfrag": extfrag,
    # Before 3.3, each told of frees by itself.
    b"mm_page_free_direct": lambda where, of: Free(*where, of.pfn(), of.order()),
    b"mm_pagevec_free": lambda where, of: Free(*where, of.pfn(), of.order()),
    **dict.fromkeys(PROBE, free_one_page),
    b"isolate": lambda where, of: Isolate(*where, of.described(), of.order()),
    b"isolate_ret": lambda where, of: IsolateRet(*where, of.number("ret")),
    b"putback": lambda where, of: Putback(*where, of.described(), of.order(), of.kind("mt")),
    b"movefree": lambda where, of: MoveFree(*where, of.number("zone"), of.described(), of.kind("mt")),
    b"setblock": set_block,
    b"rothead": lambda where, of: RotateHead(*where, of.listed(), of.order()),
    b"rottail": lambda where, of: RotateTail(*where, of.listed()),
    b"splitpage": lambda where, of: SplitPage(*where, of.described(), of.order()),
    b"bulkpage": lambda where, of: BulkPage(*where, of.described(), of.task),
    **CAREFUL,
}
"""What is read by its fields, by name."""
NAMES: Final = frozenset({*EVENTS, *TRACEPOINTS, *MARKS})
"""Of all that is read."""


def event(name: bytes, rest: bytes, where: Where, task: int, *, modelled: bool) -> Event | None:
    """The event of that name with these fields; None if it says nothing that matters.  Raises Unusable."""
    if name in MARKS:
        return mark(where, rest)
    if name in TRACEPOINTS:
        return carefully(name, rest, where, task, modelled=modelled)
    try:
        return EVENTS[name](where, Figures(name, rest, modelled=modelled, task=task))
    except Unusable:
        if name in CAREFUL and not modelled:
            return None  # somebody's own probe of that name: no page depends on it
        raise
