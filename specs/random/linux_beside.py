"""Linux zones beside the oracle's, given the same calls, compared after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from specs.ledger.subject import Subject
from specs.model.linux_lists import ORDERS, MachineMap, pages_of
from specs.model.linux_zone import ZoneOracle

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


def zone_state(zone: Any) -> dict[str, Any]:
    """All that a zone's future depends on, the types of its pageblocks apart, and its counters."""
    return {
        "free": {
            (order, kind): list(zone.free_area[order].free_list[kind])
            for order in ORDERS
            for kind in range(5)
        },
        "per-CPU": [
            ([list(blocks.items()) for blocks in cpu.lists], cpu.count, cpu.free_factor) for cpu in zone.pcp
        ],
        "live": dict(zone.live),
        "out": dict(zone.out),
        "offline": set(zone.offlined),
        "isolated pageblocks": zone.mobility.nr_isolate_pageblock,
        "reserved pages": zone.mobility.nr_reserved_highatomic,
        "managed pages": zone.mobility.managed,
        "free pages": (zone.nr_free_pages(), zone.mobility.nr_free_pages()),
    }


def oracle_state(zone: ZoneOracle) -> dict[str, Any]:
    """The same of the oracle."""
    return {
        "free": zone.buddy.lists,
        "per-CPU": [(cpu.lists, cpu.count(), cpu.free_factor) for cpu in zone.cpus],
        "live": zone.live,
        "out": zone.out,
        "offline": zone.broken,
        "isolated pageblocks": zone.buddy.isolated_blocks,
        "reserved pages": zone.buddy.reserved,
        "managed pages": zone.buddy.managed,
        "free pages": (zone.buddy.nr_free(),) * 2,
    }


class Pair:
    """One zone, twice."""

    def __init__(self, model: Any, oracle: ZoneOracle, said: list[str]) -> None:
        self.model, self.oracle, self.said = model, oracle, said
        self.isolated_here: set[int] = set()

    def compare(self) -> None:
        """All lists in their order, live blocks, types and counters are the oracle's."""
        model, oracle = zone_state(self.model), oracle_state(self.oracle)
        other = [name for name in model if model[name] != oracle[name]]
        for name in other:
            assert not isinstance(model[name], dict), f"{name}: {differences(model[name], oracle[name])}"
        assert not other, f"{other[0]}: {model[other[0]]}, expected {oracle[other[0]]}"
        for number, kind in self.oracle.buddy.types.items():
            found = self.model.mobility.pageblocks.migratetype(number * 512)
            assert found == kind, f"pageblock {number} is of type {found}, expected {kind}"

    def both(self, name: str, *args: Any, **options: Any) -> None:
        """Make the call here and there: the same answer."""
        words = [*map(repr, args), *(f"{key}={value}" for key, value in options.items() if value)]
        self.said.append(f"{name}({', '.join(words)})")
        self.same(getattr(self.model, name)(*args, **options), getattr(self.oracle, name)(*args, **options))

    def inside(self, function: Callable[..., Any], name: str, *args: Any, **options: Any) -> Any:
        """Call the function with the zone's lists, and the oracle's method of that name: the same answer."""
        words = [*map(repr, args), *(f"{key}={value}" for key, value in options.items())]
        self.said.append(f"{function.__name__}({', '.join(words)})")
        expected = getattr(self.oracle.buddy, name)(*args, **options)
        self.same(function(self.model.mobility, *args, **options), expected)
        return expected

    def same(self, answer: Any, expected: Any) -> None:
        """Raise if the answers differ."""
        assert answer == expected, f"answer {answer}, expected {expected}"


def differences(model: dict[Any, Any], oracle: dict[Any, Any]) -> str:
    """Where two maps differ."""
    keys = [key for key in {**model, **oracle} if model.get(key) != oracle.get(key)]
    return "; ".join(f"{key}: {model.get(key)}, expected {oracle.get(key)}" for key in keys)


