"""Where the watermarks of the recorded machines come from: one number of pages explains all their figures."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.linux.watermark_cases import Zoneinfo, snapshot_zones, zones_of
from verified_buddy.linux.pcp_limits import zone_batchsize, zone_highsize
from verified_buddy.linux.watermark import Watermarks
from verified_buddy.linux.watermark_setup import (
    khugepaged_min_free_kbytes,
    lowmem_reserves,
    min_free_kbytes,
    zone_watermarks,
)
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL, NR_ZONES

Zone = tuple[int, int]
Managed = dict[Zone, int]
MACHINES = ("req1", "req2numa", "req3memcg", "req4compact", "req6offline", "small", "full2", "boot2kp")
HUGE_PAGES = ("req4compact",)
"""Where more is kept free for them."""
RATIO = 256
"""Of DMA and DMA32."""


def marks(kbytes: int, managed: Managed) -> dict[Zone, Watermarks]:
    """The marks of all zones."""
    total = sum(managed.values())
    return {zone: zone_watermarks(kbytes, pages, total) for zone, pages in managed.items()}


def marks_of_boot(managed: Managed) -> dict[Zone, Watermarks]:
    """The marks that a boot sets."""
    return marks(min_free_kbytes(4 * sum(managed.values())), managed)


def marks_with_huge_pages(managed: Managed, later: Managed) -> dict[Zone, Watermarks]:
    """The marks that are set when huge pages are asked for again: more is kept free since the boot."""
    total = sum(managed.values())
    above = total - sum(mark.high for mark in marks_of_boot(managed).values())
    return marks(khugepaged_min_free_kbytes(min_free_kbytes(4 * total), len(managed), above), later)


def windows(zones: list[Zoneinfo]) -> Iterator[Managed]:
    """Pages that the zones may have had: as the lowest zone's reserve allows; on node 1, no more than now."""
    lowest, highest, *others = zones
    assert (lowest[:2], highest[:2]) == ((0, DMA), (0, DMA32))
    reserve = lowest.protection[highest.zone]
    for pages in range(RATIO * reserve, RATIO * (reserve + 1)):
        for more in range(others[0].managed, others[0].managed * 9 // 10, -16) if others else (0,):
            far = {zone[:2]: more for zone in others}
            yield {(0, DMA): lowest.managed, (0, DMA32): pages} | far


def explains(managed: Managed, zones: list[Zoneinfo], *, huge_pages: bool) -> bool:
    """Whether marks, reserves and limits of per-CPU lists all follow from these pages."""
    now: Managed = {zone[:2]: zone.managed for zone in zones}
    found = marks_with_huge_pages(managed, now) if huge_pages else marks_of_boot(managed)
    for zone in zones:
        mark, pages = found[zone[:2]], (now if huge_pages else managed)[zone[:2]]
        if mark[:3] != (zone.min, zone.low, zone.high):
            return False
        near = len(zone.lists) // len({each.node for each in zones})  # each node has its share of the CPUs
        batch = zone_batchsize(pages)
        if set(zone.lists) != {(zone_highsize(mark.low, near, batch), batch)}:
            return False
        of_node = [managed.get((zone.node, index), 0) for index in range(NR_ZONES)]
        if lowmem_reserves(of_node)[zone.zone] != zone.protection:
            return False
    return True


@pytest.mark.parametrize("name", MACHINES)
def test_one_number_of_pages_explains_all_figures_of_a_machine(name: str) -> None:
    zones, huge_pages = zones_of(name), name in HUGE_PAGES
    assert any(explains(managed, zones, huge_pages=huge_pages) for managed in windows(zones))


@pytest.mark.parametrize("name", MACHINES[:5])
def test_the_marks_that_the_kernel_holds_are_those_that_it_prints_and_one_more(name: str) -> None:
    for zone, printed in zip(snapshot_zones(name), zones_of(name), strict=True):
        least, low, high, promo = (int(zone[key]) for key in ("min", "low", "high", "promo"))
        assert (least, low, high, promo) == (*printed[2:5], 2 * printed.high - printed.low)
        assert {(int(zone["high_limit"]), int(zone["batch"]))} == set(printed.lists)


@pytest.mark.parametrize("name", MACHINES[:5])
def test_the_reserves_follow_from_what_is_managed_when_they_are_looked_up(name: str) -> None:
    zones = snapshot_zones(name)
    for zone in zones:
        node = {int(each["zone"]): int(each["managed"]) for each in zones if each["node"] == zone["node"]}
        reserves = lowmem_reserves([node.get(index, 0) for index in range(NR_ZONES)])
        assert reserves[int(zone["zone"])] == tuple(map(int, zone["lowmem_reserve"].split(",")))


def test_the_example_of_a_machine_of_256_mib() -> None:
    managed = {(0, DMA): 3840, (0, DMA32): 48466}
    assert min_free_kbytes(4 * 52306) == 1829
    assert list(marks_of_boot(managed).values()) == [(33, 41, 49, 57), (423, 528, 633, 738)]
    assert lowmem_reserves([3840, 48466, 0, 0, 0])[0] == (0, 189, 189, 189, 189)


def test_the_example_of_three_zones() -> None:
    low, normal = range(6 * RATIO, 7 * RATIO), range(243 * RATIO, 244 * RATIO)
    explained = 0
    for pages, more in product(low[::8], normal[::8]):
        found = marks_of_boot({(0, DMA): 3840, (0, DMA32): pages, (0, NORMAL): more})
        if found[0, NORMAL][:3] == (478, 597, 716) and (found[0, DMA].min, found[0, DMA32].min) == (29, 13):
            reserves = lowmem_reserves([3840, pages, more, 0, 0])
            explained += reserves[:2] == ((0, 6, 250, 250, 250), (0, 0, 243, 243, 243))
    assert explained


def test_limits_and_huge_pages() -> None:
    assert [min_free_kbytes(kbytes) for kbytes in (0, 1024, 1025, 1 << 40)] == [128, 128, 128, 262_144]
    assert khugepaged_min_free_kbytes(1829, 2, 50_000) == 10_000
    assert khugepaged_min_free_kbytes(1829, 2, 1 << 20) == 45_056
    assert khugepaged_min_free_kbytes(90_000, 2, 1 << 20) == 90_000
    assert [zone_watermarks(1829, pages, 50_000, highmem=True).min for pages in (1, 65_536, 1 << 20)] == [
        32,
        64,
        128,
    ]
