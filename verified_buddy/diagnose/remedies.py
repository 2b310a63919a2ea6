"""What reclaim or compaction could give at best, and which knob touches the comparison that failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.diagnose.report import UNTYPED
from verified_buddy.diagnose.verdict import Judgement, ZoneVerdict
from verified_buddy.linux import gfp

HELPS: Final = {
    "cma": "make CMA smaller (cma= on the command line, or CONFIG_CMA_SIZE), or ask for movable pages",
    "highatomic": "nothing sets the highatomic reserve: it goes back when reclaim makes no progress",
    "boost": "vm.watermark_boost_factor=0 keeps the marks from being boosted; kswapd takes a boost back",
    "lowmem-reserve": "vm.lowmem_reserve_ratio sets the reserve: larger ratios keep less",
    "shortage": "use less memory, or, for requests that cannot wait, raise vm.min_free_kbytes beforehand",
    "fragmentation": "echo 1 > /proc/sys/vm/compact_memory compacts at once, vm.compaction_proactiveness"
    " goes on doing so; ask for smaller blocks (kvmalloc)",
    "other-types": "free or move what keeps the other lists apart: CMA (cma=), isolation by memory offlining",
    "halving-mark": "compact (/proc/sys/vm/compact_memory); from 4.4 on no mark halves by order",
}
"""Which remedy touches the cause."""


def remedies(judgement: Judgement, causes: list[str]) -> Iterator[str]:
    """A line a cause."""
    atomic = judgement.request is not None and judgement.request.gfp_mask & gfp.DIRECT_RECLAIM == 0
    for cause in causes:
        helps = HELPS[cause]
        if cause == "shortage" and atomic:
            helps = (
                "raise vm.min_free_kbytes: kswapd then wakes earlier; bursts beyond the reserve still fail"
            )
        yield f"What touches {cause}: {helps}."


def at_best(judgement: Judgement) -> Iterator[str]:
    """What reclaim and compaction could give, of each zone that refuses."""
    request = judgement.request
    if request is None:
        return
    for zone in judgement.eligible:
        if zone.verdict == "watermark":
            yield from by_reclaim(zone)
        elif zone.verdict == "no-block" and request.order > 0:
            yield from by_compaction(zone, request.order)


def by_reclaim(zone: ZoneVerdict) -> Iterator[str]:
    """How much would have to be reclaimed, and of how much."""
    figures = zone.zone.figures
    names = [name for name in ("active_file", "inactive_file", "slab_reclaimable") if name in figures]
    if zone.margin is not None and names:
        pages = sum(figures[name] for name in names)
        where = f"in files and caches ({', '.join(names)})"
        title, due = zone.zone.title, 1 - zone.margin
        if pages < due:
            yield f"{title}: reclaim cannot help: it must free {due} pages, and {pages} are {where}."
        else:
            yield f"{title}: reclaim must free {due} of at best {pages} pages {where}."


def by_compaction(zone: ZoneVerdict, order: int) -> Iterator[str]:
    """How many blocks the free pages would make, if all pages between them moved."""
    lists = zone.zone.lists
    if lists is None:
        return
    small = sum(each.blocks << at for at, each in enumerate(lists[:order]))
    movable = any("M" in each.letters or each.letters == UNTYPED for each in lists[:order])
    doubt = "" if movable else "; but none of them is in a movable pageblock"
    yield (
        f"{zone.zone.title}: compaction could make {small >> order} blocks of order {order} of its {small}"
        f" pages in smaller ones at the very best, if all that lies between can be moved{doubt}."
    )
