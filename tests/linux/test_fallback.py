"""Fallback of Linux 6.1: which victim, and what moves with it."""

from __future__ import annotations

from tests.linux.zone_setup import listed, steal, typed
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux.fallback import (
    find_suitable_fallback,
    find_victim,
    rmqueue,
    steal_suitable_fallback,
)
from verified_buddy.linux.migratetype import FALLBACKS, HIGHATOMIC, MOVABLE, RECLAIMABLE
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


def test_a_split_keeps_the_lower_half() -> None:
    zone = typed(0x400, 0x800, MOVABLE, (0x400, 10, MOVABLE))
    assert rmqueue(zone, Order(0), MOVABLE, lambda pfn: 0) == 0x400
    assert listed(zone) == [(0x400 + 2**order, order, MOVABLE) for order in range(10)]


def test_fallback_follows_the_table() -> None:
    assert FALLBACKS == {0: (2, 1), 1: (2, 0), 2: (0, 1), 3: (), 4: ()}
    for kind, others in FALLBACKS.items():
        blocks = [(1 << (6 + other), 5, Migratetype(other)) for other in range(5) if other != kind]
        zone = typed(0, 4096, MOVABLE, *blocks)
        victim = find_suitable_fallback(zone.free_area, Order(5), kind)
        assert (None if victim is None else victim.migratetype) == (others[0] if others else None)


def test_a_movable_request_that_may_not_steal_takes_the_smallest() -> None:
    zone = typed(0, 512, RECLAIMABLE, (8, 3, RECLAIMABLE), (2, 1, RECLAIMABLE))
    victim = find_victim(zone.free_area, Order(0), MOVABLE)
    assert victim is not None
    assert (victim.pfn, victim.order) == (2, 1)


def test_half_a_pageblock_of_free_and_alike_pages_is_claimed() -> None:
    zone = typed(0, 512, MOVABLE, (0, 8, MOVABLE), (256, 5, MOVABLE), (288, 3, MOVABLE), (296, 2, MOVABLE))
    steal(zone, 0, RECLAIMABLE)
    assert zone.pageblocks.migratetype(0) == RECLAIMABLE


def test_less_than_half_moves_the_free_pages_and_leaves_the_type() -> None:
    zone = typed(0, 512, MOVABLE, (0, 6, MOVABLE), (64, 5, MOVABLE), (96, 2, MOVABLE))  # 100 free pages
    steal(zone, 0, RECLAIMABLE, movable=300)
    assert {kind for _, _, kind in listed(zone)} == {RECLAIMABLE}
    assert zone.pageblocks.migratetype(0) == MOVABLE


def test_what_moves_goes_to_the_tail_in_page_order() -> None:
    blocks = [(0x40, 5, RECLAIMABLE), (0x20, 5, MOVABLE), (0x400, 5, RECLAIMABLE), (0x80, 5, MOVABLE)]
    zone = typed(0, 2048, MOVABLE, *blocks)
    steal(zone, 5, RECLAIMABLE)
    assert [pfn for pfn, _, _ in listed(zone)] == [0x400, 0x20, 0x40, 0x80]


def test_at_the_zones_start_only_what_follows_the_victim_moves() -> None:
    zone = typed(1, 4096, MOVABLE, (2, 1, MOVABLE), (0x100, 8, MOVABLE))
    steal(zone, 0, UNMOVABLE)
    assert listed(zone) == [(2, 1, MOVABLE), (0x100, 8, UNMOVABLE)]


def test_a_pageblock_that_the_zones_end_cuts_is_never_claimed() -> None:
    zone = typed(0x1000, 0xFFDD, MOVABLE, (0xFE00, 8, MOVABLE), (0xFF00, 7, MOVABLE))
    steal(zone, 0, UNMOVABLE)
    assert listed(zone) == [(0xFF00, 7, MOVABLE), (0xFE00, 8, UNMOVABLE)]
    assert zone.pageblocks.migratetype(0xFE00) == MOVABLE


def test_no_fragment_takes_whole_pageblocks_only() -> None:
    zone = typed(0, 2048, MOVABLE, (0x100, 8, MOVABLE))
    assert rmqueue(zone, Order(0), UNMOVABLE, lambda pfn: 0, no_fragment=True) is None
    free_one_page(zone, Pfn(0), Order(8), MOVABLE)
    assert rmqueue(zone, Order(0), UNMOVABLE, lambda pfn: 0, no_fragment=True) == 0
    assert zone.pageblocks.migratetype(0) == UNMOVABLE


def test_a_reserved_pageblock_is_stolen_a_block_at_a_time() -> None:
    zone = typed(0, 512, HIGHATOMIC, (0, 8, MOVABLE), (0x100, 7, MOVABLE))
    steal(zone, 0, UNMOVABLE)
    assert listed(zone) == [(0x100, 7, MOVABLE), (0, 8, UNMOVABLE)]
    assert zone.pageblocks.migratetype(0) == HIGHATOMIC
