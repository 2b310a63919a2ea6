"""Loads by name: mixes of requests, as a table; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from random import Random
from typing import Final, NamedTuple

from verified_buddy.linux import gfp
from verified_buddy.simulate.load import Ask, Fold, Give, Step

NOWARN_COMP: Final = gfp.NOWARN | gfp.NORETRY | gfp.COMP
SLAB: Final = gfp.GFP_KERNEL | NOWARN_COMP | gfp.NOMEMALLOC
READAHEAD: Final = gfp.GFP_HIGHUSER_MOVABLE | gfp.NOWARN | gfp.NORETRY | gfp.COMP
TABLES: Final = gfp.GFP_KERNEL_ACCOUNT | gfp.ZERO
OFTEN: Final = 1000
"""After so many requests every CPU tells the counters what it hides."""


class Kind(NamedTuple):
    """One kind of request."""

    often: int
    """Of so many requests in a thousand."""
    gfp_mask: int
    orders: tuple[int, ...]
    """One of these, each as often."""
    share: float
    """The part of the memory that its blocks hold when as many come as go."""
    reclaimable: bool = False
    """Whether its blocks are there until they are reclaimed, and ``share`` does not matter."""


LOADS: Final[dict[str, tuple[Kind, ...]]] = {
    "kernel-build": (
        Kind(500, gfp.GFP_HIGHUSER_MOVABLE | gfp.ZERO, (0,), 0.45),
        Kind(200, READAHEAD, (0, 0, 0, 2), 0, reclaimable=True),
        Kind(120, TABLES, (0,), 0.04),
        Kind(80, SLAB, (0, 1, 2, 3), 0.04),
        Kind(60, SLAB | gfp.RECLAIMABLE, (0, 1, 2), 0.12),
        Kind(40, gfp.GFP_KERNEL, (0, 0, 1, 2), 0.02),
    ),
    "page-cache": (
        Kind(800, READAHEAD, (0, 0, 0, 0, 1, 2, 4), 0, reclaimable=True),
        Kind(120, SLAB | gfp.RECLAIMABLE, (0, 0, 1, 2), 0.15),
        Kind(60, SLAB, (0, 1), 0.03),
        Kind(20, TABLES, (0,), 0.02),
    ),
    "network": (
        Kind(350, gfp.GFP_ATOMIC | gfp.NOWARN, (0,), 0.05),
        Kind(250, gfp.GFP_ATOMIC | gfp.NOWARN | gfp.COMP, (1, 2, 3), 0.15),
        Kind(150, gfp.GFP_KERNEL | NOWARN_COMP, (3,), 0.20),
        Kind(150, gfp.GFP_HIGHUSER_MOVABLE, (0,), 0.30),
        Kind(100, READAHEAD, (0, 2), 0, reclaimable=True),
    ),
    "thp": (
        Kind(20, gfp.GFP_TRANSHUGE, (9,), 0.45),
        Kind(30, gfp.GFP_TRANSHUGE_LIGHT, (9,), 0.10),
        Kind(450, gfp.GFP_HIGHUSER_MOVABLE, (0,), 0.20),
        Kind(200, TABLES, (0,), 0.05),
        Kind(150, SLAB | gfp.RECLAIMABLE, (0, 1, 2), 0.10),
        Kind(150, READAHEAD, (0, 2), 0, reclaimable=True),
    ),
}
"""By name: the mix; its ``often`` are a thousand together."""


def named_load(name: str, requests: int, seed: int, pages: int, cpus: int) -> Iterator[Step]:
    """So many requests of the mix, on a machine of so many pages, and the frees between them."""
    random, kinds = Random(seed), LOADS[name]  # noqa: S311  # no secret depends on it
    ends: list[tuple[float, int, int]] = []
    weights = [kind.often for kind in kinds]
    for number in range(requests):
        while ends and ends[0][0] <= number:
            _, ended, cpu = heappop(ends)
            yield Give(ended, cpu)
        (kind,) = random.choices(kinds, weights)
        order, cpu = random.choice(kind.orders), random.randrange(cpus)
        yield Ask(number, kind.gfp_mask, order, cpu, None, kind.reclaimable)
        if not kind.reclaimable:
            mean = kind.share * pages * 1000 / (kind.often * average(kind.orders))
            other = cpu if random.random() < 0.9 else random.randrange(cpus)
            heappush(ends, (number + random.expovariate(1 / mean), number, other))
        if number % OFTEN == OFTEN - 1:
            yield from map(Fold, range(cpus))


def average(orders: tuple[int, ...]) -> float:
    """The pages of a block, on the average."""
    return sum(1 << order for order in orders) / len(orders)
