"""What a request does when no zone's low watermark lets it pass: a machine of few states.

``NEXT`` is the table of the states; each has a step, which does what the state is for.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import CPUSET, KSWAPD, MIN_RESERVE, OOM, gfp_to_alloc_flags
from verified_buddy.linux.compaction import FIRST_PRIORITY, USUAL_PRIORITY, CompactResult
from verified_buddy.linux.gfp import slowpath_gfp
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.slow_request import (
    Search,
    SlowPath,
    direct_compact,
    reserve_flags,
    search_all_nodes,
    wake_all_kswapds,
)
from verified_buddy.linux.slow_retry import may_oom, should_compact_retry, should_reclaim_retry
from verified_buddy.linux.system import AllocContext, System
from verified_buddy.pfn import Order, Pfn


class State(Enum):
    """Where a request is; the value says what it does there."""

    RESTART = "begin anew: flags, and the first zone"
    WAKE = "wake kswapd of every node"
    A1 = "search above the min watermark"
    C0 = "compact at once, if the order is what is missing"
    RETRY = "once more: wake kswapd, and look which reserves may be used"
    A2 = "search with these"
    R = "reclaim, and search"
    C = "compact, and search"
    D = "may it be tried again at all"
    E = "may reclaim still help"
    F = "may compaction still help"
    G = "kill a task, and search"
    NOPAGE = "no page, unless it must not fail"
    GOT = "a page"
    FAIL = "no page"


NEXT: Final[dict[State, tuple[State, ...]]] = {
    State.RESTART: (State.WAKE, State.NOPAGE),
    State.WAKE: (State.A1,),
    State.A1: (State.C0, State.GOT),
    State.C0: (State.RETRY, State.GOT, State.NOPAGE),
    State.RETRY: (State.A2, State.RESTART),
    State.A2: (State.R, State.GOT, State.NOPAGE),
    State.R: (State.C, State.GOT),
    State.C: (State.D, State.GOT),
    State.D: (State.E, State.NOPAGE),
    State.E: (State.F, State.RETRY),
    State.F: (State.G, State.RETRY, State.RESTART),
    State.G: (State.RETRY, State.GOT, State.NOPAGE),
    State.NOPAGE: (State.FAIL, State.GOT, State.RETRY, State.RESTART),
    State.GOT: (),
    State.FAIL: (),
}
"""Where a request may go from each state.  Linux: __alloc_pages_slowpath(), mm/page_alloc.c."""


def slowpath(
    system: System, gfp_mask: int, order: Order, context: AllocContext, search: Search
) -> Pfn | None:
    """A block after all, or None; ``search`` is get_page_from_freelist().

    Linux: __alloc_pages_slowpath(), mm/page_alloc.c.
    """
    system.slows(gfp_mask, order)
    way = SlowPath(system, slowpath_gfp(gfp_mask), order, context, search)
    state = State.RESTART
    while NEXT[state]:
        state = STEPS[state](way)
    if state is State.FAIL:
        system.failed(way.gfp_mask, order)
    return way.pfn


def restart(way: SlowPath) -> State:
    """Begin with nothing tried."""
    way.compaction_retries = way.no_progress_loops = 0
    way.compact_priority = USUAL_PRIORITY
    way.alloc_flags = gfp_to_alloc_flags(way.gfp_mask, way.order, realtime=way.system.realtime())
    way.look_anew()
    return State.NOPAGE if way.context.preferred is None else State.WAKE


def wake(way: SlowPath) -> State:
    """Wake kswapd, if the mask allows it."""
    wake_all_kswapds(way)
    return State.A1


def first_search(way: SlowPath) -> State:
    """Zones that are above the min watermark may do."""
    return State.GOT if way.got(way.alloc_flags) else State.C0


def compact_first(way: SlowPath) -> State:
    """Of great orders free pages may be enough, scattered as they are."""
    wanted = way.costly or (way.order > 0 and way.context.migratetype != MOVABLE)
    if not (way.has(gfp.DIRECT_RECLAIM) and way.can_compact and wanted and reserve_flags(way) == 0):
        return State.RETRY
    if direct_compact(way, FIRST_PRIORITY):
        return State.GOT
    if way.costly and way.has(gfp.NORETRY):
        if way.compact_result in (CompactResult.SKIPPED, CompactResult.DEFERRED):
            return State.NOPAGE
        if way.has(gfp.THISNODE):
            return State.NOPAGE
        way.compact_priority = FIRST_PRIORITY
    return State.RETRY


def retry(way: SlowPath) -> State:
    """Whoever reclaims memory, or is being killed, may use reserves, and every node."""
    if way.system.changed():
        return State.RESTART
    wake_all_kswapds(way)
    reserves = reserve_flags(way)
    if reserves != 0:
        way.alloc_flags = way.alloc_flags & KSWAPD | reserves
    if reserves != 0 or way.alloc_flags & CPUSET == 0:
        way.context = way.context._replace(nodemask=None)
        way.look_anew()
    return State.A2


def second_search(way: SlowPath) -> State:
    """Who must not reclaim has no more to try."""
    if way.got(way.alloc_flags):
        return State.GOT
    return State.R if way.has(gfp.DIRECT_RECLAIM) and not way.system.no_reclaim() else State.NOPAGE


def reclaim(way: SlowPath) -> State:
    """Reclaim memory; if that frees some and it is not to be found, it may be on per-CPU lists.

    Linux: __alloc_pages_direct_reclaim(), mm/page_alloc.c.
    """
    way.progress = way.system.reclaim(way.gfp_mask, way.order, way.context)
    if way.progress == 0:
        return State.C
    if way.got(way.alloc_flags):
        return State.GOT
    way.system.unreserve_highatomic(way.context, force=False)
    way.system.drain_all()
    return State.GOT if way.got(way.alloc_flags) else State.C


def compact(way: SlowPath) -> State:
    """Compact as hard as it has come to."""
    return State.GOT if direct_compact(way, way.compact_priority) else State.D


def may_retry(way: SlowPath) -> State:
    """Great orders are asked for again only by who insists, and as long as they can be compacted."""
    insists = way.can_compact and way.has(gfp.RETRY_MAYFAIL)
    return State.NOPAGE if way.has(gfp.NORETRY) or (way.costly and not insists) else State.E


def may_reclaim(way: SlowPath) -> State:
    """Reclaim is tried again while it gets somewhere, or all that is left would be enough."""
    return State.RETRY if should_reclaim_retry(way) else State.F


def may_compact(way: SlowPath) -> State:
    """Compaction is tried again, harder each time."""
    if way.progress > 0 and way.can_compact and should_compact_retry(way):
        return State.RETRY
    return State.RESTART if way.system.changed() else State.G


def kill(way: SlowPath) -> State:
    """Kill a task, and try again with what it leaves."""
    killed = may_oom(way)
    if way.pfn is not None:
        return State.GOT
    if way.system.oom_victim() and (way.alloc_flags & OOM != 0 or way.has(gfp.NOMEMALLOC)):
        return State.NOPAGE
    if killed:
        way.no_progress_loops = 0
        return State.RETRY
    return State.NOPAGE


def no_page(way: SlowPath) -> State:
    """A request that must not fail is given some of the reserves, and otherwise tried for ever."""
    if way.system.changed():
        return State.RESTART
    if not way.has(gfp.NOFAIL) or not way.has(gfp.DIRECT_RECLAIM):
        return State.FAIL
    return State.GOT if search_all_nodes(way, MIN_RESERVE) else State.RETRY


STEPS: Final[dict[State, Callable[[SlowPath], State]]] = {
    State.RESTART: restart,
    State.WAKE: wake,
    State.A1: first_search,
    State.C0: compact_first,
    State.RETRY: retry,
    State.A2: second_search,
    State.R: reclaim,
    State.C: compact,
    State.D: may_retry,
    State.E: may_reclaim,
    State.F: may_compact,
    State.G: kill,
    State.NOPAGE: no_page,
}
"""What is done in each state, and which is next."""
