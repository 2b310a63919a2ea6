"""The events of a zone's pages, over short programs on every order."""

from __future__ import annotations

from itertools import product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject

ORDERS = range(11)
CACHED = (0, 1, 2, 3, 9)
ISOLATED = 4
SIZES = (
    "blocks of order 0..10, handed out from a per-CPU list or past it, and taken back to it, past it or "
    "to an isolated pageblock; 0..5 pages in bulk; a zone that is empty",
)


def zone_of(subject: Subject, pages: int) -> Any:
    """A zone of so many pages of memory."""
    zone = subject.linux.counted_zone.CountedZone(0, 2048, high=64, batch=4)
    if pages:
        zone.add_range(0, pages)
    return zone


def visit(subject: Subject, _: int) -> Visited:
    """Pages count when they are handed out, and when they come back, if a per-CPU list could have them."""
    count = 0
    for order, alloc_locked, free_locked, isolated in product(ORDERS, *[(False, True)] * 3):
        count += 1
        zone = zone_of(subject, 2048)
        pfn = zone.alloc(order, pcp_locked=alloc_locked)
        expect(zone, 2**order, 0, f"alloc({order}, pcp_locked={alloc_locked})")
        if isolated:
            zone.mobility.pageblocks.set(pfn, ISOLATED)
        zone.free(pfn, order, pcp_locked=free_locked)
        lost = order in CACHED and (isolated or not free_locked)
        said = f"free({order}, pcp_locked={free_locked})" + (" of an isolated page" if isolated else "")
        expect(zone, 2**order, 0 if lost else 2**order, said)
    for order in ORDERS[2:]:
        count += 1
        zone = zone_of(subject, 3)
        pfn = zone.alloc(order)
        expect(zone, 0, 0, f"alloc({order}) of 3 pages, which gave {pfn}")
    for memory, pages in product((0, 3, 2048), range(6)):
        count += 1
        zone = zone_of(subject, memory)
        got = zone.alloc_bulk(pages)
        expect(zone, len(got), 0, f"alloc_bulk({pages}) of {memory}, which gave {len(got)}")
    return Visited(count, count)


def expect(zone: Any, pgalloc: int, pgfree: int, said: str) -> None:
    """The counters are these."""
    if (zone.pgalloc, zone.pgfree) != (pgalloc, pgfree):
        raise Refuted(said, f"counts {zone.pgalloc} and {zone.pgfree} pages, expected {pgalloc} and {pgfree}")
