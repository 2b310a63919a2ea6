"""Laws of a slab cache."""

from __future__ import annotations

from typing import Any

import pytest

from tests.slab.page_pool import PagePool
from verified_buddy import errors
from verified_buddy.linux.gfp import GFP_ATOMIC
from verified_buddy.pfn import Pfn
from verified_buddy.slab.cache import SlabCache

PAGE = 4096


def cache_of_three(pool: PagePool | None = None, spare: int = 0, **options: Any) -> SlabCache:
    """Slabs of one page with three objects."""
    pages = PagePool() if pool is None else pool
    return SlabCache(pages, 1360, slub_min_objects=2, min_partial_slabs=spare, **options)


def state(cache: SlabCache) -> object:
    active = None if cache.active is None else cache.active.pfn
    slabs = {page: (slab.pfn, [*slab.free_list], {*slab.in_use}) for page, slab in cache.slabs.items()}
    return active, [*cache.partial], slabs, {*cache.slab_pages}


def fill(cache: SlabCache, count: int) -> list[int]:
    got = [cache.alloc() for _ in range(count)]
    return [address for address in got if address is not None]


def test_the_active_slab_then_the_first_partial_one_then_a_new_one() -> None:
    cache = cache_of_three()
    first, second, third = (fill(cache, 3) for _ in range(3))
    cache.free(second[1])
    cache.free(first[2])
    assert [*cache.partial] == [17, 16]
    assert [cache.alloc(), cache.alloc()] == [second[1], first[2]]
    assert cache.alloc() == 19 * PAGE
    assert third[0] == 18 * PAGE


def test_what_was_freed_last_in_the_active_slab_comes_first() -> None:
    cache = cache_of_three()
    objects = fill(cache, 3)
    for address in objects:
        cache.free(address)
    assert fill(cache, 3) == objects[::-1]


@pytest.mark.parametrize(("spare", "kept"), [(0, []), (1, []), (2, [16]), (3, [16, 17])])
def test_empty_slabs_are_kept_while_the_partial_list_is_short(spare: int, kept: list[int]) -> None:
    pool = PagePool()
    cache = cache_of_three(pool, spare)
    objects = fill(cache, 10)
    for address in objects[:9]:
        cache.free(address)
    assert [*cache.partial] == kept
    assert [*pool.held] == [*kept, 19]


def test_a_slab_goes_back_whole() -> None:
    pool = PagePool()
    cache = SlabCache(pool, 8384, min_partial_slabs=0)
    objects = fill(cache, 4)
    assert [*pool.held.values()] == [3, 3]
    for address in objects[:3]:
        cache.free(address)
    assert [*pool.held.values()] == [3]


def test_where_pages_are_short_a_slab_is_as_small_as_will_do() -> None:
    pool = PagePool(largest=2)
    cache = SlabCache(pool, 8384)
    assert cache.alloc() is not None
    assert [order for order, _ in pool.asked] == [3, 2]
    assert [*pool.held.values()] == [2]


def test_a_refusal_is_none_and_only_lets_go_of_the_full_slab() -> None:
    pool = PagePool()
    cache = cache_of_three(pool)
    objects = fill(cache, 3)
    pool.largest = -1
    assert cache.alloc(GFP_ATOMIC) is None
    assert cache.active is None
    cache.free(objects[1])
    assert [*cache.partial] == [16]
    assert cache.alloc() == objects[1]


def test_shrinking_puts_the_fullest_first_and_releases_the_empty() -> None:
    pool = PagePool()
    cache = cache_of_three(pool, spare=5)
    objects = fill(cache, 13)
    for index in (0, 1, 3, 6, 9, 10, 11, 12):
        cache.free(objects[index])
    cache.shrink()
    assert [*cache.partial] == [18, 17, 16]
    assert [*pool.held] == [16, 17, 18]
    assert cache.active is None


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (16 * PAGE + 1360, errors.ObjectFree),
        (16 * PAGE + 1, errors.NoObject),
        (16 * PAGE + 3 * 1360, errors.NoObject),
        (15 * PAGE, errors.NotInSlab),
        (17 * PAGE, errors.OtherCache),
        (-1, errors.InvalidAddress),
        (2**64, errors.InvalidAddress),
        (True, errors.InvalidAddress),
        (65536.0, errors.InvalidAddress),
        (None, errors.InvalidAddress),
    ],
)
def test_what_is_no_object_in_use_is_rejected_and_nothing_changes(
    address: Any, error: type[errors.BuddyError]
) -> None:
    pool, marked = PagePool(), set[Pfn]()
    cache, other = (cache_of_three(pool, slab_pages=marked) for _ in range(2))
    cache.alloc()
    other.alloc()
    before = state(cache), state(other)
    with pytest.raises(error):
        cache.free(address)
    assert (state(cache), state(other)) == before


def test_a_double_free_is_seen_whatever_became_of_the_slab() -> None:
    cache = cache_of_three()
    objects = fill(cache, 4)
    cache.free(objects[0])
    with pytest.raises(errors.ObjectFree):
        cache.free(objects[0])
    cache.free(objects[1])
    cache.free(objects[2])
    with pytest.raises(errors.NotInSlab):
        cache.free(objects[2])


def test_a_cache_with_objects_in_use_is_not_destroyed() -> None:
    pool = PagePool()
    cache = cache_of_three(pool)
    objects = fill(cache, 4)
    before = state(cache)
    with pytest.raises(errors.CacheInUse, match="4 objects"):
        cache.destroy()
    assert state(cache) == before
    for address in objects:
        cache.free(address)
    cache.destroy()
    assert not pool.held
    assert state(cache) == (None, [], {}, set())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"size": 7}, errors.InvalidCount),
        ({"size": True}, errors.InvalidCount),
        ({"cpus": 0}, errors.InvalidCount),
        ({"slub_max_order": 11}, errors.InvalidCount),
        ({"of_cache": 8}, errors.InvalidGfp),
        ({"of_cache": 5}, errors.InvalidGfp),
        ({"sequence": [0, 1, 1, 3]}, errors.InvalidSequence),
    ],
)
def test_a_cache_that_cannot_be(options: dict[str, Any], error: type[errors.BuddyError]) -> None:
    with pytest.raises(error):
        SlabCache(PagePool(), **{"size": 1024, "slub_min_objects": 4, **options})


def test_a_mask_that_is_none_is_rejected() -> None:
    cache = cache_of_three()
    with pytest.raises(errors.InvalidGfp):
        cache.alloc(0x18)
    assert not cache.slabs


def test_in_words() -> None:
    cache = cache_of_three()
    fill(cache, 4)
    assert repr(cache) == "<SlabCache: size 1360, objects in use 4, slabs 2, partial 0>"
