"""/proc/slabinfo: the objects and slabs of each cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from verified_buddy.slab.cache import SlabCache

HEAD: Final = (
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
    " : tunables <limit> <batchcount> <sharedfactor>"
    " : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
)
TUNABLES: Final = " : tunables    0    0    0"
"""SLUB has none."""


class CacheCounts(NamedTuple):
    """A cache: its objects in use and all of them, bytes of one, objects and pages of a slab, and slabs."""

    name: str
    active_objs: int
    num_objs: int
    objsize: int
    objperslab: int
    pagesperslab: int
    num_slabs: int
    """SLUB calls each of them active."""


def show_slabinfo(caches: Iterable[CacheCounts]) -> str:
    """The file; the cache that was made last is first.

    Linux: cache_show(), mm/slab_common.c.
    """
    return HEAD + "".join(map(cache_line, caches))


def cache_line(cache: CacheCounts) -> str:
    """The line about one cache."""
    name, active, objects, size, each, pages, slabs = cache
    return (
        f"{name:<17} {active:6d} {objects:6d} {size:6d} {each:4d} {pages:4d}{TUNABLES}"
        f" : slabdata {slabs:6d} {slabs:6d} {0:6d}\n"
    )


def cache_counts(name: str, cache: SlabCache) -> CacheCounts:
    """The counts of a live cache; what is free in its active slab passes for in use.

    Linux: get_slabinfo(), mm/slub.c.
    """
    slabs = {slab.pfn: slab.objects for slab in cache.slabs.values()}
    objects, free = sum(slabs.values()), sum(len(slab.free_list) for slab in cache.partial.values())
    return CacheCounts(name, objects - free, objects, cache.size, cache.objects, 1 << cache.order, len(slabs))
