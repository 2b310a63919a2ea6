"""Laws of the operations on the free lists, tested beside the policy on plain lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.model import policy
from verified_buddy import FreeArea, Migratetype, Order, Pfn
from verified_buddy import buddy as operations

UNMOVABLE, MOVABLE = Migratetype(0), Migratetype(1)


def area_with(max_order: int, *blocks: tuple[int, int]) -> FreeArea:
    area = FreeArea(Order(max_order), 2)
    for pfn, order in blocks:
        area.add(Pfn(pfn), Order(order), UNMOVABLE, tail=True)
    return area


def lists_of(area: FreeArea) -> policy.Lists:
    return [[int(pfn) for pfn in lists.free_list[UNMOVABLE]] for lists in area.orders]


def test_rmqueue_smallest_takes_the_head_of_the_least_sufficient_order() -> None:
    area = area_with(3, (8, 3), (4, 1), (2, 1))
    assert operations.rmqueue_smallest(area, Order(0), UNMOVABLE) == 4
    assert lists_of(area) == [[5], [2], [], [8]]


def test_rmqueue_smallest_of_another_migratetype_finds_nothing() -> None:
    area = area_with(3, (8, 3))
    assert operations.rmqueue_smallest(area, Order(0), MOVABLE) is None
    assert lists_of(area) == [[], [], [], [8]]


@pytest.mark.parametrize("page", range(8))
def test_expand_lists_all_but_the_page(page: int) -> None:
    area = area_with(3)
    operations.expand(area, Pfn(page), Order(0), Order(3), UNMOVABLE)
    listed = {free for pfn, order, _ in area.blocks() for free in range(pfn, pfn + 2**order)}
    assert listed == set(range(8)) - {page}
    assert [lists.nr_free for lists in area.orders] == [1, 1, 1, 0]


def test_free_merges_only_buddies_of_the_same_order() -> None:
    area = area_with(3, (2, 0), (4, 1))
    operations.free_one_page(area, Pfn(3), Order(0), UNMOVABLE)
    assert lists_of(area) == [[], [2, 4], [], []]
    operations.free_one_page(area, Pfn(6), Order(0), UNMOVABLE)
    assert lists_of(area) == [[6], [2, 4], [], []]


def test_free_does_not_merge_at_the_top() -> None:
    area = area_with(1, (0, 1))
    operations.free_one_page(area, Pfn(2), Order(1), UNMOVABLE)
    assert lists_of(area) == [[], [2, 0]]


def test_a_merge_is_likely_if_the_parents_buddy_is_free_and_below_the_top() -> None:
    assert operations.buddy_merge_likely(area_with(2, (2, 1)), Pfn(0), Order(0))
    assert not operations.buddy_merge_likely(area_with(1, (2, 1)), Pfn(0), Order(0))
    assert not operations.buddy_merge_likely(area_with(2, (2, 0)), Pfn(0), Order(0))


def test_to_tail_is_the_tail() -> None:
    area = area_with(2, (8, 0))
    operations.free_one_page(area, Pfn(4), Order(0), UNMOVABLE, to_tail=True)
    assert lists_of(area)[0] == [8, 4]


def test_take_keeps_the_migratetype_of_the_rest() -> None:
    area = FreeArea(Order(1), 2)
    area.add(Pfn(0), Order(1), MOVABLE, tail=True)
    assert operations.take(area, Pfn(1), Order(0))
    assert list(area.blocks()) == [(0, 0, MOVABLE)]


@given(start=st.integers(0, 300), length=st.integers(1, 300), max_order=st.integers(0, 10))
def test_add_range_lists_as_the_policy_does(start: int, length: int, max_order: int) -> None:
    area = area_with(max_order)
    expected: policy.Lists = [[] for _ in range(max_order + 1)]
    operations.add_range(area, Pfn(start), Pfn(start + length), UNMOVABLE)
    policy.add_range(expected, start, start + length)
    assert lists_of(area) == expected


@given(
    start=st.integers(0, 40),
    wanted=st.lists(st.tuples(st.integers(0, 80), st.integers(0, 4)), min_size=1, max_size=20),
)
def test_take_then_free_list_as_the_policy_does(start: int, wanted: list[tuple[int, int]]) -> None:
    area, expected = area_with(4), policy.Lists([] for _ in range(5))
    operations.add_range(area, Pfn(start), Pfn(start + 64), UNMOVABLE)
    policy.add_range(expected, start, start + 64)
    taken = []
    for page, order in wanted:
        pfn = page - page % 2**order
        got = operations.take(area, Pfn(pfn), Order(order))
        assert got == policy.take(expected, pfn, order)
        taken += [(pfn, order)] * got
        assert lists_of(area) == expected
    for pfn, order in taken:
        operations.free_one_page(area, Pfn(pfn), Order(order), UNMOVABLE)
        policy.free(expected, pfn, order)
        assert lists_of(area) == expected
