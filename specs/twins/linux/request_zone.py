"""Broken twins of the zone that requests choose by its watermarks."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("request-zone-boost-is-not-told", "linux.request_zone", "self.boosted |= self.tells_kswapd", "pass"),
    Twin(
        "request-zone-reserve-for-all",
        "linux.request_zone",
        "last_resort=alloc_flags & (OOM | NON_BLOCK) != 0",
        "last_resort=True",
    ),
    Twin(
        "request-zone-hides-as-much-awake",
        "linux.request_zone",
        "                if pressure\n",
        "                if not pressure\n",
    ),
    Twin(
        "request-zone-boosts-no-zone",
        "linux.request_zone",
        "self.kernel._replace(fall_back=self.fall_back, boost=self.boost_watermark)",
        "self.kernel._replace(fall_back=self.fall_back)",
    ),
    Twin(
        "request-zone-cpus-hold-to-the-high-mark",
        "linux.request_zone",
        "zone_highsize(watermark.low,",
        "zone_highsize(watermark.high,",
    ),
)
