"""The reserve: how large it grows, and what a forced release finds."""

from __future__ import annotations

from tests.linux.zone_setup import boot, listed, typed
from verified_buddy.linux import highatomic
from verified_buddy.linux.migratetype import HIGHATOMIC, MOVABLE
from verified_buddy.pfn import Pfn


def test_the_reserve_is_a_hundredth_of_the_zone_and_one_pageblock_more() -> None:
    zone = boot(4096, 4096 + 50913, (4096, 4096 + 50913))
    done = [highatomic.reserve_highatomic_pageblock(zone.mobility, Pfn(4096 + 512 * k)) for k in range(3)]
    assert done == [True, True, False]
    assert zone.mobility.nr_reserved_highatomic == 1024


def test_a_forced_release_finds_the_stray_blocks_of_a_reserve_that_is_gone() -> None:
    zone = typed(0, 512, MOVABLE, (0, 5, HIGHATOMIC))
    assert not highatomic.unreserve_highatomic_pageblock(zone, MOVABLE, force=False)
    assert highatomic.unreserve_highatomic_pageblock(zone, MOVABLE, force=True)
    assert listed(zone) == [(0, 5, MOVABLE)]
