"""Random programs: zones of every kind, driven alike on both sides, by calls that their state allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any, Final

from specs.kernel_text.beside.pair import Difference, Pair
from specs.kernel_text.beside.zones import Call, Shape
from specs.random.linux_geometries import GEOMETRIES

KINDS: Final = ("none", "all", "some")
Zone = tuple[int, int, tuple[tuple[int, int], ...]]


def real_shapes() -> Iterator[Shape]:
    """The geometries of the Linux zone's own tests, with pageblocks of 512 pages."""
    for number, (_, each) in enumerate(sorted(GEOMETRIES.items())):
        zones = tuple((start, end, tuple(ranges)) for start, end, ranges in each.zones)
        yield Shape(10, zones, each.cpus, each.high, each.batch, KINDS[number % 3])


def whole(*zones: tuple[int, int]) -> tuple[Zone, ...]:
    """Zones without holes."""
    return tuple((start, end, ((start, end),)) for start, end in zones)


SMALL: Final = (
    Shape(3, whole((0, 8)), 1, 8, 2, "some"),
    Shape(3, whole((0, 32)), 1, 12, 3, "some"),
    Shape(3, whole((3, 29)), 2, 6, 1, "all"),
    Shape(3, whole((0, 14), (14, 32)), 1, 8, 7, "none"),
    Shape(3, ((1, 23, ((1, 9), (12, 23))),), 1, 0, 1, "some"),
    Shape(4, whole((0, 64)), 1, 20, 3, "some"),
)
"""Pageblocks of 4 and 8 pages; zones that begin and end inside one."""
SHAPES: Final = (*SMALL, *real_shapes())


HUGE: Final = Shape(10, whole((0, 4096)), 1, 4000, 1, "none")
DIRECTED: Final = (
    (
        HUGE,
        (*(Call("alloc", (9, 1)),) * 2, Call("free", (0, 9)), Call("free", (512, 9)), Call("drain")),
    ),
)
"""What chance does not bring: lists that hold more than one turn of a drain takes."""


def some(chance: Random, these: Any) -> Any:
    """One of them; None if there is none."""
    every = list(these)
    return chance.choice(every) if every else None


@dataclass
class Chooser:
    """Chooses calls by the state of our zones."""

    shape: Shape
    zones: list[Any]
    chance: Random

    def call(self, emptying: bool) -> Call:
        """Some call; allocations and frees above all."""
        number = self.chance.randrange(len(self.zones))
        usual = ["alloc"] * (10, 16)[not emptying] + ["free"] * (16, 8)[not emptying]
        while True:
            name = self.chance.choice([*usual, *CHOOSE])
            found = CHOOSE[name](self, self.zones[number])
            if found is not None:
                return found._replace(zone=number)

    def flags(self, *names: str, one_in: int = 8) -> tuple[tuple[str, bool], ...]:
        """Some of the flags, seldom."""
        return tuple((name, name != "pcp_locked") for name in names if not self.chance.randrange(one_in))

    def kind(self) -> int:
        """A type that is asked for."""
        return self.chance.randrange(3)

    def cpu(self) -> int:
        """A CPU."""
        return self.chance.randrange(self.shape.cpus)

    def order(self) -> int:
        """Small ones more often."""
        return self.chance.choice(
            (0, 0, 0, 1, 2, self.shape.top - 1, self.chance.randrange(self.shape.top + 1))
        )

    def page(self, zone: Any) -> int:
        """A page between the zone's first and last."""
        return self.chance.randrange(zone.mobility.start, zone.mobility.end)

    def pageblock(self, zone: Any) -> int | None:
        """The first page of a pageblock that begins in the zone."""
        page = self.page(zone) & -self.shape.pageblock
        return page if page >= zone.mobility.start else None


def alloc(of: Chooser, zone: Any) -> Call:
    """A block."""
    order = of.order()
    names = ("last_resort", "no_fragment", "pcp_locked", *(("highatomic_request",) if order else ()))
    return Call("alloc", (order, of.kind(), of.cpu()), of.flags(*names))


def free(of: Chooser, zone: Any) -> Call | None:
    """A live block."""
    block = some(of.chance, zone.live.items())
    return block and Call("free", (*block, of.cpu()), of.flags("pcp_locked", "reclaim_active", one_in=4))


