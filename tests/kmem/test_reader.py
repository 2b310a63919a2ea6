"""The three spellings of a kernel trace: the same events; lost events are refused."""

from __future__ import annotations

import re

import pytest

from verified_buddy.kmem.events import Alloc, Free, ZoneLocked
from verified_buddy.kmem.reader import read
from verified_buddy.oracle.source import Unusable

TRACEFS = (
    b"# tracer: nop\n#\n# entries-in-buffer/entries-written: 1/1   #P:1\n#\n"
    b"            init-1       [000] d..3.     2.880421: mm_page_alloc_zone_locked: "
    b"page=0000000065a26167 pfn=0x7fa4 order=0 migratetype=0 percpu_refill=1\n"
)
PERF = (
    b" ld-linux-x86-64    99 [000]    11.718560:             kmem:mm_page_alloc: "
    b"page=0x7b53 pfn=0x7b53 order=0 migratetype=0 gfp_flags=GFP_HIGHUSER|__GFP_ACCOUNT\n"
)
TRACE_CMD = (
    b"     kworker/0:0-7     [000]           9: mm_page_free:         "
    b"page=0xffffffff823a522b pfn=0xcdbb order=0\n"
)


def test_each_spelling_is_read() -> None:
    (locked,) = [event for batch in read(iter([TRACEFS])) for event in batch.events]
    assert isinstance(locked, ZoneLocked)
    assert (locked.line, locked.pfn, locked.order, locked.percpu_refill) == (5, 0x7FA4, 0, True)
    (alloc,) = [event for batch in read(iter([PERF])) for event in batch.events]
    assert isinstance(alloc, Alloc)
    assert (alloc.pfn, alloc.cpu, alloc.gfp) == (0x7B53, 0, "GFP_HIGHUSER|__GFP_ACCOUNT")
    (free,) = [event for batch in read(iter([TRACE_CMD])) for event in batch.events]
    assert isinstance(free, Free)
    assert (free.pfn, free.order, free.cpu) == (0xCDBB, 0, 0)


def test_a_failed_allocation_has_no_page() -> None:
    failed = PERF.replace(b"page=0x7b53 pfn=0x7b53", b"page=0000000000000000 pfn=0x0")
    (alloc,) = [event for batch in read(iter([failed])) for event in batch.events]
    assert isinstance(alloc, Alloc)
    assert alloc.pfn is None


def test_lost_events_are_refused_with_the_figures() -> None:
    with pytest.raises(Unusable, match="held 1 of the 9"):
        list(read(iter([TRACEFS.replace(b"1/1", b"1/9")])))


def test_a_garbled_line_is_refused() -> None:
    with pytest.raises(Unusable):
        list(read(iter([TRACEFS.replace(b"[000]", b"[0\xff0]"), TRACEFS])))


@pytest.mark.parametrize(
    "told",
    [
        b"CPU:3 [LOST 12 EVENTS]",
        b"CPU:1 [EVENTS DROPPED]",
        b"  perf   101 [000]    11.720115: PERF_RECORD_LOST lost 12",
        b"Processed 5000 events and lost 2 chunks!",
    ],
)
def test_each_word_for_lost_events_is_refused_with_its_line(told: bytes) -> None:
    with pytest.raises(Unusable, match="line 2: events were lost"):
        list(read(iter([PERF + told + b"\n" + PERF])))


@pytest.mark.parametrize("field", [b"order=17", b"migratetype=7", b"pfn=0x" + b"f" * 14, b"order=x"])
def test_a_figure_that_no_kernel_has_is_refused(field: bytes) -> None:
    name = field.split(b"=")[0]
    broken = re.sub(rb" %b=\S+" % name, b" " + field, PERF)
    with pytest.raises(Unusable, match="line 1"):
        list(read(iter([broken + PERF])))
