"""What is told of the work behind requests: kswapd, the counters, and what compaction came to.

Probes name zones and nodes by address, the kernel's own events by number and name.
"""

from __future__ import annotations

from verified_buddy.kmem.said import OfTask


class WakeKswapd(OfTask, gc=False):
    """``wkswapd``: a call of wakeup_kswapd(); gfp 0 and order 0 from rmqueue(), of a boosted zone."""

    zone: int
    gfp: int
    order: int
    highest_zoneidx: int


class NodeBalanced(OfTask, gc=False):
    """``pbal``: a call of pgdat_balanced()."""

    pgdat: int
    order: int
    highest_zoneidx: int


class NodeBalancedRet(OfTask, gc=False):
    """``pbal_ret``: what it answers; the caller is a function, or an address."""

    ret: bool
    caller: str


class BalanceNode(OfTask, gc=False):
    """``bal``: kswapd begins a round, balance_pgdat()."""

    pgdat: int
    order: int
    highest_zoneidx: int


class BalanceNodeRet(OfTask, gc=False):
    """``bal_ret``: the order that it was done for."""

    ret: int


class VmFold(OfTask, gc=False):
    """``vmfold``: the differences of this CPU are added to the counters, with ``pagesets`` its lists age."""

    pagesets: bool


class SetThreshold(OfTask, gc=False):
    """``setthr``: how much a CPU may hold back of a counter: less under pressure, as kswapd wakes."""

    pgdat: int
    pressure: bool


class KswapdSleep(OfTask, gc=False):
    """``mm_vmscan_kswapd_sleep``: kswapd of the node falls asleep."""

    nid: int


class KswapdWake(OfTask, gc=False):
    """``mm_vmscan_kswapd_wake``: it has woken for this order."""

    nid: int
    order: int


class KswapdWoken(OfTask, gc=False):
    """``mm_vmscan_wakeup_kswapd``: somebody wakes it."""

    nid: int
    order: int
    gfp: str


class KcompactdWoken(OfTask, gc=False):
    """``mm_compaction_wakeup_kcompactd``: somebody wakes the node's kcompactd."""

    nid: int
    order: int
    highest_zone: str


class ReclaimRetry(OfTask, gc=False):
    """``reclaim_retry_zone``: whether a zone would pass its mark if all that can be was reclaimed."""

    nid: int
    zone: str
    order: int
    reclaimable: int
    available: int
    min_wmark: int
    no_progress_loops: int
    wmark_check: bool


class CompactRetry(OfTask, gc=False):
    """``compact_retry``: whether compaction is to be tried again, after what it came to."""

    order: int
    priority: str
    result: str
    retries: int
    max_retries: int
    should_retry: bool


class TryToCompact(OfTask, gc=False):
    """``mm_compaction_try_to_compact_pages``: direct compaction goes through the zones."""

    order: int
    gfp: str
    prio: int


class CompactSuitable(OfTask, gc=False):
    """``mm_compaction_suitable``: whether a zone can be compacted, as ``skipped`` or ``success``."""

    nid: int
    zone: str
    order: int
    ret: str


class CompactFinished(OfTask, gc=False):
    """``mm_compaction_finished``: whether that is done, as ``continue`` or ``no_suitable_page``."""

    nid: int
    zone: str
    order: int
    ret: str


class CompactEnd(OfTask, gc=False):
    """``mm_compaction_end``: what the compaction of the zone that begins at this page came to."""

    zone_start: int
    mode: str
    status: str


class CompactDeferred(OfTask, gc=False):
    """``mm_compaction_deferred``: a zone is passed over, since it failed before."""

    nid: int
    zone: str
    order: int
    order_failed: int
    considered: int
    limit: int


class DeferCompaction(CompactDeferred, gc=False):
    """``mm_compaction_defer_compaction``: a zone failed, and will be passed over."""


class DeferReset(CompactDeferred, gc=False):
    """``mm_compaction_defer_reset``: a zone did not fail, and will not be passed over."""


class MarkVictim(OfTask, gc=False):
    """``mark_victim``: this task is killed for want of memory, and may use the reserves until it is gone."""

    pid: int


BackgroundEvent = (
    WakeKswapd
    | NodeBalanced
    | NodeBalancedRet
    | BalanceNode
    | BalanceNodeRet
    | VmFold
    | SetThreshold
    | KswapdSleep
    | KswapdWake
    | KswapdWoken
    | KcompactdWoken
    | ReclaimRetry
    | CompactRetry
    | TryToCompact
    | CompactSuitable
    | CompactFinished
    | CompactEnd
    | CompactDeferred
    | DeferCompaction
    | DeferReset
    | MarkVictim
)
