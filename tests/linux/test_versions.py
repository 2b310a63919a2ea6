"""Fallback of Linux 6.12: a whole pageblock or one block, and never a mixed pageblock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.linux.test_fallback import blocks
from tests.linux.test_fallback import zone_with as plain_zone
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux.fallback import rmqueue
from verified_buddy.linux.migratetype import HIGHATOMIC, MOVABLE, RECLAIMABLE
from verified_buddy.linux.mobility import MobilityZone, free_one_page
from verified_buddy.linux.pcp import PerCpuPages, order_to_pindex, rmqueue_bulk
from verified_buddy.linux.versions.v6_12 import LINUX_6_12
from verified_buddy.pfn import Order, Pfn


def zone_with(*blocks: tuple[int, int, Any], **more: Any) -> MobilityZone:
    zone = plain_zone(*blocks, **more)
    zone.policy = LINUX_6_12
    return zone


def test_a_pageblock_that_is_half_free_is_claimed_and_the_smallest_block_taken_from_it() -> None:
    zone = zone_with((0, 8, MOVABLE), (256, 5, MOVABLE))
    assert rmqueue(zone, Order(4), UNMOVABLE, lambda pfn: 0) == 256
    assert zone.pageblocks.migratetype(Pfn(0)) == UNMOVABLE
    assert {migratetype for _, _, migratetype in blocks(zone)} == {UNMOVABLE}


def test_where_the_largest_cannot_be_claimed_the_next_is_tried() -> None:
    zone = zone_with((0, 6, MOVABLE), (512, 5, MOVABLE), (576, 5, MOVABLE))
    movable = {0: 448, 512: 100}
    assert rmqueue(zone, Order(5), UNMOVABLE, lambda pfn: movable[pfn & -512]) == 512
    assert zone.pageblocks.migratetype(Pfn(0)) == MOVABLE
    assert zone.pageblocks.migratetype(Pfn(512)) == UNMOVABLE


def test_nothing_moves_where_nothing_can_be_claimed_but_the_block_that_is_stolen() -> None:
    zone = zone_with((0, 6, MOVABLE), (128, 2, MOVABLE))
    assert rmqueue(zone, Order(0), UNMOVABLE, lambda pfn: 512) == 128
    assert zone.pageblocks.migratetype(Pfn(0)) == MOVABLE
    assert blocks(zone) == {(0, 6, MOVABLE), (129, 0, MOVABLE), (130, 1, MOVABLE)}


def test_a_movable_request_claims_no_small_block_and_steals_the_smallest() -> None:
    zone = zone_with((8, 3, RECLAIMABLE), (2, 1, RECLAIMABLE), type_of_all=RECLAIMABLE)
    assert rmqueue(zone, Order(0), MOVABLE, lambda pfn: 512) == 2
    assert blocks(zone) == {(8, 3, RECLAIMABLE), (3, 0, RECLAIMABLE)}


def test_a_whole_pageblock_is_claimed_at_once_and_cut() -> None:
    zone = zone_with((0, 10, MOVABLE))
    assert rmqueue(zone, Order(9), UNMOVABLE, lambda pfn: 0) == 0
    assert [zone.pageblocks.migratetype(Pfn(start)) for start in (0, 512, 1024)] == [0, 0, 1]
    assert blocks(zone) == {(512, 9, UNMOVABLE)}


def test_no_fragment_neither_claims_less_than_a_pageblock_nor_steals() -> None:
    zone = zone_with((0, 8, MOVABLE))
    assert rmqueue(zone, Order(0), UNMOVABLE, lambda pfn: 0, no_fragment=True) is None
    assert blocks(zone) == {(0, 8, MOVABLE)}


def test_whole_pageblocks_that_merge_take_the_type_of_the_one_that_was_freed() -> None:
    zone = zone_with((0, 9, RECLAIMABLE), type_of_all=RECLAIMABLE)
    free_one_page(zone, Pfn(512), Order(9), MOVABLE)
    assert blocks(zone) == {(0, 10, MOVABLE)}
    assert [zone.pageblocks.migratetype(start) for start in (0, 1024)] == [MOVABLE, RECLAIMABLE]


def test_in_linux_6_1_they_keep_their_types() -> None:
    zone = plain_zone((0, 9, RECLAIMABLE), type_of_all=RECLAIMABLE)
    free_one_page(zone, Pfn(512), Order(9), MOVABLE)
    assert blocks(zone) == {(0, 10, MOVABLE)}
    assert zone.pageblocks.migratetype(0) == RECLAIMABLE


@pytest.mark.parametrize("order", [8, 9])
def test_less_than_a_pageblock_and_types_that_do_not_mix_change_no_pageblock(order: int) -> None:
    other = MOVABLE if order == 8 else HIGHATOMIC
    zone = zone_with((0, order, other), type_of_all=other)
    free_one_page(zone, Pfn(1 << order), Order(order), Migratetype(2))
    assert zone.pageblocks.migratetype(0) == other


def two_to_steal_from() -> MobilityZone:
    """The first can only be stolen from; the second is claimed whole."""
    zone = zone_with((128, 7, UNMOVABLE), (896, 7, MOVABLE))
    zone.pageblocks.set(Pfn(0), UNMOVABLE)
    return zone


def test_a_refill_that_has_stolen_once_claims_no_more() -> None:
    zone, lists = two_to_steal_from(), PerCpuPages(high=64, batch=4)
    rmqueue_bulk(zone, lists, Order(1), RECLAIMABLE, 2, lambda pfn: 0)
    assert list(lists.lists[order_to_pindex(RECLAIMABLE, Order(1))]) == [128, 130]


def test_the_next_refill_claims_again() -> None:
    zone, lists = two_to_steal_from(), PerCpuPages(high=64, batch=4)
    for _ in range(2):
        rmqueue_bulk(zone, lists, Order(1), RECLAIMABLE, 1, lambda pfn: 0)
    assert list(lists.lists[order_to_pindex(RECLAIMABLE, Order(1))]) == [128, 896]
    assert zone.pageblocks.migratetype(512) == RECLAIMABLE


@pytest.mark.parametrize(
    ("start", "old", "order", "boosts"),
    [(0, MOVABLE, 5, 1), (1, MOVABLE, 5, 1), (1, HIGHATOMIC, 5, 0), (0, MOVABLE, 9, 0)],
    ids=["claimed", "across the zone's edge", "reserved", "a whole pageblock"],
)
def test_the_marks_are_boosted_before_part_of_a_pageblock_is_claimed(
    start: int, old: Migratetype, order: int, boosts: int
) -> None:
    told: list[MobilityZone] = []
    zone = zone_with((0 if order == 9 else 32, order, MOVABLE), type_of_all=old)
    zone.start, zone.policy = Pfn(start), LINUX_6_12._replace(boost=told.append)
    assert rmqueue(zone, Order(5), UNMOVABLE, lambda pfn: 512) is not None
    assert told == [zone] * boosts
