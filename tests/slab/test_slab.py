"""Laws of a slab and its objects."""

from __future__ import annotations

import pytest

from verified_buddy.pfn import Order, Pfn
from verified_buddy.slab.slab import Slab, object_address, object_index


def slab(size: int, order: int = 0, sequence: list[int] | None = None) -> Slab:
    return Slab(Pfn(16), Order(order), size, sequence)


def test_objects_are_handed_out_ascending_and_the_last_that_was_freed_first() -> None:
    one = slab(1024)
    assert [one.take() for _ in range(3)] == [65536, 65536 + 1024, 65536 + 2048]
    one.put(0)
    one.put(2)
    assert [one.take() for _ in range(3)] == [65536 + 2048, 65536, 65536 + 3072]


def test_a_sequence_is_followed_and_what_a_smaller_slab_lacks_is_left_out() -> None:
    sequence = [2, 0, 1]
    assert slab(1360, 0, sequence).free_list == [1, 0, 2]
    assert slab(2720, 1, sequence).free_list == [1, 0, 2]
    assert slab(2720, 0, sequence).free_list == [0]


@pytest.mark.parametrize("size", [8, 24, 1360, 4096, 8384])
def test_an_address_says_which_object_it_is(size: int) -> None:
    objects = 32768 // size
    for index in range(objects):
        assert object_index(16, objects, size, object_address(16, index, size)) == index
    for wrong in (65535, 65536 + 1, 65536 + objects * size, 65536 + size - 1):
        assert object_index(16, objects, size, wrong) is None


def test_in_words() -> None:
    one = slab(1024)
    one.take()
    assert repr(one) == "<Slab at page 16, order 0, 1/4 in use>"
