"""Zones of the model beside the oracle's, given the same calls, compared after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.typed_lists import ORDERS, pages_of
from tests.typed_zone_oracle import ZoneOracle
from verified_buddy import highatomic, isolation
from verified_buddy.errors import BuddyError
from verified_buddy.linux_zone import LinuxZone
from verified_buddy.pageblock import Pageblocks
from verified_buddy.pfn import Pfn

Choose = Callable[[int], int]
"""Some number below that one."""


@dataclass(frozen=True)
class Geometry:
    """Zones side by side: where each starts and ends, and the memory in it."""

    zones: Sequence[tuple[int, int, Sequence[tuple[int, int]]]]
    cpus: int
    high: int
    batch: int
    movable: Callable[[int], int]


def model_state(zone: LinuxZone) -> dict[str, Any]:
    return {
        "free": {(k, t): list(zone.free_area[k].free_list[t]) for k in ORDERS for t in range(5)},  # type: ignore[index]  # plain ints here
        "cpus": [
            ([list(blocks.items()) for blocks in cpu.lists], cpu.count, cpu.free_factor) for cpu in zone.pcp
        ],
        "live": dict(zone.live),
        "out": dict(zone.out),
        "nr_isolate": zone.mobility.nr_isolate_pageblock,
        "reserved": zone.mobility.nr_reserved_highatomic,
        "managed": zone.mobility.managed,
        "nr_free": (zone.nr_free_pages(), zone.mobility.nr_free_pages()),
    }


def oracle_state(zone: ZoneOracle) -> dict[str, Any]:
    return {
        "free": zone.buddy.lists,
        "cpus": [(cpu.lists, cpu.count(), cpu.free_factor) for cpu in zone.cpus],
        "live": zone.live,
        "out": zone.out,
        "nr_isolate": zone.buddy.isolated_blocks,
        "reserved": zone.buddy.reserved,
        "managed": zone.buddy.managed,
        "nr_free": (zone.buddy.nr_free(),) * 2,
    }


class Pair:
    """One zone, twice."""

    def __init__(self, model: LinuxZone, oracle: ZoneOracle) -> None:
        self.model, self.oracle = model, oracle
        self.isolated_here: set[int] = set()

    def compare(self) -> None:
        model, oracle = model_state(self.model), oracle_state(self.oracle)
        assert {key: (model[key], oracle[key]) for key in model if model[key] != oracle[key]} == {}
        for number, kind in self.oracle.buddy.types.items():
            assert self.model.mobility.pageblocks.migratetype(number * 512) == kind

    def both(self, name: str, *args: Any, **options: Any) -> Any:
        """The same call to both; both answer the same."""
        expected = getattr(self.oracle, name)(*args, **options)
        assert getattr(self.model, name)(*args, **options) == expected, (name, args, options)
        return expected


class Machine:
    """All zones of a geometry, and the calls that can be made there."""

    def __init__(self, geometry: Geometry) -> None:
        pageblocks, types = Pageblocks(), dict[int, int]()
        shape = {"cpus": geometry.cpus, "high": geometry.high, "batch": geometry.batch}
        self.geometry = geometry
        self.pairs = []
        for start, end, ranges in geometry.zones:
            model = LinuxZone(Pfn(start), Pfn(end), pageblocks, **shape, movable_pages=geometry.movable)
            oracle = ZoneOracle(start, end, types, **shape, movable_pages=geometry.movable)
            pair = Pair(model, oracle)
            for low, high in ranges:
                pair.both("add_range", low, high)
            self.pairs.append(pair)
        self.calls = {name[5:]: getattr(self, name) for name in dir(self) if name.startswith("call_")}

    def step(self, name: str, choose: Choose) -> None:
        pair = self.pairs[choose(len(self.pairs))]
        self.calls[name](pair, choose)
        pair.compare()

    def call_alloc(self, pair: Pair, choose: Choose) -> None:
        order = (0, 0, 0, 1, 2, 3, 9, choose(11))[choose(8)]
        odd = choose(6) == 0
        options = {
            "highatomic_request": odd and order > 0 and choose(2) == 0,
            "last_resort": odd and choose(2) == 0,
            "no_fragment": odd and choose(2) == 0,
            "pcp_locked": choose(8) != 0,
        }
        pair.both("alloc", order, choose(3), choose(self.geometry.cpus), **options)

    def call_alloc_bulk(self, pair: Pair, choose: Choose) -> None:
        pair.both("alloc_bulk", choose(20), choose(3), choose(self.geometry.cpus))

    def call_free(self, pair: Pair, choose: Choose) -> None:
        if pair.oracle.live:
            pfn = list(pair.oracle.live)[choose(len(pair.oracle.live))]
            options = {"pcp_locked": choose(8) != 0, "reclaim_active": choose(4) == 0}
            pair.both("free", pfn, pair.oracle.live[pfn], choose(self.geometry.cpus), **options)

    def call_free_of_what_is_not_live(self, pair: Pair, choose: Choose) -> None:
        start, end, _ = self.geometry.zones[self.pairs.index(pair)]
        pfn, order = max(0, start - 8) + choose(end - start + 16), choose(11)
        if pair.oracle.live.get(pfn) != order:
            with pytest.raises(BuddyError) as caught:
                pair.model.free(pfn, order)  # type: ignore[arg-type]  # plain ints
            assert type(caught.value).__name__ == pair.oracle.reason(pfn, order), (pfn, order)

    def call_split(self, pair: Pair, choose: Choose) -> None:
        blocks = [block for block in pair.oracle.live.items() if block[1] < 6]
        if blocks:
            pair.both("split", *blocks[choose(len(blocks))])

    def call_take(self, pair: Pair, choose: Choose) -> None:
        order, pages = choose(11), sorted(pair.oracle.present)
        pfn = pages[choose(len(pages))]
        pfn -= pfn % 2**order
        if pages_of(pfn, order) <= pair.oracle.present:
            pair.both("take", pfn, order)

    def call_drain(self, pair: Pair, choose: Choose) -> None:
        pair.both("drain", choose(self.geometry.cpus))

    def call_drain_all(self, pair: Pair, choose: Choose) -> None:
        pair.both("drain_all")

    def call_isolate(self, pair: Pair, choose: Choose) -> None:
        blocks = list(pair.oracle.buddy.free_blocks())
        if blocks:
            pfn, order, _ = blocks[choose(len(blocks))]
            pair.both("isolate", pfn, min(10, order + choose(8) // 7), (0, 0, 900)[choose(3)])

    def call_offline(self, pair: Pair, choose: Choose) -> None:
        start, end, _ = self.geometry.zones[self.pairs.index(pair)]
        pair.both("offline", start + choose(end - start))

    def call_putback(self, pair: Pair, choose: Choose) -> None:
        if pair.oracle.out:
            pair.both("putback", list(pair.oracle.out)[choose(len(pair.oracle.out))])

    def call_reserve(self, pair: Pair, choose: Choose) -> None:
        if pair.oracle.live:
            pfn = list(pair.oracle.live)[choose(len(pair.oracle.live))]
            done = highatomic.reserve_highatomic_pageblock(pair.model.mobility, Pfn(pfn))
            assert done == pair.oracle.buddy.reserve(pfn)

    def call_unreserve(self, pair: Pair, choose: Choose) -> None:
        kind, force = choose(3), choose(2) == 0
        done = highatomic.unreserve_highatomic_pageblock(pair.model.mobility, kind, force=force)  # type: ignore[arg-type]  # plain int
        assert done == pair.oracle.buddy.unreserve(kind, force=force)

    def call_set_isolate(self, pair: Pair, choose: Choose) -> None:
        pages = sorted(pair.oracle.present)
        pfn = pages[choose(len(pages))]
        done = isolation.set_migratetype_isolate(pair.model.mobility, Pfn(pfn))
        assert done == pair.oracle.buddy.set_isolate(pfn)
        if done:
            pair.isolated_here.add(pfn)

    def call_unset_isolate(self, pair: Pair, choose: Choose) -> None:
        if pair.isolated_here:
            pfn, kind = sorted(pair.isolated_here)[choose(len(pair.isolated_here))], choose(3)
            done = isolation.unset_migratetype_isolate(pair.model.mobility, Pfn(pfn), kind)  # type: ignore[arg-type]  # plain int
            assert done == pair.oracle.buddy.unset_isolate(pfn, kind)
            pair.isolated_here.remove(pfn)

    def call_split_free_page(self, pair: Pair, choose: Choose) -> None:
        blocks = [block for block in pair.oracle.buddy.free_blocks() if block[1] > 0]
        if blocks:
            pfn, order, _ = blocks[choose(len(blocks))]
            split = pfn + 512 if order == 10 and choose(2) else pfn + 1 + choose(2**order - 1)
            isolation.split_free_page(pair.model.mobility, Pfn(pfn), order, Pfn(split))  # type: ignore[arg-type]  # plain int
            pair.oracle.buddy.split_free(pfn, order, split)