def split(of: Chooser, zone: Any) -> Call | None:
    """A small live block."""
    block = some(of.chance, (block for block in zone.live.items() if 0 < block[1] < 6))
    return block and Call("split", block)


def isolate(of: Chooser, zone: Any) -> Call | None:
    """A free block, unless too little would stay."""
    block = some(of.chance, zone.free_area.blocks())
    return block and Call("isolate", (*block[:2], of.chance.choice((0, 0, zone.nr_free_pages() // 2))))


def putback(of: Chooser, zone: Any) -> Call | None:
    """A block that is out."""
    page = some(of.chance, zone.out)
    return None if page is None else Call("putback", (page,))


def set_isolate(of: Chooser, zone: Any) -> Call | None:
    """The pageblock of a page, seldom without the split that the kernel makes then."""
    page = of.pageblock(zone)
    if page is None or zone.mobility.nr_isolate_pageblock > 1:
        return None
    return Call("set_isolate" if of.chance.randrange(4) == 0 else "isolate_pageblock", (page,))


def unset_isolate(of: Chooser, zone: Any) -> Call | None:
    """An isolated pageblock, by its first page."""
    size, inside = of.shape.pageblock, zone.mobility
    starts = range(-(-inside.start // size) * size, inside.end, size)
    page = some(of.chance, (page for page in starts if inside.pageblocks.migratetype(page) == 4))
    return None if page is None else Call("unset_isolate", (page, of.kind()))


def split_free(of: Chooser, zone: Any) -> Call | None:
    """A free block, anywhere inside."""
    block = some(of.chance, (block for block in zone.free_area.blocks() if block[1] > 0))
    return block and Call("split_free", (*block[:2], block[0] + of.chance.randrange(1, 1 << block[1])))


def reserve(of: Chooser, zone: Any) -> Call | None:
    """The pageblock of a live block."""
    page = some(of.chance, zone.live)
    return None if page is None else Call("reserve", (page,))


CHOOSE: Final[dict[str, Callable[[Chooser, Any], Call | None]]] = {
    "alloc": alloc,
    "free": free,
    "split": split,
    "isolate": isolate,
    "putback": putback,
    "set isolate": set_isolate,
    "unset isolate": unset_isolate,
    "split free": split_free,
    "reserve": reserve,
    "offline": lambda of, zone: Call("offline", (of.page(zone),)),
    "bulk": lambda of, zone: Call("alloc_bulk", (of.chance.randrange(12), of.kind(), of.cpu())),
    "drain": lambda of, zone: Call("drain", (of.cpu(),)),
    "drain all": lambda of, zone: Call("drain_all"),
    "unreserve": lambda of, zone: Call("unreserve", (of.kind(),), (("force", of.chance.randrange(2) == 0),)),
    "unreserve first": lambda of, zone: Call(
        "unreserve_first", (of.chance.randrange(of.shape.top + 1), of.kind())
    ),
    "refill": lambda of, zone: Call("refill_one", (0, of.kind(), of.cpu()), of.flags("no_fragment")),
    "drain one": lambda of, zone: Call("drain_one", (of.chance.randrange(8), of.cpu())),
    "search": lambda of, zone: Call("next_pindex", (of.chance.randrange(8), of.cpu())),
    "bulk drain": lambda of, zone: Call(
        "bulk_drain", (of.chance.randrange(1, 9), of.chance.randrange(8), of.cpu())
    ),
}
"""By name: how such a call is chosen; None if the zone allows none."""


@dataclass
class Program:
    """One run of random calls."""

    pair: Pair
    seed: str
    calls: list[Call] = field(default_factory=list)

    def run(self, length: int, until: float) -> Difference | None:
        """So many calls, or as many as there is time for; the first difference."""
        found = self.pair.first(())
        if found is not None:
            return found[1]
        chooser = Chooser(self.pair.shape, self.pair.mine, Random(self.seed))  # noqa: S311 # no secret
        for turn in range(length):
            if monotonic() > until:
                return None
            self.calls.append(chooser.call(emptying=turn // 60 % 2 == 1))
            differs = self.pair.make(self.calls[-1])
            if differs is not None:
                return differs
        return None
