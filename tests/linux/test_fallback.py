"""Fallback of Linux 6.1: which victim, and what moves with it."""

from __future__ import annotations

from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux.fallback import find_victim, rmqueue, steal_suitable_fallback
from verified_buddy.linux.migratetype import MOVABLE, RECLAIMABLE
from verified_buddy.linux.mobility import MobilityZone, free_one_page
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.pfn import Order, Pfn


def zone_with(*blocks: tuple[int, int, Migratetype], type_of_all: Migratetype = MOVABLE) -> MobilityZone:
    pageblocks = Pageblocks()
    for start in range(0, 4096, 512):
        pageblocks.set(Pfn(start), type_of_all)
    zone = MobilityZone(Pfn(0), Pfn(4096), pageblocks, LINUX_6_1)
    for pfn, order, migratetype in blocks:
        zone.free_area.add(Pfn(pfn), Order(order), migratetype, tail=True)
    return zone


def blocks(zone: MobilityZone) -> set[tuple[int, int, int]]:
    return set(zone.free_area.blocks())


def test_a_movable_request_below_order_four_takes_the_smallest_that_does() -> None:
    area = zone_with((8, 3, RECLAIMABLE), (2, 1, RECLAIMABLE)).free_area
    victim = find_victim(area, Order(0), MOVABLE)
    assert victim is not None
    assert (victim.pfn, victim.order, victim.whole_block) == (2, 1, False)


def test_other_requests_take_the_largest() -> None:
    area = zone_with((8, 3, MOVABLE), (2, 1, RECLAIMABLE)).free_area
    victim = find_victim(area, Order(0), UNMOVABLE)
    assert victim is not None
    assert (victim.pfn, victim.order, victim.whole_block) == (8, 3, True)


def test_no_fragment_spares_what_is_smaller_than_a_pageblock() -> None:
    area = zone_with((256, 8, MOVABLE)).free_area
    assert find_victim(area, Order(0), UNMOVABLE, no_fragment=True) is None


def test_half_a_pageblock_free_or_alike_changes_its_type() -> None:
    for movable, claimed in ((156, True), (300, False)):
        zone = zone_with((0, 6, MOVABLE), (128, 5, MOVABLE), (256, 2, MOVABLE))
        victim = find_victim(zone.free_area, Order(0), RECLAIMABLE)
        assert victim is not None
        steal_suitable_fallback(zone, victim, RECLAIMABLE, lambda pfn, movable=movable: movable)  # type: ignore[misc]  # bound at once
        assert (zone.pageblocks.migratetype(Pfn(0)) == RECLAIMABLE) is claimed
        assert {migratetype for _, _, migratetype in blocks(zone)} == {RECLAIMABLE}


def test_a_fallback_loses_and_invents_no_page() -> None:
    zone = zone_with((0, 6, MOVABLE), (128, 5, MOVABLE))
    assert rmqueue(zone, Order(0), UNMOVABLE, lambda pfn: 0) == 128  # both blocks moved; the smaller is cut
    assert zone.nr_free_pages() == 64 + 32 - 1


def test_a_freed_page_merges_with_a_buddy_on_any_list() -> None:
    zone = zone_with((0x21, 0, UNMOVABLE))
    free_one_page(zone, Pfn(0x20), Order(0), MOVABLE)
    assert blocks(zone) == {(0x20, 1, MOVABLE)}
