"""What the kernel does in small: free lists, fallback, reserve and isolation, each as one law."""

from __future__ import annotations

import pytest

from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import highatomic, isolation
from verified_buddy.linux.fallback import (
    find_suitable_fallback,
    find_victim,
    rmqueue,
    steal_suitable_fallback,
)
from verified_buddy.linux.migratetype import FALLBACKS, HIGHATOMIC, ISOLATE, MOVABLE, RECLAIMABLE
from verified_buddy.linux.mobility import MobilityZone, free_one_page
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn


def boot(start: int, end: int, *ranges: tuple[int, int]) -> LinuxZone:
    zone = LinuxZone(Pfn(start), Pfn(end))
    for low, high in ranges:
        zone.add_range(Pfn(low), Pfn(high))
    return zone


def typed(start: int, end: int, kind: Migratetype, *blocks: tuple[int, int, Migratetype]) -> MobilityZone:
    """A zone whose pageblocks are of one type, with these free blocks."""
    pageblocks = Pageblocks()
    for pfn in range(start - start % 512, end, 512):
        pageblocks.set(Pfn(pfn), kind)
    zone = MobilityZone(Pfn(start), Pfn(end), pageblocks, LINUX_6_1)
    for pfn, order, migratetype in blocks:
        zone.free_area.add(Pfn(pfn), Order(order), migratetype, tail=True)
    return zone


def listed(zone: MobilityZone | LinuxZone) -> list[tuple[int, int, int]]:
    """Free blocks by order, then type, then position."""
    return list(zone.free_area.blocks())


def steal(zone: MobilityZone, order: int, kind: Migratetype, movable: int = 0) -> None:
    victim = find_victim(zone.free_area, Order(order), kind)
    assert victim is not None
    steal_suitable_fallback(zone, victim, kind, lambda pfn: movable)


def test_a_pageblock_whose_first_page_is_no_memory_stays_unmovable() -> None:
    zone = boot(1, 4096, (0x100, 0x1000))
    assert listed(zone) == [(0x100, 8, UNMOVABLE), (0x200, 9, MOVABLE)] + [
        (pfn, 10, MOVABLE) for pfn in (0x400, 0x800, 0xC00)
    ]
    assert zone.mobility.managed == 3840


@pytest.mark.parametrize(
    ("start", "end", "blocks"),
    [
        (0xF43D, 0xF5A0, "f43d/0 f43e/1 f440/6 f480/7 f500/7 f580/5"),
        (0x3811, 0x3C00, "3811/0 3812/1 3814/2 3818/3 3820/5 3840/6 3880/7 3900/8 3a00/9"),
    ],
)
def test_boot_memory_is_cut_into_the_greatest_aligned_blocks(start: int, end: int, blocks: str) -> None:
    found = sorted(listed(boot(0x1000, 0xFFDD, (start, end))))
    assert " ".join(f"{pfn:x}/{order}" for pfn, order, _ in found) == blocks


def test_the_lowest_pages_of_boot_memory_are_taken_first() -> None:
    zone = boot(0x9400, 0xF400, (0x9400, 0xF400))
    assert [pfn for pfn, _, _ in listed(zone)] == list(range(0x9400, 0xF400, 0x400))
    assert zone.alloc(Order(10)) == 0x9400


def test_a_freed_page_goes_to_the_tail_if_its_parents_buddy_is_free() -> None:
    for order, position in ((1, 1), (2, 0)):
        zone = typed(0, 512, MOVABLE, (0x80, 0, MOVABLE), (0x14 - 4 * (order == 1), order, MOVABLE))
        free_one_page(zone, Pfn(0x13), Order(0), MOVABLE)
        assert [pfn for pfn, order, _ in listed(zone) if order == 0][position] == 0x13


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


def test_the_reserve_is_a_hundredth_of_the_zone_and_one_pageblock_more() -> None:
    zone = boot(4096, 4096 + 50913, (4096, 4096 + 50913))
    done = [highatomic.reserve_highatomic_pageblock(zone.mobility, Pfn(4096 + 512 * k)) for k in range(3)]
    assert done == [True, True, False]
    assert zone.mobility.nr_reserved_highatomic == 1024


def test_a_forced_release_finds_the_stray_blocks_of_a_reserve_that_is_gone() -> None:
    zone = typed(0, 512, MOVABLE, (0, 5, HIGHATOMIC))
    assert not highatomic.unreserve_highatomic_pageblock(zone, MOVABLE, force=False)
    assert highatomic.unreserve_highatomic_pageblock(zone, MOVABLE, force=True)
    assert listed(zone) == [(0, 5, MOVABLE)]


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
