"""Laws of the free lists."""

import pytest

from specs.exhaustive.area_walk import walk_free_area
from specs.ledger.subject import running
from specs.random.statemachines import FreeAreaMachine
from specs.random.tester import machine_for
from verified_buddy import FreeArea, Migratetype, Order, Pfn

TestFreeAreaAgainstPlainLists = machine_for(running(), FreeAreaMachine).TestCase

UNMOVABLE, MOVABLE = Migratetype(0), Migratetype(1)


def area_with(*pfns: int) -> FreeArea:
    area = FreeArea(Order(2), 2)
    for pfn in pfns:
        area.add(Pfn(pfn), Order(0), UNMOVABLE, tail=True)
    return area


def test_every_state_of_two_pages_is_that_of_plain_lists() -> None:
    assert walk_free_area(running(), range(2), both=True).states > 100


def test_new_area_has_no_block() -> None:
    area = FreeArea()
    assert list(area.blocks()) == []
    assert area.nr_free_pages() == 0
    assert all(area.first(Order(order), UNMOVABLE) is None for order in range(11))


def test_head_is_first_and_tail_is_last() -> None:
    area = area_with(5, 7)
    area.add(Pfn(1), Order(0), UNMOVABLE, tail=False)
    area.add(Pfn(9), Order(0), UNMOVABLE, tail=True)
    assert list(area[Order(0)].free_list[UNMOVABLE]) == [1, 5, 7, 9]
    assert area.first(Order(0), UNMOVABLE) == 1


def test_remove_keeps_the_order_of_the_others_and_answers_the_type() -> None:
    area = area_with(5, 7, 9)
    area.add(Pfn(8), Order(0), MOVABLE, tail=True)
    assert area.remove(Pfn(7), Order(0)) == UNMOVABLE
    assert area.remove(Pfn(8), Order(0)) == MOVABLE
    assert list(area[Order(0)].free_list[UNMOVABLE]) == [5, 9]


def test_free_block_is_of_exactly_that_order_on_any_list() -> None:
    area = area_with(4)
    area.add(Pfn(8), Order(2), MOVABLE, tail=True)
    asked = {(pfn, order): area.is_free_block(pfn, order) for pfn in (4, 8) for order in range(3)}
    assert [block for block, answer in asked.items() if answer] == [(4, 0), (8, 2)]


def test_counts_are_over_all_migratetypes() -> None:
    area = area_with(4, 6)
    area.add(Pfn(7), Order(0), MOVABLE, tail=True)
    area.add(Pfn(8), Order(2), MOVABLE, tail=True)
    assert [area[Order(order)].nr_free for order in range(3)] == [3, 0, 1]
    assert area.nr_free_pages() == 7


def test_unlisting_what_is_not_listed_is_a_broken_caller_and_changes_nothing() -> None:
    area = area_with(4)
    for pfn, order in ((5, 0), (4, 1)):
        with pytest.raises(KeyError):
            area.remove(Pfn(pfn), Order(order))
    assert list(area.blocks()) == [(4, 0, UNMOVABLE)]


def test_free_lists_show_how_many_blocks_there_are_of_each_order() -> None:
    area = FreeArea(Order(2), migratetypes=2)
    area.add(Pfn(0), Order(2), Migratetype(0), tail=False)
    area.add(Pfn(4), Order(0), Migratetype(0), tail=False)
    area.add(Pfn(6), Order(0), Migratetype(1), tail=False)
    assert repr(area) == "<FreeArea: free blocks of order 0..2: 2 0 1>"
