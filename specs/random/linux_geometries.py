"""Zones in which the Linux zone is compared with its oracle: where each lies, and how its CPUs cache."""

from __future__ import annotations

from specs.random.linux_beside import Geometry


def spread(pfn: int) -> int:
    """Another share of movable pages for each pageblock: so many from the page to the pageblock's end."""
    return pfn // 512 * 97 % 513 * (512 - pfn % 512) // 512


def at_most_300(pfn: int) -> int:
    """Of every pageblock the upper 300 pages."""
    return min(300, 512 - pfn % 512)


GEOMETRIES = {
    "memory starts at page 1": Geometry([(1, 2048, [(1, 2048)])], 1, 41, 7, lambda pfn: 0),
    "holes, and an end inside a pageblock": Geometry(
        [(100, 3000, [(100, 700), (800, 1500), (1601, 3000)])], 2, 120, 15, spread
    ),
    "two zones share a pageblock": Geometry(
        [(0, 1300, [(0, 1300)]), (1300, 4096, [(1300, 4096)])], 2, 60, 7, spread
    ),
    "two zones meet at an odd page": Geometry(
        [(0, 1301, [(0, 1301)]), (1301, 3072, [(1301, 2000), (2001, 3072)])], 1, 28, 7, at_most_300
    ),
    "early boot: no lists": Geometry([(0, 8192, [(0, 8192)])], 3, 0, 1, lambda pfn: 0),
    "hardly any memory": Geometry([(500, 540, [(500, 540)])], 1, 4, 1, at_most_300),
    "long lists, all in use movable": Geometry([(1024, 7168, [(1024, 7168)])], 1, 528, 15, lambda pfn: 512),
}
"""Unaligned starts and ends, holes, shared pageblocks, and all lengths of per-CPU lists."""
