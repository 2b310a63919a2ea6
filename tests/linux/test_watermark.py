"""Which requests a zone may serve: against an oracle, and the rules by example."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.linux.watermark_cases import CasesZone, cases
from tests.linux.watermark_oracle import Case, passes, passes_fast, steal_boost
from verified_buddy.linux import alloc_flags
from verified_buddy.linux.watermark import (
    boost_after_balance,
    boost_after_steal,
    may_boost,
    zone_watermark_fast,
    zone_watermark_ok,
)

CASES = 100_000
MIN, PAGEBLOCK = 423, 512
ATOMIC = alloc_flags.MIN_RESERVE | alloc_flags.NON_BLOCK
PLENTY = 1_000_000


def zone_with(*blocks: tuple[int, int], reserve: int = 0, highatomic: int = 0) -> CasesZone:
    """A zone that keeps a reserve from requests of index 2, and has free blocks of these orders and types."""
    lists = {order: frozenset(kind for other, kind in blocks if other == order) for order, _ in blocks}
    return CasesZone(Case(0, 0, (0, 0, reserve, 0, 0), 2, 0, 0, 0, highatomic, 0, lists))


def test_a_hundred_thousand_cases_near_their_thresholds_are_answered_as_the_rules_say() -> None:
    said: Counter[tuple[bool, bool]] = Counter()
    for case in cases(CASES):
        call = CasesZone(case), case.order, case.mark, case.highest_zoneidx, case.alloc_flags
        full = zone_watermark_ok(*call, case.free)
        fast = zone_watermark_fast(*call, case.gfp_mask, case.free, case.boost)
        assert (full, fast) == (passes(case, case.mark), passes_fast(case)), case
        said[full, fast] += 1
    assert set(said) == {(False, False), (True, True), (False, True)}
    assert min(said.values()) > CASES // 100


@pytest.mark.parametrize(
    ("flags", "least"),
    [
        (0, 424),
        (alloc_flags.NON_BLOCK, 424),
        (alloc_flags.MIN_RESERVE, 213),
        (ATOMIC, 160),
        (alloc_flags.OOM, 213),
    ],
)
def test_a_mark_of_423_is_passed_from_so_many_free_pages_on(flags: int, least: int) -> None:
    zone = zone_with()
    assert zone_watermark_ok(zone, 0, MIN, 2, flags, least)
    assert not zone_watermark_ok(zone, 0, MIN, 2, flags, least - 1)
    reserved = zone_with(reserve=189)
    assert zone_watermark_ok(reserved, 0, MIN, 2, flags, least + 189)
    assert not zone_watermark_ok(reserved, 0, MIN, 2, flags, least + 188)
    assert zone_watermark_ok(reserved, 0, MIN, 1, flags, least)


def test_more_reserved_than_free_pages_are_no_free_pages_at_all() -> None:
    zone = zone_with((0, 0), highatomic=2 * PAGEBLOCK)
    assert not zone_watermark_ok(zone, 0, 0, 2, 0, 2 * PAGEBLOCK)
    assert not zone_watermark_fast(zone, 0, 0, 2, 0, 0, PAGEBLOCK, 0)
    assert zone_watermark_ok(zone, 0, 0, 2, alloc_flags.NON_BLOCK, 1)


@pytest.mark.parametrize("flags", [0, ATOMIC, alloc_flags.HIGHATOMIC, alloc_flags.OOM])
def test_a_larger_block_must_stand_on_a_list_that_is_open_to_the_request(flags: int) -> None:
    opens = flags in (alloc_flags.HIGHATOMIC, alloc_flags.OOM)
    for kind, passed in ((0, True), (1, True), (2, True), (3, opens), (4, False)):
        for order in (3, 4, 10):
            assert zone_watermark_ok(zone_with((order, kind)), 3, MIN, 2, flags, PLENTY) == passed
        assert not zone_watermark_ok(zone_with((2, kind)), 3, MIN, 2, flags, PLENTY)
        assert zone_watermark_ok(zone_with(), 0, MIN, 2, flags, PLENTY)


def test_a_steal_boosts_as_the_rule_says() -> None:
    draw = Random(20261125)
    for _ in range(20_000):
        boost = draw.choice((0, 512, 1024, draw.randrange(5000)))
        high = draw.choice((0, 1, 341, 342, 633, draw.randrange(10_000)))
        managed = draw.choice((0, 2047, 2048, 50_913))
        factor = draw.choice((0, 1, 10_000, 15_000))
        new = boost_after_steal(boost, high, managed, factor=factor)
        assert new == steal_boost(boost, high, managed, factor), (boost, high, managed, factor)
        assert may_boost(high, managed, factor=factor) or new == boost


def test_what_was_noted_is_given_back() -> None:
    assert boost_after_steal(0, 345, 35_821) == PAGEBLOCK
    assert boost_after_steal(PAGEBLOCK, 633, 50_913) == 949
    assert [boost_after_balance(949, noted) for noted in (0, 512, 949, 1024)] == [949, 437, 0, 0]
