"""A zone and a CPU's lists as plain lists and tables, drawn at random; and the same as our own objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from verified_buddy.linux.mobility import MobilityZone
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.pcp import PerCpuPages
from verified_buddy.linux.versions.v6_1 import LINUX_6_1

START, END = 300, 3000
"""The zone's pages; blocks lie in a part of it."""
FIRST, LAST = 512, 2560
ORDERS, TYPES = range(11), range(5)
SMALL: Final = (0, 1, 2, 3)
"""The orders that have three per-CPU lists each; the largest of a pageblock has two more."""


@dataclass
class Plain:
    """What there is, in plain words."""

    free: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """By order and type: the first pages of the blocks, from the head of the list to its tail."""
    kinds: list[int] = field(default_factory=list)
    """The type of each pageblock."""
    listed: list[list[tuple[int, int]]] = field(default_factory=list)
    """By per-CPU list: pages and the types that they carry, from the head to the tail."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Counters."""
    used: list[tuple[int, int]] = field(default_factory=list)
    """Blocks that are on no list, with their orders."""

    def blocks(self) -> dict[int, tuple[int, int]]:
        """By first page: order and type of every free block."""
        return {page: at for at, pages in self.free.items() for page in pages}


def index_of(order: int, kind: int) -> int:
    """The per-CPU list of an order and a type."""
    return 3 * order + kind if order in SMALL else 12 + (kind == 1)


def order_of(index: int) -> int:
    """The order of a per-CPU list's blocks."""
    return index // 3 if index < 12 else 9


def drawn(random: Random) -> Plain:
    """A state: pages that are free, in use, or on a per-CPU list."""
    made = Plain({(order, kind): [] for order in ORDERS for kind in TYPES})
    made.kinds = [random.choice(TYPES) for _ in range(8)]
    made.listed = [[] for _ in range(14)]
    page = FIRST
    while page < LAST:
        most = max(order for order in ORDERS if page % (1 << order) == 0 and page + (1 << order) <= LAST)
        order = random.randint(0, most)
        fate, kind = random.randrange(3), random.choice(TYPES)
        if fate == 0:
            made.free[order, kind].append(page)
        elif fate == 1 and order in (*SMALL, 9):
            made.listed[index_of(order, kind % 3)].append((page, kind))
        else:
            made.used.append((page, order))
        page += 1 << order
    for blocks in (*made.free.values(), *made.listed):
        random.shuffle(blocks)  # type: ignore[arg-type]  # lists of pages, or of pages with types
    names = ("managed", "nr_isolate_pageblock", "nr_reserved_highatomic", "high", "batch", "free_factor")
    made.numbers = {name: random.randrange(1, 60) for name in names}
    made.numbers["count"] = sum(len(pages) << order_of(at) for at, pages in enumerate(made.listed))
    return made


def objects(plain: Plain) -> tuple[MobilityZone, PerCpuPages]:
    """The same as our own objects."""
    zone, pcp = MobilityZone(START, END, Pageblocks(), LINUX_6_1), PerCpuPages()  # type: ignore[arg-type]  # page numbers
    made: Any = zone
    for (order, kind), pages in plain.free.items():
        for page in pages:
            made.free_area.add(page, order, kind, tail=True)
    for number, kind in enumerate(plain.kinds):
        made.pageblocks.set(512 * number, kind)
    lists: Any = pcp
    for index, pages_of in enumerate(plain.listed):
        for page, kind in pages_of:
            lists.add(index, page, kind, tail=True)
    for name, value in plain.numbers.items():
        setattr(pcp if hasattr(pcp, name) else zone, name, value)
    return zone, pcp


def of_objects(zone: Any, pcp: Any, plain: Plain) -> Plain:
    """What the objects hold, in plain words; what is in use is nowhere in them."""
    free: dict[tuple[int, int], list[int]] = {(order, kind): [] for order in ORDERS for kind in TYPES}
    for page, order, kind in zone.free_area.blocks():
        free[order, int(kind)].append(int(page))
    kinds = [int(zone.pageblocks.migratetype(512 * number)) for number in range(len(plain.kinds))]
    listed = [[(int(page), int(kind)) for page, kind in blocks.items()] for blocks in pcp.lists]
    numbers = {name: int(getattr(pcp if hasattr(pcp, name) else zone, name)) for name in plain.numbers}
    return Plain(free, kinds, listed, numbers, plain.used)
