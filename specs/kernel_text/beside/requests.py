"""The request layer on both sides: numbers and flags around those at which the answer turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any, Final

from verified_buddy.free_area import Migratetype
from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import HIGHATOMIC, MIN_RESERVE, NON_BLOCK, OOM
from verified_buddy.linux.watermark import reduced_mark, unusable_free

Case = tuple[str, tuple[Any, ...], dict[str, int]]
"""A function of ours, as module.function, and its arguments."""
BELOW: Final = tuple(
    sum(each) for each in product((0, OOM), (0, MIN_RESERVE), (0, NON_BLOCK), (0, HIGHATOMIC))
)
"""Every combination of the flags that reach below a mark."""
ORDERS: Final = (0, 1, 3, 10)
MARKS: Final = (0, 3, 21, 1 << 40)


@dataclass(frozen=True)
class Marked:
    """A zone of which a watermark asks: what it keeps, and which lists have a block."""

    nr_reserved_highatomic: int
    lowmem_reserve: tuple[int, ...]
    lists: frozenset[tuple[int, int]]

    def has_free(self, order: int, migratetype: Migratetype) -> bool:
        """Whether a block of that very order and type is free."""
        return (order, int(migratetype)) in self.lists


def zones(order: int) -> Iterator[Marked]:
    """With no block, with one too small, and with one of each type that is as large, or the largest."""
    lists = [(size, each) for size in sorted({order, 10}) for each in range(5)]
    small = [(order - 1, 0)] if order else []
    for number, found in enumerate([(), *((each,) for each in (*small, *lists))]):
        yield Marked(512 * (number % 2), (0, 7, 256, 1 << 20), frozenset(found))


def asked_of_zones() -> Iterator[tuple[Marked, int, int, int, int, int]]:
    """Zone, order, mark, index, flags, and free pages: around as many as are needed."""
    index = cycle(range(4))
    for mark, flags, order in product(MARKS, BELOW, ORDERS):
        for zone in zones(order):
            highest = next(index)
            least = reduced_mark(mark, flags) + zone.lowmem_reserve[highest]
            least += unusable_free(order, flags, zone.nr_reserved_highatomic)
            for free in {0, max(least - 1, 0), least, least + 1}:
                yield zone, order, mark, highest, flags, free


def unusables() -> Iterator[Case]:
    """Every order and every combination of flags."""
    for flags, order, reserved in product(BELOW, range(11), (0, 1, 512, 1 << 40)):
        yield "linux.watermark.unusable_free", (order, flags, reserved), {}


def oks() -> Iterator[Case]:
    """The full check."""
    for case in asked_of_zones():
        yield "linux.watermark.zone_watermark_ok", case, {}


def fasts() -> Iterator[Case]:
    """The fast one, of requests that are atomic and that are not, with and without a boost."""
    ways = cycle(product((0, gfp.ATOMIC), (0, 1, 64), range(4)))
    for zone, order, mark, index, flags, free in asked_of_zones():
        mask, boost, which = next(ways)
        whole = (zone, order, mark + boost, index, flags | which, mask, free, boost)
        yield "linux.watermark.zone_watermark_fast", whole, {}


def masks() -> Iterator[int]:
    """Every combination of the bits that choose the zone and the type, without and with all others."""
    bits = [1 << bit for bit in range(gfp.ALL.bit_length()) if 1 << bit & (gfp.ZONEMASK | gfp.MOVABLE_MASK)]
    for chosen in product(*((0, bit) for bit in bits)):
        for rest in (0, gfp.ALL & ~sum(bits)):
            if gfp.is_legal(mask := sum(chosen) | rest):
                yield mask


def zones_of_masks() -> Iterator[Case]:
    """Each legal mask."""
    for mask in masks():
        yield "linux.gfp.gfp_zone", (mask,), {}


def types_of_masks() -> Iterator[Case]:
    """Each legal mask, with and without grouping by mobility."""
    for mask, off in product(masks(), (False, True)):
        yield "linux.gfp.gfp_migratetype", (mask,), {"mobility_off": off}


def alloc_flags() -> Iterator[Case]:
    """Each combination of the bits that decide, for one page and for more, of either kind of task."""
    bits = (gfp.HIGH, gfp.KSWAPD_RECLAIM, gfp.DIRECT_RECLAIM, gfp.NOMEMALLOC, gfp.MOVABLE)
    combinations = product(*((0, bit) for bit in bits))
    for chosen, order, realtime in product(combinations, (0, 1, 10), (False, True)):
        yield "linux.alloc_flags.gfp_to_alloc_flags", (sum(chosen), order), {"realtime": realtime}


PARTS: Final = (unusables, oks, fasts, zones_of_masks, types_of_masks, alloc_flags)
"""All of them."""
