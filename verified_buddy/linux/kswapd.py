"""kswapd, which reclaims memory of a node before requests must: when it is woken, and when it may rest.

What it reclaims is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

from verified_buddy.linux import gfp
from verified_buddy.linux.system import ZoneState
from verified_buddy.linux.watermark import boost_after_balance, zone_watermark_ok
from verified_buddy.linux.zone_type import NR_ZONES

FAILURES_MOST: Final = 16
"""After so many rounds in vain a node is hopeless, until pages come back.  Linux: MAX_RECLAIM_RETRIES."""

NO_INDEX: Final = NR_ZONES
"""The highest zone index of a kswapd that nobody has asked."""


class Woken(Enum):
    """What became of a call that is to wake kswapd."""

    KSWAPD = "kswapd"
    KCOMPACTD = "kcompactd"
    """Reclaim is not what the node needs, but compaction may be."""
    NOBODY = "nobody"


class Kswapd:
    """What kswapd of one node was asked for.  Linux: pg_data_t, include/linux/mmzone.h."""

    __slots__ = ("asleep", "failures", "highest_zoneidx", "order")

    def __init__(self, order: int = 0, highest_zoneidx: int = NO_INDEX, failures: int = 0) -> None:
        self.order = order
        self.highest_zoneidx = highest_zoneidx
        self.failures = failures
        self.asleep = True
        """Whether it waits to be woken."""

    def ask(self, order: int, highest_zoneidx: int) -> None:
        """Raise what it is asked for; it never falls."""
        if self.highest_zoneidx == NO_INDEX or self.highest_zoneidx < highest_zoneidx:
            self.highest_zoneidx = highest_zoneidx
        self.order = max(self.order, order)

    def hopeless(self) -> bool:
        """Whether it has reclaimed in vain for too long."""
        return self.failures >= FAILURES_MOST


def wakeup_kswapd(
    kswapd: Kswapd, zones: Iterable[tuple[int, ZoneState]], gfp_mask: int, order: int, highest_zoneidx: int
) -> Woken:
    """Ask for blocks of the order in zones up to the index; who is woken, now that kswapd was asked.

    ``zones``: those of the node, with their indices, lowest first.  Linux: wakeup_kswapd(), mm/vmscan.c.
    """
    kswapd.ask(order, highest_zoneidx)
    if not kswapd.asleep:
        return Woken.NOBODY
    zones = tuple(zones)
    balanced = kswapd.hopeless() or (
        pgdat_balanced(zones, order, highest_zoneidx) and not boosted(zones, highest_zoneidx)
    )
    if not balanced:
        kswapd.asleep = False
        return Woken.KSWAPD
    return Woken.NOBODY if gfp_mask & gfp.DIRECT_RECLAIM != 0 else Woken.KCOMPACTD


def pgdat_balanced(zones: Iterable[tuple[int, ZoneState]], order: int, highest_zoneidx: int) -> bool:
    """Whether some zone up to the index is above its high watermark for the order, or none has pages.

    Linux: pgdat_balanced(), mm/vmscan.c.
    """
    managed = False
    for index, zone in zones:
        if index > highest_zoneidx or zone.managed == 0:
            continue
        managed = True
        mark = zone.watermark.high + zone.boost
        if zone_watermark_ok(zone, order, mark, highest_zoneidx, 0, safe_free_pages(zone)):
            return True
    return not managed


def safe_free_pages(zone: ZoneState) -> int:
    """The counter of free pages, exactly where it is so low that what CPUs keep back might matter.

    Linux: zone_watermark_ok_safe(), mm/page_alloc.c.
    """
    free = zone.free_pages()
    return zone.free_pages_exact() if free < zone.drift_mark else free


def boosted(zones: Iterable[tuple[int, ZoneState]], highest_zoneidx: int) -> bool:
    """Whether a steal has boosted the watermarks of a zone up to the index.

    Linux: pgdat_watermark_boosted(), mm/vmscan.c.
    """
    return any(zone.managed != 0 and zone.boost != 0 for index, zone in zones if index <= highest_zoneidx)


def boosts_at_start(zones: Iterable[tuple[int, ZoneState]], highest_zoneidx: int) -> dict[int, int]:
    """By index: the boost that a round of kswapd will give back.  Linux: balance_pgdat(), mm/vmscan.c."""
    return {index: zone.boost for index, zone in zones if index <= highest_zoneidx and zone.managed != 0}


def boosts_at_end(now: dict[int, int], at_start: dict[int, int]) -> dict[int, int]:
    """By index: what is left of the zones' boosts after the round."""
    return {index: boost_after_balance(boost, at_start.get(index, 0)) for index, boost in now.items()}
