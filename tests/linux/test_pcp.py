"""What a CPU's lists do in small: refill, free, drain and their figures, each as one law."""

from __future__ import annotations

import pytest

from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import isolation, pcp, pcp_limits
from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE, MOVABLE, RECLAIMABLE
from verified_buddy.linux.pcp import PerCpuPages
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn

PAGE = Order(0)


def zone_of(high: int, batch: int, pages: int = 8192, cpus: int = 1) -> LinuxZone:
    zone = LinuxZone(Pfn(0), Pfn(pages), high=high, batch=batch, cpus=cpus)
    zone.add_range(Pfn(0), Pfn(pages))
    return zone


def pages_on(zone: LinuxZone, pindex: int, cpu: int = 0) -> list[int]:
    return list(zone.pcp[cpu].lists[pindex])


def test_a_list_is_for_one_order_and_one_type() -> None:
    for order in (0, 1, 2, 3):
        assert [pcp.order_to_pindex(Migratetype(t), Order(order)) for t in range(3)] == [
            3 * order,
            3 * order + 1,
            3 * order + 2,
        ]
    assert [pcp.order_to_pindex(Migratetype(t), Order(9)) for t in range(3)] == [12, 13, 12]
    assert [pcp.pindex_to_order(k) for k in range(14)] == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3 + [9] * 2


@pytest.mark.parametrize(
    ("batch", "blocks"), [(15, {0: 15, 1: 7, 2: 3, 3: 2, 9: 2}), (1, {0: 1, 1: 1, 2: 1, 3: 1, 9: 1})]
)
def test_a_refill_takes_a_batch_of_pages_but_two_blocks_at_least(batch: int, blocks: dict[int, int]) -> None:
    for order, number in blocks.items():
        zone = zone_of(528, batch)
        assert zone.alloc(Order(order)) == 0
        assert zone.pcp[0].count == (number - 1) << order
        assert pages_on(zone, pcp.order_to_pindex(MOVABLE, Order(order))) == [
            k << order for k in range(1, number)
        ]


@pytest.mark.parametrize(
    ("managed", "low", "cpus", "batch", "high"),
    [
        (3840, 41, 1, 1, 41),
        (48466, 528, 1, 15, 528),
        (32100, 422, 1, 7, 422),
        (113000, 825, 1, 31, 825),
        (80700, 692, 2, 15, 346),
        (3840, 32, 2, 1, 16),
    ],
)
def test_high_and_batch_are_those_of_recorded_zones(
    managed: int, low: int, cpus: int, batch: int, high: int
) -> None:
    assert pcp_limits.zone_batchsize(managed) == batch
    assert pcp_limits.zone_highsize(low, cpus, batch) == high


@pytest.mark.parametrize(
    ("high", "batch", "reclaim", "limit", "drained"),
    [
        (528, 15, False, 528, [15, 30, 60, 120, 240, 480, 480]),
        (528, 15, True, 60, [15, 30, 45, 45]),
        (41, 1, False, 41, [1, 2, 4, 8, 16, 32, 32]),
    ],
)
def test_frees_in_a_row_drain_twice_as_much_each_time(
    high: int, batch: int, reclaim: bool, limit: int, drained: list[int]
) -> None:
    zone = zone_of(high, batch)
    live = zone.alloc_bulk(3000)
    found = []
    for pfn in live:
        before = zone.pcp[0].count
        zone.free(pfn, PAGE, reclaim_active=reclaim)
        if zone.pcp[0].count <= before:
            assert before + 1 == limit
            found.append(before + 1 - zone.pcp[0].count)
    assert found[: len(drained)] == drained


def test_an_allocation_halves_what_the_next_drain_takes() -> None:
    zone = zone_of(528, 15)
    lists = zone.pcp[0]
    zone.alloc_bulk(30)
    lists.free_factor = 5
    zone.alloc_bulk(4)
    assert lists.free_factor == 5  # the bulk allocator leaves it alone
    for factor in (2, 1, 0, 0):
        zone.alloc(PAGE)
        assert lists.free_factor == factor
    lists.free_factor = 2
    zone.alloc_bulk(1)  # one page comes from the ordinary allocator
    assert lists.free_factor == 1


def test_a_block_of_more_than_a_page_drains_everything_after_a_drain() -> None:
    zone = zone_of(528, 15)
    block = zone.alloc(Order(1))
    zone.alloc(PAGE)
    assert block is not None
    zone.pcp[0].free_factor = 1
    zone.free(block, Order(1))
    assert zone.pcp[0].count == 0