class TypedMachine:
    """All zones of a geometry, and the calls that can be made there."""

    def __init__(self, subject: Subject, geometry: Geometry, said: list[str]) -> None:
        pageblocks, machine = subject.linux.pageblock.Pageblocks(), MachineMap()
        shape: dict[str, Any] = {"cpus": geometry.cpus, "high": geometry.high, "batch": geometry.batch}
        shape["movable_pages"] = geometry.movable
        self.subject, self.geometry, self.said = subject, geometry, said
        self.pairs: list[Pair] = []
        for start, end, ranges in geometry.zones:
            said.append(f"LinuxZone({start}, {end})")
            model = subject.linux.zone.LinuxZone(start, end, pageblocks, **shape)
            self.pairs.append(Pair(model, ZoneOracle(start, end, machine, **shape), said))
            for low, high in ranges:
                self.pairs[-1].both("add_range", low, high)
        self.calls = sorted(name[5:] for name in dir(self) if name.startswith("call_"))

    def step(self, call: str, choose: Choose) -> None:
        """Make such a call in one of the zones, with some arguments."""
        pair = self.pairs[choose(len(self.pairs))]
        getattr(self, f"call_{call}")(pair, choose)
        pair.compare()

    def call_alloc(self, pair: Pair, choose: Choose) -> None:
        """Small orders more often than others, and mostly as usual."""
        order = (0, 0, 0, 1, 2, 3, 9, choose(11))[choose(8)]
        odd = choose(6) == 0
        pair.both(
            "alloc",
            order,
            choose(3),
            choose(self.geometry.cpus),
            highatomic_request=odd and order > 0 and choose(2) == 0,
            last_resort=odd and choose(2) == 0,
            no_fragment=odd and choose(2) == 0,
            pcp_locked=choose(8) != 0,
        )

    def call_alloc_bulk(self, pair: Pair, choose: Choose) -> None:
        """None, one, or some; of hardly any memory all, and once more."""
        pages, kind, cpu = (1, choose(20))[choose(2)], choose(3), choose(self.geometry.cpus)
        pair.both("alloc_bulk", pages, kind, cpu)
        if pages > 1 and len(pair.oracle.present) < 100:
            for _ in range(2):
                pair.both("alloc_bulk", 100, kind, cpu)

    def call_free(self, pair: Pair, choose: Choose) -> None:
        """A live block."""
        if pair.oracle.live:
            pfn, order = some(pair.oracle.live.items(), choose)
            options = {"pcp_locked": choose(8) != 0, "reclaim_active": choose(4) == 0}
            pair.both("free", pfn, order, choose(self.geometry.cpus), **options)

    def call_free_of_what_is_not_live(self, pair: Pair, choose: Choose) -> None:
        """A block in the zone, or just outside."""
        start, end, _ = self.geometry.zones[self.pairs.index(pair)]
        pfn, order = max(0, start - 8) + choose(end - start + 16), choose(11)
        if pair.oracle.live.get(pfn) != order:
            self.said.append(f"free({pfn}, {order})")
            answer = "no error"
            try:
                pair.model.free(pfn, order)
            except self.subject.errors.BuddyError as error:
                answer = type(error).__name__
            pair.same(answer, pair.oracle.reason(pfn, order))

    def call_split(self, pair: Pair, choose: Choose) -> None:
        """A small live block."""
        blocks = [block for block in pair.oracle.live.items() if block[1] < 6]
        if blocks:
            pair.both("split", *some(blocks, choose))

    def call_take(self, pair: Pair, choose: Choose) -> None:
        """A block of the zone's pages, free or not."""
        order, pfn = choose(11), some(sorted(pair.oracle.present), choose)
        pfn -= pfn % 2**order
        if pages_of(pfn, order) <= pair.oracle.present:
            pair.both("take", pfn, order)

    def call_drain(self, pair: Pair, choose: Choose) -> None:
        """One CPU."""
        pair.both("drain", choose(self.geometry.cpus))

    def call_drain_all(self, pair: Pair, choose: Choose) -> None:
        """Every CPU."""
        pair.both("drain_all")

    def call_isolate(self, pair: Pair, choose: Choose) -> None:
        """A free block, or nearly."""
        blocks = list(pair.oracle.buddy.free_blocks())
        if blocks:
            pfn, order, _ = some(blocks, choose)
            pair.both("isolate", pfn, min(10, order + choose(8) // 7), (0, 0, 900)[choose(3)])

    def call_offline(self, pair: Pair, choose: Choose) -> None:
        """Any page between the zone's first and last."""
        start, end, _ = self.geometry.zones[self.pairs.index(pair)]
        pair.both("offline", start + choose(end - start))

    def call_putback(self, pair: Pair, choose: Choose) -> None:
        """A block that is out."""
        if pair.oracle.out:
            pair.both("putback", some(pair.oracle.out, choose))

    def call_reserve(self, pair: Pair, choose: Choose) -> None:
        """The pageblock of a live block."""
        if pair.oracle.live:
            reserve = self.subject.linux.highatomic.reserve_highatomic_pageblock
            pair.inside(reserve, "reserve", some(pair.oracle.live, choose))

    def call_unreserve(self, pair: Pair, choose: Choose) -> None:
        """For some type, forced or not."""
        unreserve = self.subject.linux.highatomic.unreserve_highatomic_pageblock
        pair.inside(unreserve, "unreserve", choose(3), force=choose(2) == 0)

    def call_set_isolate(self, pair: Pair, choose: Choose) -> None:
        """The pageblock of any page."""
        pfn = some(sorted(pair.oracle.present), choose)
        if pair.inside(self.subject.linux.isolation.set_migratetype_isolate, "set_isolate", pfn):
            pair.isolated_here.add(pfn)

    def call_unset_isolate(self, pair: Pair, choose: Choose) -> None:
        """A pageblock that this zone isolated: the counter is the zone's."""
        if pair.isolated_here:
            pfn = some(sorted(pair.isolated_here), choose)
            pair.inside(
                self.subject.linux.isolation.unset_migratetype_isolate, "unset_isolate", pfn, choose(3)
            )
            pair.isolated_here.remove(pfn)

    def call_split_free_page(self, pair: Pair, choose: Choose) -> None:
        """A free block, at its middle or anywhere."""
        blocks = [block for block in pair.oracle.buddy.free_blocks() if block[1] > 0]
        if blocks:
            pfn, order, _ = some(blocks, choose)
            split = pfn + 512 if order == 10 and choose(2) else pfn + 1 + choose(2**order - 1)
            pair.inside(self.subject.linux.isolation.split_free_page, "split_free", pfn, order, split)


def some(things: Any, choose: Choose) -> Any:
    """One of them."""
    every = list(things)
    return every[choose(len(every))]
