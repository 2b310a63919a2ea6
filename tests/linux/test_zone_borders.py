"""What Linux 6.1 does where a zone begins in the midst of something, and with what was out; each as one law.

The examples are those of the kernel's own functions, compiled and driven beside a model.
"""

from __future__ import annotations

import pytest

from verified_buddy.free_area import UNMOVABLE
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, Pageblocks
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn

PAGE = Order(0)


def zone_of(start: int, end: int, pageblocks: Pageblocks | None = None) -> LinuxZone:
    """A zone of which all pages are memory."""
    zone = LinuxZone(Pfn(start), Pfn(end), pageblocks)
    zone.add_range(Pfn(start), Pfn(end))
    return zone


def pages_of(zone: LinuxZone) -> list[int]:
    """The free movable single pages, head first."""
    return list(zone.free_area[PAGE].free_list[MOVABLE])


def take(zone: LinuxZone, order: int = 0) -> Pfn:
    pfn = zone.alloc(Order(order), pcp_locked=False)
    assert pfn is not None
    return pfn


def first_is_freed(zone: LinuxZone) -> list[int]:
    """Two single pages are taken, and the first comes back."""
    first, _ = take(zone), take(zone)
    zone.free(first, PAGE, pcp_locked=False)
    return pages_of(zone)


def test_whether_a_parent_would_merge_is_asked_in_the_zone_of_the_pairs_lower_page() -> None:
    pageblocks = Pageblocks()
    below, zone = zone_of(1024, 1031, pageblocks), zone_of(1031, 2048, pageblocks)
    assert below.free_area.is_free_block(1028, 1)
    assert first_is_freed(zone) == [1033, 1031]


def beside_its_own_free_block(zone: LinuxZone) -> list[int]:
    """The free pairs once the zone's first is freed: the buddy of its parent is a free block of the zone."""
    assert [take(zone, 1), take(zone, 2), take(zone, 1)] == [1026, 1028, 1032]
    zone.free(Pfn(1028), Order(2), pcp_locked=False)
    zone.free(Pfn(1026), Order(1), pcp_locked=False)
    return list(zone.free_area[Order(1)].free_list[MOVABLE])


def test_where_the_lower_page_is_another_zones_the_blocks_own_zone_is_not_asked() -> None:
    pageblocks = Pageblocks()
    zone_of(1024, 1026, pageblocks)
    assert beside_its_own_free_block(zone_of(1026, 2048, pageblocks)) == [1026, 1034]


@pytest.mark.parametrize(("belongs", "pairs"), [(False, [1026, 1034]), (True, [1034, 1026])])
def test_a_page_of_no_zone_belongs_to_none_unless_it_is_said_to(belongs: bool, pairs: list[int]) -> None:
    pageblocks = Pageblocks()
    pageblocks.set(Pfn(1024), MOVABLE)
    zone = zone_of(1026, 2048, pageblocks)
    if belongs:
        pageblocks.belong(Pfn(1024), Pfn(1026), zone.free_area)
    assert beside_its_own_free_block(zone) == pairs


def test_what_belongs_last_to_a_zone_belongs_to_it() -> None:
    pageblocks = Pageblocks()
    assert pageblocks.free_area_of(1024) is None
    for _ in range(2):
        zone = LinuxZone(Pfn(1024), Pfn(2048), pageblocks)
        assert pageblocks.free_area_of(1024) is pageblocks.free_area_of(2047) is zone.free_area
    assert pageblocks.free_area_of(2048) is None


@pytest.mark.parametrize("start", [1124, 1024])
def test_movable_pages_before_a_victim_count_only_if_they_move(start: int) -> None:
    movable: set[int] = set()
    zone = LinuxZone(
        Pfn(start),
        Pfn(2048),
        movable_pages=lambda pfn: sum(
            page in movable for page in range(pfn, (pfn & -PAGEBLOCK_PAGES) + PAGEBLOCK_PAGES)
        ),
    )
    zone.add_range(Pfn(1124), Pfn(2048))
    for _ in range(2):
        block = zone.alloc(Order(7), UNMOVABLE)
        assert block is not None
        movable.update(range(block, block + 128))
    assert zone.mobility.pageblocks.migratetype(1024) == UNMOVABLE
    take(zone, 9)
    take(zone, 7)
    claimed = zone.mobility.pageblocks.migratetype(1024) == MOVABLE
    assert claimed is (start == 1024)


def test_an_offline_page_comes_back_as_a_freed_one_and_an_isolated_block_to_the_tail() -> None:
    zone = zone_of(1024, 2048)
    take(zone)
    assert zone.offline(Pfn(1026))
    assert take(zone) == 1027
    zone.putback(Pfn(1026))
    assert pages_of(zone) == [1026, 1025]
    assert zone.isolate(Pfn(1026), PAGE)
    zone.putback(Pfn(1026))
    assert pages_of(zone) == [1025, 1026]
    assert not zone.out
    assert not zone.offlined


def test_the_bulk_allocator_that_gets_nothing_tries_once_more_as_an_ordinary_request() -> None:
    zone = zone_of(1024, 1536)
    while zone.alloc(PAGE) is not None:
        pass
    for pages, factor in ((5, 2), (1, 2), (0, 4)):
        zone.pcp[0].free_factor = 4
        assert zone.alloc_bulk(pages) == []
        assert zone.pcp[0].free_factor == factor


def test_the_bulk_allocator_that_gets_some_tries_no_more() -> None:
    zone = zone_of(1024, 1536)
    zone.pcp[0].free_factor = 4
    assert len(zone.alloc_bulk(600)) == 512
    assert zone.pcp[0].free_factor == 4