def test_without_lists_every_page_goes_straight_through() -> None:
    zone = zone_of(0, 1)
    free = zone.nr_free_pages()
    pfn = zone.alloc(PAGE)
    assert pfn is not None
    assert zone.pcp[0].count == 0
    zone.free(pfn, PAGE)
    assert (zone.pcp[0].count, zone.nr_free_pages()) == (0, free)


def test_pages_freed_in_a_row_are_handed_out_last_first() -> None:
    zone = zone_of(528, 15)
    a, b, c = zone.alloc_bulk(3)
    zone.drain()
    for pfn in (a, b, c):
        zone.free(pfn, PAGE)
    assert pages_on(zone, 1) == [c, b, a]
    assert [zone.alloc(PAGE) for _ in range(3)] == [c, b, a]


def test_a_page_goes_back_under_the_type_that_its_pageblock_had_when_it_was_freed() -> None:
    zone = zone_of(528, 15)
    pfn = zone.alloc(PAGE)
    assert pfn is not None
    zone.drain()
    zone.free(pfn, PAGE)
    zone.mobility.pageblocks.set(pfn, RECLAIMABLE)
    assert zone.pcp[0].lists[1] == {pfn: MOVABLE}
    zone.drain()
    assert {kind for head, order, kind in zone.free_area.blocks() if head <= pfn < head + 2**order} == {
        MOVABLE
    }


def test_a_page_of_a_reserved_pageblock_waits_on_the_movable_list_and_goes_back_to_the_reserve() -> None:
    zone = zone_of(528, 15)
    pfn = zone.alloc(Order(4), pcp_locked=False)
    assert pfn is not None
    zone.split(pfn, Order(4))
    zone.mobility.pageblocks.set(pfn, HIGHATOMIC)
    zone.free(pfn, PAGE)
    assert zone.pcp[0].lists[1] == {pfn: HIGHATOMIC}
    zone.drain()
    assert (pfn, PAGE, HIGHATOMIC) in list(zone.free_area.blocks())


def test_a_page_of_an_isolated_pageblock_passes_the_lists_by_and_one_on_them_drains_as_isolated() -> None:
    zone = zone_of(528, 15)
    first, second, third, _ = (pfn for pfn in zone.alloc_bulk(4))
    zone.drain()
    zone.free(first, PAGE)
    isolation.set_migratetype_isolate(zone.mobility, first)
    zone.free(third, PAGE)
    assert pages_on(zone, 1) == [first]
    zone.drain()
    isolated = {pfn for pfn, _, kind in zone.free_area.blocks() if kind == ISOLATE}
    assert {first, third} <= isolated
    assert second in zone.live


def test_a_list_that_cannot_be_locked_is_passed_by() -> None:
    zone = zone_of(528, 15)
    pfn = zone.alloc(PAGE, pcp_locked=False)
    assert pfn == 0
    assert zone.pcp[0].count == 0
    zone.free(pfn, PAGE, pcp_locked=False)
    assert list(zone.free_area.blocks()) == [(start, 10, MOVABLE) for start in range(0, 8192, 1024)]


def test_a_drain_takes_the_oldest_pages_of_one_list_before_it_goes_on() -> None:
    lists = PerCpuPages(528, 15)
    zone = zone_of(528, 15)
    live = zone.alloc_bulk(45)
    for pfn in live[:40]:
        lists.add(1, pfn, MOVABLE, tail=False)
        del zone.live[pfn]
    lists.add(2, live[40], RECLAIMABLE, tail=False)
    lists.add(0, live[41], UNMOVABLE, tail=False)
    pcp.free_pcppages_bulk(zone.mobility, lists, 15, 1)
    assert list(lists.lists[1]) == list(reversed(live[15:40]))
    pcp.free_pcppages_bulk(zone.mobility, lists, 26, 1)
    assert [len(blocks) for blocks in lists.lists[:3]] == [1, 0, 0]


def test_an_explicit_drain_starts_at_list_zero_and_leaves_nothing() -> None:
    zone = zone_of(5000, 15)
    live = zone.alloc_bulk(510)
    kept = live[500:]
    for pfn in live[:500]:
        zone.free(pfn, PAGE)
    assert zone.pcp[0].count == 500
    zone.drain()
    assert zone.pcp[0].count == 0
    assert zone.nr_free_pages() == 8192 - len(kept)


def test_all_cpus_drain_in_turn() -> None:
    zone = zone_of(528, 15, cpus=2)
    for cpu in (1, 0):
        zone.alloc(PAGE, MOVABLE, cpu)
    assert [lists.count for lists in zone.pcp] == [14, 14]
    zone.drain_all()
    assert [lists.count for lists in zone.pcp] == [0, 0]
