"""Laws of the zone: what each call answers, and that a rejected call changes nothing."""

from typing import Any

import pytest

from specs.exhaustive.small_zones import layouts
from specs.exhaustive.zone_walk import Explorer
from specs.ledger.subject import running
from specs.random.statemachines import ZoneMachine
from specs.random.tester import machine_for
from verified_buddy import PFN_LIMIT, BuddyError, Order, Pfn, Zone, errors

TestZoneAgainstTheAbstractMachine = machine_for(running(), ZoneMachine).TestCase

HOSTILE: list[Any] = [True, False, 0.0, 1.5, None, "0", b"0", [], -1, 10**5000, -(10**5000)]


def short(value: object) -> str:
    """A name for pytest, which cannot print an int of thousands of digits."""
    return f"{value.bit_length()} bits" if isinstance(value, int) and abs(value) > 2**64 else repr(value)


def zone_of(max_order: int, *ranges: tuple[int, int]) -> Zone:
    zone = Zone(Order(max_order))
    for start, end in ranges:
        zone.add_range(Pfn(start), Pfn(end))
    return zone


def contents(zone: Zone) -> object:
    return list(zone.free_area.blocks()), dict(zone.live), zone.spans.ranges(), zone.nr_free_pages()


def busy_zone() -> Zone:
    """Pages 0..15, of which 0..1 and 4 are live, and 32..35."""
    zone = zone_of(3, (0, 16), (32, 36))
    assert zone.take(Pfn(0), Order(1))
    assert zone.take(Pfn(4), Order(0))
    return zone


def assert_rejected(zone: Zone, error: type[BuddyError], name: str, *args: Any) -> None:
    before = contents(zone)
    with pytest.raises(error) as caught:
        getattr(zone, name)(*args)
    assert type(caught.value) is error
    assert len(str(caught.value)) < 300
    assert contents(zone) == before


@pytest.mark.parametrize("max_order", [0, 1, 2])
def test_every_state_of_the_smallest_zones_is_as_specified(max_order: int) -> None:
    for ranges in layouts(max_order):
        if sum(end - start for start, end in ranges) <= 4:
            assert Explorer(running(), ranges, max_order).run().states > 1


@pytest.mark.parametrize("max_order", range(33))
def test_every_max_order_up_to_32_splits_to_the_bottom_and_merges_to_the_top(max_order: int) -> None:
    zone = zone_of(max_order, (0, 2**max_order))
    assert zone.alloc(Order(0)) == 0
    assert zone.nr_free_pages() == 2**max_order - 1
    assert [zone.free_area[Order(order)].nr_free for order in range(max_order)] == [1] * max_order
    zone.free(Pfn(0), Order(0))
    assert list(zone.free_area.blocks()) == [(0, max_order, 0)]


@pytest.mark.parametrize("max_order", [*HOSTILE, 33], ids=short)
def test_no_zone_has_a_max_order_outside_0_to_32(max_order: Any) -> None:
    with pytest.raises(errors.InvalidOrder) as caught:
        Zone(max_order)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [*HOSTILE, 4], ids=short)
@pytest.mark.parametrize("name", ["alloc", "free", "take"])
def test_invalid_order_raises_and_nothing_changes(name: str, value: Any) -> None:
    assert_rejected(busy_zone(), errors.InvalidOrder, name, *([value] if name == "alloc" else [0, value]))


@pytest.mark.parametrize("value", [*HOSTILE, PFN_LIMIT, PFN_LIMIT - 1], ids=short)
@pytest.mark.parametrize("name", ["free", "take"])
def test_invalid_page_raises_and_nothing_changes(name: str, value: Any) -> None:
    assert_rejected(busy_zone(), errors.InvalidPfn, name, value, 1)


@pytest.mark.parametrize("value", HOSTILE, ids=short)
def test_invalid_range_raises_and_nothing_changes(value: Any) -> None:
    assert_rejected(busy_zone(), errors.InvalidRange, "add_range", value, 100)
    assert_rejected(busy_zone(), errors.InvalidRange, "add_range", 50, value)


@pytest.mark.parametrize("span", [(50, 50), (50, 49), (50, PFN_LIMIT + 1), (PFN_LIMIT, PFN_LIMIT)])
def test_range_that_is_empty_reversed_or_too_high_raises(span: tuple[int, int]) -> None:
    assert_rejected(busy_zone(), errors.InvalidRange, "add_range", *span)


