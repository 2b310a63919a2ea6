"""What an error says is so."""

from __future__ import annotations

import pytest

from verified_buddy import Order, Pfn, Zone
from verified_buddy.errors import DoubleFree, MiddleOfBlock, WrongOrder


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
