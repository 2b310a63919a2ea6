"""What a machine counts of its pages."""

from __future__ import annotations

from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.linux.page_events import EventZone
from verified_buddy.pfn import Order, Pfn


def test_pages_of_an_isolated_pageblock_do_not_count_when_they_come_back() -> None:
    zone = EventZone(Pfn(0), Pfn(1024))
    zone.add_range(Pfn(0), Pfn(1024))
    small, large = zone.alloc(Order(0)), zone.alloc(Order(4))
    assert small is not None
    assert large is not None
    zone.mobility.pageblocks.set(small, ISOLATE)
    zone.free(small, Order(0))
    zone.free(large, Order(4))
    assert (zone.pgalloc, zone.pgfree) == (17, 16)


def test_a_zone_that_has_nothing_counts_nothing() -> None:
    zone = EventZone(Pfn(0), Pfn(1024))
    assert zone.alloc(Order(0)) is None
    assert zone.alloc_bulk(3) == []
    assert (zone.pgalloc, zone.pgfree) == (0, 0)
