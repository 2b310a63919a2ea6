"""What an error says is so, and spans stay exact however many there are and wherever they end."""

from __future__ import annotations

import pytest

from verified_buddy import Order, Pfn, Zone
from verified_buddy.errors import DoubleFree, MiddleOfBlock, Overlap, WrongOrder
from verified_buddy.pfn import PFN_LIMIT
from verified_buddy.spans import Spans


def zone_of_eight() -> Zone:
    zone = Zone(Order(3))
    zone.add_range(Pfn(8), Pfn(16))
    return zone


def test_a_wrong_order_names_the_block_that_is_live() -> None:
    zone = zone_of_eight()
    assert zone.take(Pfn(12), Order(2))
    with pytest.raises(WrongOrder, match="the live block at page 12 is of order 2, not 1"):
        zone.free(Pfn(12), Order(1))


def test_the_middle_of_a_block_names_its_start_and_order() -> None:
    zone = zone_of_eight()
    assert zone.take(Pfn(12), Order(2))
    with pytest.raises(MiddleOfBlock, match="page 14 is in the middle of the live block at 12 of order 2"):
        zone.free(Pfn(14), Order(1))


def test_a_double_free_names_the_page() -> None:
    zone = zone_of_eight()
    pfn = zone.alloc(Order(1))
    assert pfn is not None
    zone.free(pfn, Order(1))
    with pytest.raises(DoubleFree, match=f"page {pfn} is free already"):
        zone.free(pfn, Order(1))


def test_every_one_of_many_spans_is_covered() -> None:
    spans = Spans()
    for start in range(0, 200, 4):
        spans.add(Pfn(start), Pfn(start + 2))
    for start in range(0, 200, 4):
        assert spans.covers(Pfn(start), Pfn(start + 2))
        assert spans.overlaps(Pfn(start + 1), Pfn(start + 2))
        assert not spans.overlaps(Pfn(start + 2), Pfn(start + 4))
        assert not spans.covers(Pfn(start), Pfn(start + 3))


def test_the_very_last_page_can_overlap() -> None:
    zone = Zone()
    last = Pfn(PFN_LIMIT - 1)
    zone.add_range(last, Pfn(PFN_LIMIT))
    with pytest.raises(Overlap):
        zone.add_range(last, Pfn(PFN_LIMIT))


@pytest.mark.parametrize("top", [11, 20, 32])
def test_blocks_beyond_order_ten_split_and_merge_to_the_top(top: int) -> None:
    zone = Zone(Order(top))
    zone.add_range(Pfn(0), Pfn(1 << top))
    live = [zone.alloc(Order(top - 1)), zone.alloc(Order(top - 1))]
    assert live == [0, 1 << (top - 1)]
    assert zone.alloc(Order(0)) is None
    for pfn in live:
        assert pfn is not None
        zone.free(pfn, Order(top - 1))
    assert [block[:2] for block in zone.free_area.blocks()] == [(0, top)]
    assert zone.alloc(Order(top)) == 0