@pytest.mark.parametrize("span", [(0, 16), (15, 17), (4, 5), (0, 1), (31, 33), (16, 33), (0, 99)])
def test_overlap_raises_and_nothing_changes(span: tuple[int, int]) -> None:
    assert_rejected(busy_zone(), errors.Overlap, "add_range", *span)


@pytest.mark.parametrize(
    ("error", "pfn", "order"),
    [
        (errors.WrongOrder, 0, 0),
        (errors.WrongOrder, 4, 3),
        (errors.Misaligned, 1, 1),
        (errors.MiddleOfBlock, 1, 0),
        (errors.DoubleFree, 8, 3),
        (errors.DoubleFree, 35, 0),
        (errors.OutOfRange, 16, 0),
        (errors.OutOfRange, PFN_LIMIT - 8, 3),
    ],
)
def test_free_of_what_is_not_live_says_why_and_nothing_changes(
    error: type[BuddyError], pfn: int, order: int
) -> None:
    assert_rejected(busy_zone(), error, "free", pfn, order)


@pytest.mark.parametrize(
    ("error", "pfn", "order"),
    [
        (errors.Misaligned, 9, 1),
        (errors.Misaligned, 17, 1),
        (errors.OutOfRange, 16, 0),
        (errors.OutOfRange, 32, 3),
    ],
)
def test_take_of_an_impossible_block_raises_and_nothing_changes(
    error: type[BuddyError], pfn: int, order: int
) -> None:
    assert_rejected(busy_zone(), error, "take", pfn, order)


def test_the_order_is_checked_before_the_page_and_the_page_before_the_state() -> None:
    assert_rejected(busy_zone(), errors.InvalidOrder, "free", -1, 4)
    assert_rejected(busy_zone(), errors.InvalidPfn, "take", PFN_LIMIT + 1, 1)


def test_second_free_of_a_block_raises_and_nothing_changes() -> None:
    zone = busy_zone()
    zone.free(Pfn(4), Order(0))
    assert_rejected(zone, errors.DoubleFree, "free", 4, 0)


def test_refusals_are_answers_and_change_nothing() -> None:
    zone = busy_zone()
    assert zone.alloc(Order(3)) == 8
    before = contents(zone)
    assert zone.alloc(Order(3)) is None
    assert zone.take(Pfn(0), Order(2)) is False
    assert zone.take(Pfn(8), Order(0)) is False
    assert contents(zone) == before


def test_an_empty_zone_refuses_every_order() -> None:
    zone = Zone()
    assert [zone.alloc(Order(order)) for order in range(11)] == [None] * 11
    assert zone.nr_free_pages() == 0


def test_every_page_of_unaligned_memory_with_a_hole_can_be_had_once() -> None:
    zone = zone_of(10, (3, 1030), (2001, 2100))
    pages = {zone.alloc(Order(0)) for _ in range(1027 + 99)}
    assert pages == {*range(3, 1030), *range(2001, 2100)}
    assert zone.alloc(Order(0)) is None


def test_memory_ends_at_the_very_last_page() -> None:
    zone = zone_of(10, (PFN_LIMIT - 1025, PFN_LIMIT))
    assert zone.alloc(Order(10)) == PFN_LIMIT - 1024
    assert zone.take(Pfn(PFN_LIMIT - 1025), Order(0))
    zone.free(Pfn(PFN_LIMIT - 1024), Order(10))
    assert zone.nr_free_pages() == 1024


def test_a_zone_keeps_nothing_that_the_exhaustive_rows_do_not_restore() -> None:
    assert set(vars(zone_of(1, (0, 2)))) == {"free_area", "live", "spans"}


def test_ranges_that_touch_merge_across_their_border() -> None:
    zone = zone_of(2, (0, 3), (3, 8))
    assert [(pfn, order) for pfn, order, _ in zone.free_area.blocks()] == [(0, 2), (4, 2)]


def test_the_very_last_page_can_overlap() -> None:
    zone = Zone()
    last = Pfn(PFN_LIMIT - 1)
    zone.add_range(last, Pfn(PFN_LIMIT))
    with pytest.raises(errors.Overlap):
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


def test_a_zone_shows_at_a_prompt_what_it_has() -> None:
    zone = busy_zone()
    assert repr(zone) == "<Zone: max_order 3, pages 20, free pages 17, live blocks 2>"
    assert repr(Zone()) == "<Zone: max_order 10, pages 0, free pages 0, live blocks 0>"
