"""Broken twins of the slow path."""

from __future__ import annotations

from functools import partial

from specs.ledger.subject import Twin

_state = partial(Twin, module="linux.slowpath")

TWINS = (
    _state(
        "slowpath-first-look-at-low",
        old="State.GOT if way.got(way.alloc_flags) else State.C0",
        new="State.GOT if way.got(way.alloc_flags | 1) else State.C0",
    ),
    _state(
        "slowpath-counts-on-when-it-begins-anew",
        old="way.compaction_retries = way.no_progress_loops = 0",
        new="way.compaction_retries = 0",
    ),
    _state(
        "slowpath-compacts-as-hard-as-before",
        old="    way.compact_priority = USUAL_PRIORITY\n",
        new="",
    ),
    _state(
        "slowpath-compacts-for-single-pages",
        old="way.costly or (way.order > 0 and way.context.migratetype != MOVABLE)",
        new="way.costly or way.context.migratetype != MOVABLE",
    ),
    _state(
        "slowpath-compacts-for-movable-pages",
        old="(way.order > 0 and way.context.migratetype != MOVABLE)",
        new="way.order > 0",
    ),
    _state(
        "slowpath-compacts-for-who-has-reserves",
        old="and wanted and reserve_flags(way) == 0)",
        new="and wanted)",
    ),
    _state(
        "slowpath-goes-on-when-deferred",
        old="(CompactResult.SKIPPED, CompactResult.DEFERRED)",
        new="(CompactResult.SKIPPED,)",
    ),
    _state(
        "slowpath-reclaims-for-huge-pages-of-a-node",
        old="        if way.has(gfp.THISNODE):\n            return State.NOPAGE\n",
        new="",
    ),
    _state(
        "slowpath-second-look-skipped",
        old="    if way.got(way.alloc_flags):\n        return State.GOT\n    return State.R if",
        new="    return State.R if",
    ),
    _state(
        "slowpath-reserves-stay-in-the-cpuset",
        old="if reserves != 0 or way.alloc_flags & CPUSET == 0:",
        new="if reserves == 0 and way.alloc_flags & CPUSET == 0:",
    ),
    _state(
        "slowpath-nodemask-not-widened",
        old="way.context._replace(nodemask=None)",
        new="way.context._replace()",
    ),
    _state(
        "slowpath-kswapd-falls-asleep",
        old="    wake_all_kswapds(way)\n    reserves",
        new="    reserves",
    ),
    _state(
        "slowpath-reserves-forget-kswapd",
        old="way.alloc_flags & KSWAPD | reserves",
        new="reserves",
    ),
    _state(
        "slowpath-reclaims-within-reclaim",
        old="way.has(gfp.DIRECT_RECLAIM) and not way.system.no_reclaim() else",
        new="way.has(gfp.DIRECT_RECLAIM) else",
    ),
    _state("slowpath-no-drain", old="    way.system.drain_all()\n", new=""),
    _state(
        "slowpath-drains-before-it-looks",
        old="    if way.got(way.alloc_flags):\n        return State.GOT\n"
        "    way.system.unreserve_highatomic(way.context, force=False)\n    way.system.drain_all()\n",
        new="    way.system.unreserve_highatomic(way.context, force=False)\n    way.system.drain_all()\n"
        "    if way.got(way.alloc_flags):\n        return State.GOT\n",
    ),
    _state("slowpath-noretry-ignored", old="way.has(gfp.NORETRY) or (way.costly", new="(way.costly"),
    _state(
        "slowpath-costly-order-insists",
        old="insists = way.can_compact and way.has(gfp.RETRY_MAYFAIL)",
        new="insists = way.can_compact",
    ),
    _state(
        "slowpath-change-before-a-kill-missed",
        old="State.RESTART if way.system.changed() else State.G",
        new="State.G",
    ),
    _state(
        "slowpath-victim-loops",
        old="    if way.system.oom_victim() and (way.alloc_flags & OOM != 0 or way.has(gfp.NOMEMALLOC)):\n"
        "        return State.NOPAGE\n    if killed:",
        new="    if killed or way.system.oom_victim():",
    ),
    _state(
        "slowpath-loops-not-reset-by-a-kill",
        old="        way.no_progress_loops = 0\n        return State.RETRY",
        new="        return State.RETRY",
    ),
    _state(
        "slowpath-nofail-fails",
        old="not way.has(gfp.NOFAIL) or not way.has(gfp.DIRECT_RECLAIM)",
        new="not way.has(gfp.NOFAIL) or way.costly or not way.has(gfp.DIRECT_RECLAIM)",
    ),
    _state(
        "slowpath-nofail-atomic-loops",
        old="not way.has(gfp.NOFAIL) or not way.has(gfp.DIRECT_RECLAIM)",
        new="not way.has(gfp.NOFAIL)",
    ),
    _state(
        "slowpath-nofail-takes-all-at-once",
        old="search_all_nodes(way, MIN_RESERVE)",
        new="search_all_nodes(way, 4)",
    ),
    _state(
        "slowpath-table-without-restart",
        old="(State.FAIL, State.GOT, State.RETRY, State.RESTART)",
        new="(State.FAIL, State.GOT, State.RETRY)",
    ),
    _state("slowpath-failure-not-told", old="    if state is State.FAIL:\n", new="    if False:\n"),
    _state(
        "slowpath-atomic-may-wait",
        old="SlowPath(system, slowpath_gfp(gfp_mask), order,",
        new="SlowPath(system, gfp_mask, order,",
    ),
)
