"""Which part of a state differs from the kernel's, where that is known as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.kernel_calls.state import State, ZoneState
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES

SHOWN: Final = 8
"""So many entries of a list are told."""


def part_of_whole(kernel: State, model: State, first_page: int) -> str | None:
    """The first part that differs; None if none does."""
    if len(kernel) != len(model):
        return f"the number of zones: {len(kernel)} in the kernel, {len(model)} in the model"
    for number, (theirs, ours) in enumerate(zip(kernel, model, strict=True)):
        kernels, models = dict(parts(theirs, first_page)), dict(parts(ours, first_page))
        if kernels.keys() != models.keys():
            return f"zone {number}: more or fewer lists, CPUs or pageblocks in the kernel than in the model"
        for name, one in kernels.items():
            other = models[name]
            if one != other:
                return f"zone {number}, {name}: {shown(one)} in the kernel, {shown(other)} in the model"
    return None


def parts(zone: ZoneState, first_page: int) -> Iterator[tuple[str, object]]:
    """Every part of a zone's state, by name."""
    for order, lists in enumerate(zone.free_lists):
        for migratetype, blocks in enumerate(lists):
            yield f"free list of order {order}, type {migratetype}", blocks
    for cpu, each in enumerate(zone.per_cpu):
        yield f"CPU {cpu}, count", each.count
        yield f"CPU {cpu}, free_factor", each.free_factor
        for pindex, waiting in enumerate(each.lists):
            yield f"CPU {cpu}, per-CPU list {pindex}", waiting
    for number, migratetype in enumerate(zone.pageblocks):
        yield pageblock(number, first_page), migratetype
    for name in ("managed", "nr_isolate_pageblock", "nr_reserved_highatomic"):
        yield name, getattr(zone, name)


def pageblock(number: int, first_page: int) -> str:
    """A pageblock's type, by name."""
    return f"the type of the pageblock at page {first_page + number * PAGEBLOCK_PAGES}"


def shown(value: object) -> str:
    """The value, or as much of a list as tells something."""
    if not isinstance(value, list):
        return str(value)
    told = ", ".join(str(each if isinstance(each, int) else list(each)) for each in value[:SHOWN])
    more = f", ... ({len(value)} in all)" if len(value) > SHOWN else ""
    return f"[{told}{more}]"
