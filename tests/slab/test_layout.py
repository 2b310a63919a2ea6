"""How large the slabs of recorded kernels were, and the examples of the specification."""

from __future__ import annotations

import pytest

from tests.slab import slabinfo
from verified_buddy.slab.layout import calculate_order, min_objects, min_partial, objects_per_slab


@pytest.mark.parametrize("machine", slabinfo.MACHINES)
def test_slabs_are_as_large_as_the_kernels_and_hold_as_many_objects(machine: str) -> None:
    wanted = min_objects(slabinfo.cpus(machine), slabinfo.cpus(machine))
    caches = slabinfo.caches(machine)
    assert len(caches) == 155
    for cache in caches:
        order = calculate_order(cache.size, wanted)
        assert order is not None
        assert (1 << order, objects_per_slab(order, cache.size)) == (cache.pages, cache.objects), cache.name


def test_the_machines_have_one_cpu_and_two() -> None:
    assert [slabinfo.cpus(machine) for machine in slabinfo.MACHINES] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("size", "order", "objects"), [(512, 0, 8), (640, 1, 12), (1024, 1, 8), (8192, 3, 4), (8384, 3, 3)]
)
def test_one_cpu(size: int, order: int, objects: int) -> None:
    assert min_objects(1, 1) == 8
    assert calculate_order(size, 8) == order
    assert objects_per_slab(order, size) == objects


def test_more_cpus_ask_for_more_objects() -> None:
    assert [min_objects(cpus, 64) for cpus in (1, 2, 3, 4, 8, 64)] == [32, 12, 12, 16, 20, 32]
    assert calculate_order(512, min_objects(2, 2)) == 1


def test_an_object_may_need_more_than_the_largest_usual_order() -> None:
    assert [calculate_order(size, 8) for size in (32768, 32769, 4 << 20, (4 << 20) + 1)] == [3, 4, 10, None]


def test_an_object_more_is_not_worth_more_than_a_quarter_of_waste() -> None:
    assert calculate_order(12_000, 2) == 2
    assert 4 * (32_768 - 2 * 12_000) > 32_768


def test_a_cache_keeps_more_spare_slabs_of_larger_objects() -> None:
    assert [min_partial(size) for size in (8, 4095, 4096, 1 << 16, 4 << 20)] == [5, 5, 6, 8, 10]
