"""Laws of slabs whose pages are a zone's."""

from __future__ import annotations

from verified_buddy.linux.gfp import GFP_KERNEL, RECLAIMABLE
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn
from verified_buddy.slab.cache import SlabCache
from verified_buddy.slab.pages import ZonePages


def zone(pages: int) -> LinuxZone:
    made = LinuxZone(Pfn(0), Pfn(1024))
    made.add_range(Pfn(0), Pfn(pages))
    return made


def test_every_page_comes_back() -> None:
    memory = zone(64)
    cache = SlabCache(ZonePages(memory), 640)
    objects = [cache.alloc() for _ in range(30)]
    assert [*memory.live.values()] == [1, 1, 1]
    for address in objects:
        assert address is not None
        cache.free(address)
    cache.destroy()
    assert not memory.live
    assert memory.nr_free_pages() + memory.pcp[0].count == 64


def test_when_blocks_are_short_slabs_are_smaller() -> None:
    memory = zone(3)
    cache = SlabCache(ZonePages(memory), 1024)
    addresses = [cache.alloc() for _ in range(13)]
    assert addresses[-1] is None
    assert None not in addresses[:-1]
    assert sorted(memory.live.values()) == [0, 1]


def test_the_type_of_the_pages_is_what_the_flags_say() -> None:
    memory = zone(64)
    pages = ZonePages(memory)
    first = pages.alloc(Order(0), GFP_KERNEL | RECLAIMABLE)
    assert first is not None
    assert memory.mobility.free_area[Order(0)].free_list[2]
    pages.free(first, Order(0))
    assert memory.nr_free_pages() + memory.pcp[0].count == 64
