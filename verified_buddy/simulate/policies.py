"""The fallback of each kernel, as a zone that requests use."""

from __future__ import annotations

from functools import cache
from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.mobility import MobilityZone, MovablePages
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.versions.v6_12 import LINUX_6_12
from verified_buddy.linux.watermark import boost_after_steal, may_boost
from verified_buddy.pfn import Order, Pfn


class ClaimingZone(RequestZone):
    """A zone that falls back as Linux 6.12 does; in all else it is one of Linux 6.1.

    A claim of less than a pageblock boosts the marks, be it in vain or not.
    Linux 6.12: try_to_claim_block(), mm/page_alloc.c.
    """

    kernel = LINUX_6_12

    def fall_back(
        self,
        zone: MobilityZone,
        order: Order,
        migratetype: Migratetype,
        movable_pages: MovablePages,
        no_fragment: bool,
    ) -> Pfn | None:
        """Take another type's block."""

        def tried(pfn: Pfn) -> int:
            if may_boost(self.watermark.high, self.managed):
                self.boost = boost_after_steal(self.boost, self.watermark.high, self.managed)
                self.boosted |= self.tells_kswapd
            return movable_pages(pfn)

        return LINUX_6_12.fall_back(zone, order, migratetype, tried, no_fragment)


ZONES: Final[dict[str, type[RequestZone]]] = {
    LINUX_6_1.name: RequestZone,
    LINUX_6_12.name: ClaimingZone,
}
"""By policy: its zones."""
DEFAULT: Final = LINUX_6_1.name


@cache
def zones_of(policy: str, kind: type[RequestZone]) -> type[RequestZone]:
    """The policy's zones, which are of that kind besides."""
    zone = ZONES[policy]
    return kind if issubclass(kind, zone) else type(f"{kind.__name__}{zone.__name__}", (kind, zone), {})
