"""Whether a request tries again: while reclaim or compaction may still help, or a task can be killed."""

from __future__ import annotations

from typing import Final

from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import CPUSET, NO_WATERMARKS, WMARK_HIGH
from verified_buddy.linux.compaction import (
    HARDEST_COSTLY_PRIORITY,
    HARDEST_PRIORITY,
    WITHDRAWN,
    CompactResult,
)
from verified_buddy.linux.slow_request import SlowPath, search_all_nodes
from verified_buddy.linux.watermark import zone_watermark_ok
from verified_buddy.linux.zone_type import NORMAL
from verified_buddy.linux.zonelist import eligible

MAX_RECLAIM_RETRIES: Final = 16
"""So often in a row reclaim may achieve nothing; mm/internal.h."""
MAX_COMPACT_RETRIES: Final = 16
"""So often compaction is tried again; include/linux/compaction.h."""


def should_reclaim_retry(way: SlowPath) -> bool:
    """Whether reclaim could still give a zone enough pages; the highatomic reserve is given up last.

    Linux: should_reclaim_retry(), mm/page_alloc.c.
    """
    system, context = way.system, way.context
    loops = 0 if way.progress > 0 and not way.costly else way.no_progress_loops + 1
    way.no_progress_loops = loops
    if loops <= MAX_RECLAIM_RETRIES:
        for zone in eligible(context.zonelist, context.highest_zoneidx, context.nodemask):
            state = system.zone(zone)
            pages = system.reclaimable(zone) + state.free_pages_exact()
            mark = state.watermark.min + state.boost
            if zone_watermark_ok(state, way.order, mark, context.highest_zoneidx, way.alloc_flags, pages):
                return True
    return system.unreserve_highatomic(context, force=True)


def should_compact_retry(way: SlowPath) -> bool:
    """Whether compaction may be tried again, as hard as before or harder.

    Linux: should_compact_retry(), mm/page_alloc.c.
    """
    result = way.compact_result
    if way.order == 0 or way.system.fatal_signal():
        return False
    if result is CompactResult.SUCCESS:
        way.compaction_retries += 1
    if result is CompactResult.SKIPPED:
        return way.system.compaction_suitable(way.order, way.alloc_flags, way.context)
    if result is not CompactResult.COMPLETE and result not in WITHDRAWN:
        most = MAX_COMPACT_RETRIES // 4 if way.costly else MAX_COMPACT_RETRIES
        if way.compaction_retries <= most:
            return True
    hardest = HARDEST_COSTLY_PRIORITY if way.costly else HARDEST_PRIORITY
    if way.compact_priority <= hardest:
        return False
    way.compact_priority -= 1
    way.compaction_retries = 0
    return True


def may_oom(way: SlowPath) -> bool:
    """Kill a task if nobody else does, and if that can help; whether memory will come back.

    Linux: __alloc_pages_may_oom(), mm/page_alloc.c.
    """
    system = way.system
    if not system.oom_lock():
        return True
    killed = False
    mask = (way.gfp_mask | gfp.HARDWALL) & ~gfp.DIRECT_RECLAIM
    if not way.got(WMARK_HIGH | CPUSET, mask) and killing_helps(way):
        killed = system.out_of_memory(way.gfp_mask, way.order) or way.has(gfp.NOFAIL)
        if killed and way.has(gfp.NOFAIL):
            search_all_nodes(way, NO_WATERMARKS)
    system.oom_unlock()
    return killed


def killing_helps(way: SlowPath) -> bool:
    """Whether the request may kill: not for great orders, for low zones or one node, nor if it may fail."""
    spared = way.costly or way.has(gfp.RETRY_MAYFAIL | gfp.THISNODE)
    return not spared and way.context.highest_zoneidx >= NORMAL and way.system.may_kill()
