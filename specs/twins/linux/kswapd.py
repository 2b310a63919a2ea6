"""Broken twins of kswapd."""

from __future__ import annotations

from functools import partial

from specs.ledger.subject import Twin

_twin = partial(Twin, module="linux.kswapd")

TWINS = (
    _twin(
        "kswapd-woken-when-balanced",
        old="pgdat_balanced(zones, order, highest_zoneidx) and not",
        new="False and not",
    ),
    _twin(
        "kswapd-not-woken-when-boosted",
        old="pgdat_balanced(zones, order, highest_zoneidx) and not boosted(zones, highest_zoneidx)",
        new="pgdat_balanced(zones, order, highest_zoneidx)",
    ),
    _twin(
        "kswapd-gives-up-a-round-late",
        old="self.failures >= FAILURES_MOST",
        new="self.failures > FAILURES_MOST",
    ),
    _twin("kswapd-order-lowered", old="self.order = max(self.order, order)", new="self.order = order"),
    _twin("kswapd-index-lowered", old="or self.highest_zoneidx < highest_zoneidx:", new="or True:"),
    _twin(
        "kswapd-compaction-for-who-can-reclaim",
        old="return Woken.NOBODY if gfp_mask & gfp.DIRECT_RECLAIM != 0 else Woken.KCOMPACTD",
        new="return Woken.KCOMPACTD",
    ),
    _twin(
        "kswapd-boost-of-any-zone",
        old="for index, zone in zones if index <= highest_zoneidx)\n",
        new="for index, zone in zones)\n",
    ),
    _twin("kswapd-balanced-without-boost", old="zone.watermark.high + zone.boost", new="zone.watermark.high"),
    _twin("kswapd-balanced-at-low", old="zone.watermark.high +", new="zone.watermark.low +"),
    _twin("kswapd-unbalanced-without-pages", old="    return not managed\n", new="    return False\n"),
    _twin(
        "kswapd-trusts-the-counter",
        old="zone.free_pages_exact() if free < zone.drift_mark else free",
        new="free",
    ),
    _twin("kswapd-boost-all-gone", old="boost_after_balance(boost, at_start.get(index, 0))", new="0"),
    _twin(
        "kswapd-boost-of-higher-zones",
        old="zone in zones if index <= highest_zoneidx and zone.managed != 0}",
        new="zone in zones if zone.managed != 0}",
    ),
)
