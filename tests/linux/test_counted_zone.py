"""What a counted zone is told of its pages, and when."""

from __future__ import annotations

from tests.linux.zone_setup import listed
from verified_buddy.linux.counted_zone import CountedZone
from verified_buddy.linux.migratetype import ISOLATE, MOVABLE
from verified_buddy.pfn import Order, Pfn


def zone_of(pages: int, threshold: int, *, cpus: int = 1) -> CountedZone:
    zone = CountedZone(Pfn(0), Pfn(pages), cpus=cpus, high=100, batch=4)
    zone.add_range(Pfn(0), Pfn(pages))
    zone.counter.thresholds = [threshold] * cpus
    return zone


def test_a_refill_is_counted_once() -> None:
    zone = zone_of(1024, 3)
    zone.counter.diffs[0], zone.counter.value = 2, 1022
    zone.alloc(Order(0))
    assert (zone.counter.value, zone.counter.diffs) == (1022, [-2])  # by blocks: 1, 0, -1, -2
    zone.counter.diffs[0], zone.counter.value = -3, 1023
    zone.drain()
    assert (zone.counter.value, zone.counter.diffs) == (1023, [0])  # three blocks


def test_a_bulk_request_counts_each_refill() -> None:
    zone = zone_of(1024, 3)
    assert len(zone.alloc_bulk(9)) == 9
    assert (zone.counter.value, zone.counter.diffs) == (1024 - 12, [0])


def test_a_refill_in_vain_lets_a_difference_go_that_has_become_too_large() -> None:
    zone = zone_of(16, 9)
    zone.alloc(Order(3))
    zone.alloc(Order(3))
    assert (zone.counter.value, zone.counter.diffs) == (0, [0])
    zone.counter.value, zone.counter.diffs, zone.counter.thresholds = -5, [5], [3]
    assert zone.alloc(Order(3)) is None
    assert (zone.counter.value, zone.counter.diffs) == (0, [0])


def test_who_drains_counts() -> None:
    zone = zone_of(1024, 100, cpus=2)
    zone.alloc(Order(0), MOVABLE, 0)
    zone.drain_all(by=1)
    assert zone.counter.diffs == [-4, 3]


def test_what_is_taken_out_and_put_back_is_counted() -> None:
    zone = zone_of(1024, 0)
    assert zone.offline(Pfn(5))
    assert zone.counter.exact() == 1023 == sum(1 << order for _, order, _ in listed(zone))
    assert zone.isolate(Pfn(512), Order(9))
    assert zone.counter.exact() == 511
    zone.putback(Pfn(512))
    zone.putback(Pfn(5))
    assert zone.counter.exact() == 1024


def test_pages_of_an_isolated_pageblock_do_not_count_when_they_come_back() -> None:
    zone = CountedZone(Pfn(0), Pfn(1024))
    zone.add_range(Pfn(0), Pfn(1024))
    small, large = zone.alloc(Order(0)), zone.alloc(Order(4))
    assert small is not None
    assert large is not None
    zone.mobility.pageblocks.set(small, ISOLATE)
    zone.free(small, Order(0))
    zone.free(large, Order(4))
    assert (zone.pgalloc, zone.pgfree) == (17, 16)


def test_a_zone_that_has_nothing_counts_nothing() -> None:
    zone = CountedZone(Pfn(0), Pfn(1024))
    assert zone.alloc(Order(0)) is None
    assert zone.alloc_bulk(3) == []
    assert (zone.pgalloc, zone.pgfree) == (0, 0)
