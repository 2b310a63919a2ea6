"""The kernel's own events of kswapd and of compaction: read in the words of Linux 6.1."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import handed_out, line
from verified_buddy.kmem.background import (
    CompactDeferred,
    CompactEnd,
    CompactFinished,
    CompactRetry,
    CompactSuitable,
    DeferCompaction,
    DeferReset,
    KcompactdWoken,
    KswapdSleep,
    KswapdWake,
    KswapdWoken,
    MarkVictim,
    ReclaimRetry,
    TryToCompact,
)
from verified_buddy.kmem.events import Event
from verified_buddy.kmem.reader import Reading, read
from verified_buddy.kmem.tracepoints import TABLE
from verified_buddy.oracle.source import BreaksOff, Unusable

AT = (1, 3, 42)
"""Line, CPU and task of all events here."""
DEFERRED = "node=0 zone=DMA32    order=9 order_failed=9 consider=1 limit=2"
TOLD: dict[str, tuple[str, Event]] = {
    "mm_compaction_try_to_compact_pages": (
        "order=9 gfp_mask=GFP_KERNEL|__GFP_COMP priority=2",
        TryToCompact(*AT, 9, "GFP_KERNEL|__GFP_COMP", 2),
    ),
    "mm_compaction_suitable": (
        "node=0 zone=DMA32    order=9 ret=skipped",
        CompactSuitable(*AT, 0, "DMA32", 9, "skipped"),
    ),
    "mm_compaction_finished": (
        "node=0 zone=DMA32    order=9 ret=no_suitable_page",
        CompactFinished(*AT, 0, "DMA32", 9, "no_suitable_page"),
    ),
    "mm_compaction_end": (
        "zone_start=0x1000 migrate_pfn=0x27e00 free_pfn=0x27e00 zone_end=0x27fdd, mode=async status=success",
        CompactEnd(*AT, 0x1000, "async", "success"),
    ),
    "mm_compaction_deferred": (DEFERRED, CompactDeferred(*AT, 0, "DMA32", 9, 9, 1, 2)),
    "mm_compaction_defer_compaction": (DEFERRED, DeferCompaction(*AT, 0, "DMA32", 9, 9, 1, 2)),
    "mm_compaction_defer_reset": (DEFERRED, DeferReset(*AT, 0, "DMA32", 9, 9, 1, 2)),
    "mm_compaction_wakeup_kcompactd": (
        "nid=0 order=9 classzone_idx=DMA32   ",
        KcompactdWoken(*AT, 0, 9, "DMA32"),
    ),
    "mm_vmscan_kswapd_sleep": ("nid=0", KswapdSleep(*AT, 0)),
    "mm_vmscan_kswapd_wake": ("nid=0 order=9", KswapdWake(*AT, 0, 9)),
    "mm_vmscan_wakeup_kswapd": ("nid=0 order=9 gfp_flags=GFP_KERNEL", KswapdWoken(*AT, 0, 9, "GFP_KERNEL")),
    "reclaim_retry_zone": (
        "node=0 zone=DMA32    order=9 reclaimable=8 available=496 min_wmark=423 no_progress_loops=1"
        " wmark_check=0",
        ReclaimRetry(*AT, 0, "DMA32", 9, 8, 496, 423, 1, False),
    ),
    "compact_retry": (
        "order=9 priority=COMPACT_PRIO_SYNC_LIGHT compaction_result=progress retries=0 max_retries=16"
        " should_retry=0",
        CompactRetry(*AT, 9, "COMPACT_PRIO_SYNC_LIGHT", "progress", 0, 16, False),
    ),
    "mark_victim": ("pid=262 comm=vbload total-vm=1229796kB file-rss:4kB uid=0", MarkVictim(*AT, 262)),
}


def told(name: str, fields: str) -> str:
    return line(name, fields, 3, "vb:load-42")


def events(text: str, *, modelled: bool = False) -> list[Event]:
    reading = Reading(modelled=modelled)
    found = [event for batch in read(iter([text.encode()]), reading) for event in batch.events]
    if reading.fault is not None:
        raise reading.fault
    return found


def test_every_event_of_the_table_is_tried_here() -> None:
    assert {name.partition(":")[2] for name in TABLE} == TOLD.keys()


@pytest.mark.parametrize("name", TOLD)
def test_an_event_of_the_kernel_is_read(name: str) -> None:
    fields, event = TOLD[name]
    group = next(each for each in TABLE if each.endswith(f":{name}"))
    for text in (
        told(name, fields),
        told(group, fields),
        told(name, fields).replace("[003] d..3.", "  3d..3."),
    ):
        assert events(text + text)[0] == event


@pytest.mark.parametrize("name", TOLD)
def test_another_kernels_words_matter_only_where_a_machine_is_replayed(name: str) -> None:
    text = told(name, "nid=zero other=words")
    assert not events(text)
    with pytest.raises(Unusable, match=rf"line 1: {name}: 'nid=zero other=words' is not understood"):
        events(text * 2, modelled=True)


@pytest.mark.parametrize("name", TOLD)
def test_a_last_line_whose_word_may_go_on_is_not_taken_for_whole(name: str) -> None:
    text = handed_out(8) + told(name, TOLD[name][0]).rstrip()
    with pytest.raises(BreaksOff, match=f"line 2: it breaks off: {name}: its last word"):
        events(text)
    assert len(events(text + "\n")) == 2
