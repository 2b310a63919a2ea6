"""Isolation: what it hides, and what joins when it ends."""

from __future__ import annotations

from tests.linux.zone_setup import boot, listed
from verified_buddy.linux import isolation
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE
from verified_buddy.pfn import Order, Pfn


def test_isolation_hides_free_pages_from_the_counter_but_not_from_the_lists() -> None:
    zone = boot(0, 0x600, (0x400, 0x540))
    (free, number) = zone.nr_free_pages(), len(listed(zone))
    assert isolation.set_migratetype_isolate(zone.mobility, Pfn(0x400))
    assert sorted(listed(zone)) == [(0x400, 8, ISOLATE), (0x500, 6, ISOLATE)]
    assert (free - zone.nr_free_pages(), number) == (320, 2)
    assert not isolation.set_migratetype_isolate(zone.mobility, Pfn(0x400))


def test_a_pageblock_that_comes_back_joins_its_buddy() -> None:
    zone = boot(0, 1024, (0, 1024))
    isolation.split_free_page(zone.mobility, Pfn(0), Order(10), Pfn(512))
    assert listed(zone) == [(0, 10, MOVABLE)]  # nobody is isolated, so the parts merge again
    zone.mobility.pageblocks.set(Pfn(0), ISOLATE)
    zone.mobility.nr_isolate_pageblock = 1
    isolation.split_free_page(zone.mobility, Pfn(0), Order(10), Pfn(512))
    assert listed(zone) == [(512, 9, MOVABLE), (0, 9, ISOLATE)]
    assert isolation.unset_migratetype_isolate(zone.mobility, Pfn(0), MOVABLE)
    assert listed(zone) == [(0, 10, MOVABLE)]
