"""The indices of fragmentation: examples by hand, and what they mean for requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.model import fragmentation as means
from verified_buddy.linux.fragmentation import (
    contig_pages,
    extfrag_for_order,
    fragmentation_index,
    unusable_index,
)

SMALL = (3, 4, 9, 4, 6, 6, 7, 6, 5, 2, 13)
"""Of a recorded kernel; 17,199 pages."""
NONE = (0,) * 11
FREE_LISTS = st.lists(st.integers(0, 40), min_size=11, max_size=11)
ORDERS = st.integers(0, 10)


@pytest.mark.parametrize(
    ("nr_free", "order", "fragmentation", "unusable", "percent"),
    [
        (SMALL, 9, -1000, 166, 16),
        (SMALL, 0, -1000, 0, 0),
        ((1000, *NONE[1:]), 4, 937, 1000, 100),
        (NONE, 0, 0, 1000, 0),
        ((*NONE[:9], 1, 0), 10, -500, 1000, 100),
        ((*NONE[:9], 2, 0), 10, 0, 1000, 100),
    ],
    ids=["pieces", "any", "one-by-one", "none", "a-single-half", "two-halves"],
)
def test_examples(
    nr_free: tuple[int, ...], order: int, fragmentation: int, unusable: int, percent: int
) -> None:
    info = contig_pages(nr_free, order)
    assert fragmentation_index(order, info) == fragmentation
    assert unusable_index(order, info) == unusable
    assert extfrag_for_order(order, info) == percent


@given(FREE_LISTS, ORDERS)
def test_the_indices_are_those_of_their_definitions(nr_free: list[int], order: int) -> None:
    info = contig_pages(nr_free, order)
    assert fragmentation_index(order, info) == means.fragmentation_index(nr_free, order)
    assert unusable_index(order, info) == means.unusable_index(nr_free, order)
    assert extfrag_for_order(order, info) == means.extfrag_for_order(nr_free, order)


@given(FREE_LISTS, ORDERS)
def test_only_a_single_block_brings_the_index_below_0(nr_free: list[int], order: int) -> None:
    index = fragmentation_index(order, contig_pages(nr_free, order))
    assert index == -1000 or index >= 0 or sum(nr_free) == 1
