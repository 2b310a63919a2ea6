"""The nodes of a machine as the specification tells them, over plain numbers; no line of the model.

The flags are written as numbers, as they stand in the specification's tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

HIGHEST = {0: 2, 1: 0, 2: 2, 4: 1, 8: 2, 9: 0, 0xA: 3, 0xC: 1}
"""By the four bits of the zones: the highest index."""
KIND = {0: 0, 8: 1, 0x10: 2}
"""By the two bits of mobility: the type."""
NO_INDEX = 5
RATIOS = (256, 256, 32, 0, 0)


class Facts(NamedTuple):
    """A zone at one moment."""

    managed: int
    marks: Sequence[int]
    boost: int
    reserve: Sequence[int]
    reserved: int
    read: int
    """The counter of free pages as it is read."""
    exact: int
    drift_mark: int
    listed: Collection[tuple[int, int]]
    """The orders and types that have a free block."""


def legal_gfp(gfp: object) -> bool:
    """Whether a request may have these flags."""
    if type(gfp) is not int or not 0 <= gfp < 1 << 24:
        return False
    return gfp & 0xF in HIGHEST and gfp & 0x18 in KIND


def allowed(zone: Facts, order: int, mark: int, highest: int, flags: int, free: int) -> bool:
    """Whether the zone keeps its mark."""
    unusable = 2**order - 1
    if not flags & (0x10 | 0x20 | 0x200 | 8):
        unusable += zone.reserved
    least = mark
    if flags & 0x20:
        least -= least // 2
        if flags & 0x10:
            least -= least // 4
    if flags & 8:
        least -= least // 2
    if free - unusable <= least + zone.reserve[highest]:
        return False
    types = {0, 1, 2, 3} if flags & (0x200 | 8) else {0, 1, 2}
    return order == 0 or any(kind in types and listed >= order for listed, kind in zone.listed)


def allowed_fast(zone: Facts, order: int, highest: int, flags: int, gfp: int) -> bool:
    """The same for a request that looks for its page, with the mark that its flags name."""
    mark = zone.marks[flags % 4] + zone.boost
    if order == 0:
        hidden = 0 if flags & (0x10 | 0x20 | 0x200 | 8) else zone.reserved
        if zone.read - min(zone.read, hidden) > mark + zone.reserve[highest]:
            return True
    if allowed(zone, order, mark, highest, flags, zone.read):
        return True
    atomic = order == 0 and gfp & 0x200 and zone.boost > 0 and flags % 4 == 0
    return bool(atomic) and allowed(zone, 0, zone.marks[0], highest, flags, zone.read)


def balanced(zones: Sequence[tuple[int, Facts]], order: int, highest: int) -> bool:
    """Whether kswapd has nothing to do for the order and the index."""
    managed = [zone for index, zone in zones if index <= highest and zone.managed]
    return not managed or any(
        allowed(
            zone,
            order,
            zone.marks[2] + zone.boost,
            highest,
            0,
            zone.exact if zone.read < zone.drift_mark else zone.read,
        )
        for zone in managed
    )


def kswapd_wakes(zones: Sequence[tuple[int, Facts]], failures: int, order: int, highest: int) -> bool:
    """Whether a kswapd that is asleep wakes when it is asked."""
    boosted = any(zone.boost for index, zone in zones if index <= highest and zone.managed)
    return failures < 16 and (boosted or not balanced(zones, order, highest))


def context_gfp(gfp: int, *, noio: bool, nofs: bool, pin: bool) -> int:
    """The flags without what the task must not do."""
    if noio:
        gfp &= ~0xC0
    if nofs:
        gfp &= ~0x80
    return gfp & ~8 if pin else gfp


def slow_flags(gfp: int, order: int, *, realtime: bool) -> int:
    """The flags of the slow path."""
    flags = 0x40 | (0x20 if gfp & 0x20 else 0) | (0x800 if gfp & 0x800 else 0)
    if gfp & 0x400:
        return flags | (0x20 if realtime else 0)
    if not gfp & 0x80000:
        flags |= 0x10
        if order > 0 and flags & 0x20:
            flags |= 0x200
    return flags & ~0x40 if flags & 0x20 else flags


def zonelists(
    zones: Sequence[Sequence[int]], distances: Sequence[Sequence[int]], cpus: Sequence[int]
) -> list[list[tuple[int, int]]]:
    """For each node the zones that its requests look at, as (node, type); of each node those with pages."""
    load = [0] * len(zones)
    lists = []
    for local in range(len(zones)):
        order, before = [local], local
        while True:
            rest = [node for node in range(len(zones)) if node not in order and zones[node]]
            if not rest:
                break

            def cost(node: int, local: int = local) -> int:
                far = distances[local][node] + (node < local) + (cpus[node] > 0)
                return far * 1024 + load[node]

            node = min(rest, key=cost)
            if distances[local][node] != distances[local][before]:
                load[node] += 1
            order.append(node)
            before = node
        lists.append([(node, zone) for node in order for zone in sorted(zones[node], reverse=True)])
    return lists


def marks(kbytes: int, managed: int, total: int) -> tuple[int, int, int]:
    """The watermarks min, low and high."""
    least = kbytes // 4 * managed // total
    step = max(least // 4, managed * 10 // 10000)
    return least, least + step, least + 2 * step


def usual_kbytes(pages: int) -> int:
    """How much a machine keeps free that has so many pages up to NORMAL."""
    root = int((16 * 4 * pages) ** 0.5)
    return min(max(root, 128), 262144)


def reserve(zone: int, managed: Sequence[int]) -> list[int]:
    """What a zone of a node keeps from requests, by their highest index."""
    return [
        sum(managed[zone + 1 : index + 1]) // RATIOS[zone] if RATIOS[zone] and managed[zone] else 0
        for index in range(5)
    ]


def cpu_limits(managed: int, low: int, cpus: int) -> tuple[int, int]:
    """How much the lists of a CPU hold, and how much moves at once."""
    quarter = max(min(managed // 1024, 256) // 4, 1)
    power = 1
    while power * 2 <= quarter + quarter // 2:
        power *= 2
    batch = max(power - 1, 1)
    return max(low // cpus, 4 * batch), batch


def normal_threshold(managed: int, cpus: int) -> int:
    """How much a CPU hides while kswapd sleeps."""
    return min(125, 2 * len(f"{cpus:b}") * (1 + (len(f"{managed // 32768:b}") if managed >= 32768 else 0)))


def pressure_threshold(low: int, least: int, cpus: int) -> int:
    """How much a CPU hides while kswapd is awake."""
    return min(125, max(1, (low - least) // cpus))


def counted(value: int, diff: int, threshold: int, delta: int) -> tuple[int, int]:
    """A counter and one CPU's difference once that CPU has counted so many pages more."""
    diff += delta
    return (value + diff, 0) if abs(diff) > threshold else (value, diff)
