"""Broken twins of whether a request tries again."""

from __future__ import annotations

from functools import partial

from specs.ledger.subject import Twin

_retry = partial(Twin, module="linux.slow_retry")

TWINS = (
    _retry(
        "slowpath-reserve-kept-to-the-end",
        old="return system.unreserve_highatomic(context, force=True)",
        new="return False",
        source="Linux 04c8716f7b00",
    ),
    _retry("slowpath-one-loop-less", old="loops <= MAX_RECLAIM_RETRIES", new="loops < MAX_RECLAIM_RETRIES"),
    _retry("slowpath-no-limit-of-loops", old="if loops <= MAX_RECLAIM_RETRIES:", new="if True:"),
    _retry(
        "slowpath-loops-never-reset",
        old="0 if way.progress > 0 and not way.costly else way.no_progress_loops + 1",
        new="way.no_progress_loops + 1",
    ),
    _retry(
        "slowpath-loops-reset-for-costly-orders",
        old="way.progress > 0 and not way.costly else",
        new="way.progress > 0 else",
    ),
    _retry(
        "slowpath-retry-without-the-boost", old="state.watermark.min + state.boost", new="state.watermark.min"
    ),
    _retry("slowpath-retry-by-the-low-mark", old="state.watermark.min +", new="state.watermark.low +"),
    _retry(
        "slowpath-compacts-as-often-for-costly-orders",
        old="MAX_COMPACT_RETRIES // 4 if way.costly else",
        new="MAX_COMPACT_RETRIES if way.costly else",
    ),
    _retry(
        "slowpath-costly-orders-compact-hardest",
        old="HARDEST_COSTLY_PRIORITY if way.costly else",
        new="HARDEST_PRIORITY if way.costly else",
    ),
    _retry(
        "slowpath-retries-not-forgotten",
        old="    way.compact_priority -= 1\n    way.compaction_retries = 0\n",
        new="    way.compact_priority -= 1\n",
    ),
    _retry(
        "slowpath-waits-for-the-dying",
        old="way.order == 0 or way.system.fatal_signal()",
        new="way.order == 0",
    ),
    _retry("slowpath-kills-for-costly-orders", old="spared = way.costly or ", new="spared = "),
    _retry(
        "slowpath-kills-for-low-zones",
        old="way.context.highest_zoneidx >= NORMAL and way.system",
        new="way.system",
    ),
    _retry(
        "slowpath-last-look-at-low", old="way.got(WMARK_HIGH | CPUSET, mask)", new="way.got(1 | CPUSET, mask)"
    ),
    _retry(
        "slowpath-last-look-not-hardwall",
        old="(way.gfp_mask | gfp.HARDWALL) & ~gfp.DIRECT_RECLAIM",
        new="way.gfp_mask & ~gfp.DIRECT_RECLAIM",
    ),
    _retry(
        "slowpath-last-look-may-reclaim",
        old="(way.gfp_mask | gfp.HARDWALL) & ~gfp.DIRECT_RECLAIM",
        new="way.gfp_mask | gfp.HARDWALL",
    ),
    _retry("slowpath-lock-is-kept", old="    system.oom_unlock()\n", new=""),
)
