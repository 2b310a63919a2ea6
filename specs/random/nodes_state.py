"""What live zones hold, read from outside, and what is true of them at rest."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from specs.model import nodes as naive
from specs.model.nodes import Facts

CACHED = (0, 1, 2, 3, 9)
"""The orders that CPUs keep; of these nothing is counted but what a refill brings, or its failure."""
PAGES = (1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 512, 512)
"""By per-CPU list: the pages of each block."""


class Place(NamedTuple):
    """A node: zones as (type, start, end), and CPUs."""

    zones: tuple[tuple[int, int, int], ...]
    cpus: tuple[int, ...]
    distances: tuple[int, ...]


class Block(NamedTuple):
    """A block that a task owns."""

    order: int
    group: str | None
    zeroed: bool
    compound: bool


def facts_of(zone: Any) -> Facts:
    """A live zone at this moment."""
    listed = {
        (order, kind)
        for order, area in enumerate(zone.free_area.orders)
        for kind, blocks in enumerate(area.free_list)
        if blocks
    }
    counter = zone.counter
    exact = max(counter.value + sum(counter.diffs), 0)
    marks, reserved = tuple(zone.watermark[:3]), zone.mobility.nr_reserved_highatomic
    held = zone.mobility.managed, marks, zone.boost, tuple(zone.lowmem_reserve), reserved
    return Facts(*held, max(counter.value, 0), exact, zone.drift_mark, listed)


def on_lists(zone: Any) -> int:
    """The pages of its free lists."""
    return sum(len(area.list_of) << order for order, area in enumerate(zone.free_area.orders))


def cached_pages(zone: Any) -> int:
    """The pages on the lists of all CPUs."""
    return sum(lists.count for lists in zone.pcp)


def pindex(order: int, kind: int) -> int:
    """The list of a CPU that has such blocks."""
    return 3 * order + kind if order < 4 else 12 + (kind == 1)


def zone_is_whole(zone: Any, cpus: int) -> None:
    """Free, cached and live blocks are the zone, side by side; the counter has the sum of the free."""
    free = [(pfn, 1 << order) for pfn, order, _ in zone.free_area.blocks()]
    cached = [
        (pfn, pages)
        for lists in zone.pcp
        for pages, blocks in zip(PAGES, lists.lists, strict=True)
        for pfn in blocks
    ]
    blocks = sorted([*free, *cached, *((pfn, 1 << order) for pfn, order in zone.live.items())])
    start, end = zone.mobility.start, zone.mobility.end
    edges = [(start, 0), *blocks, (end, 0)]
    assert all(pfn + pages == after for (pfn, pages), (after, _) in pairwise(edges)), "lost or shared"
    counted = zone.counter.value + sum(zone.counter.diffs)
    assert counted == sum(pages for _, pages in free), f"{counted} are counted as free"
    assert cached_pages(zone) == sum(pages for _, pages in cached), "per-CPU counts"
    usual = naive.normal_threshold(zone.mobility.managed, cpus)
    least, low = zone.watermark[:2]
    most = max(usual, naive.pressure_threshold(low, least, cpus))
    assert all(abs(diff) <= most for diff in zone.counter.diffs), f"hidden: {zone.counter.diffs}"
    assert not zone.boosted, "kswapd was not told of a boost"
    assert not zone.reclaim_active, "kswapd is not at work"


def everything(nodes: Any) -> list[object]:
    """All that the machine's future depends on."""
    return [
        sorted(nodes.zeroed), sorted(nodes.compound), sorted(nodes.charged), nodes.killing,

        [(each.order, each.highest_zoneidx, each.failures, each.asleep) for each in nodes.kswapds],
        *(
            [
                list(zone.free_area.blocks()), list(zone.live.items()), list(zone.out.items()),
                [
                    ([list(blocks.items()) for blocks in lists.lists], lists.count, lists.free_factor,
                     lists.high, lists.batch, lists.left[:], lists.refills[:], lists.put)
                    for lists in zone.pcp
                ],
                zone.counter.value, zone.counter.diffs[:], zone.counter.thresholds[:], zone.boost,
                zone.boosted, zone.watermark, zone.reclaim_active, zone.tells_kswapd,
                zone.mobility.nr_reserved_highatomic, list(zone.mobility.pageblocks.types()),
            ]
            for zone in nodes.ascending
        ),
    ]  # fmt: skip


def hides(zone: Any, cpus: int, *, awake: bool) -> None:
    """How much each CPU may hide of the zone's free pages."""
    least, low = zone.watermark[:2]
    usual = naive.normal_threshold(zone.mobility.managed, cpus)
    pressure = naive.pressure_threshold(low, least, cpus)
    most = pressure if awake and zone.drift_mark else usual
    assert zone.counter.thresholds == [most] * cpus, f"thresholds {zone.counter.thresholds}"


def limits_are_right(nodes: Any, places: tuple[Place, ...], cpus: int, kbytes: int | None) -> None:
    """The machine was built with the marks, reserves and limits that its sizes ask for."""
    total = sum(end - start for place in places for _, start, end in place.zones)
    low = sum(end - start for place in places for zone, start, end in place.zones if zone <= 2)
    least = naive.usual_kbytes(low) if kbytes is None else kbytes
    for node, place in enumerate(places):
        sizes = {zone: end - start for zone, start, end in place.zones}
        managed = [sizes.get(index, 0) for index in range(5)]
        for index, pages in sizes.items():
            zone = nodes.zones[node, index]
            marks = naive.marks(least, pages, total)
            assert zone.watermark[:3] == marks, f"marks {zone.watermark}, expected {marks}"
            assert list(zone.lowmem_reserve) == naive.reserve(index, managed), "another reserve"
            limits = naive.cpu_limits(pages, marks[1], len(place.cpus) or cpus)
            assert all((lists.high, lists.batch) == limits for lists in zone.pcp), "other limits"
            hides(zone, cpus, awake=False)
