"""What a freed block merges with, whose type it takes, and where it is listed."""

from __future__ import annotations

from tests.linux.zone_setup import listed, typed
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.mobility import free_one_page
from verified_buddy.pfn import Order, Pfn


def test_a_freed_page_goes_to_the_tail_if_its_parents_buddy_is_free() -> None:
    for order, position in ((1, 1), (2, 0)):
        zone = typed(0, 512, MOVABLE, (0x80, 0, MOVABLE), (0x14 - 4 * (order == 1), order, MOVABLE))
        free_one_page(zone, Pfn(0x13), Order(0), MOVABLE)
        assert [pfn for pfn, order, _ in listed(zone) if order == 0][position] == 0x13


def test_whole_pageblocks_merge_only_if_equal_or_both_mergeable() -> None:
    for mine in range(5):
        for other in range(5):
            zone = typed(0, 1024, Migratetype(other), (0, 9, Migratetype(other)))
            free_one_page(zone, Pfn(512), Order(9), Migratetype(mine))
            assert (len(listed(zone)) == 1) == (mine == other or max(mine, other) < 3)


def test_a_block_takes_the_type_of_the_part_that_was_freed_last() -> None:
    zone = typed(0, 512, MOVABLE, (0x21, 0, UNMOVABLE))
    free_one_page(zone, Pfn(0x20), Order(0), MOVABLE)
    assert listed(zone) == [(0x20, 1, MOVABLE)]


def test_a_block_that_is_freed_in_parts_is_whole_at_the_last() -> None:
    zone = typed(0, 512, MOVABLE)
    for pfn, order in ((0x42, 1), (0x41, 0)):
        free_one_page(zone, Pfn(pfn), Order(order), MOVABLE)
    assert listed(zone) == [(0x41, 0, MOVABLE), (0x42, 1, MOVABLE)]
    free_one_page(zone, Pfn(0x40), Order(0), MOVABLE)
    assert listed(zone) == [(0x40, 2, MOVABLE)]
