"""The probes on requests and on compaction: each is read, or is another event and left out."""

from __future__ import annotations

import re

import pytest

from tests.kmem.kernel_trace import ZONE, line, page, text_of
from verified_buddy.kmem.events import Counted, Event, Obtained, RotateHead, RotateTail
from verified_buddy.kmem.reader import read
from verified_buddy.kmem.requests import SearchFailed
from verified_buddy.oracle.source import Unusable
from verified_buddy.pfn import Order, Pfn

NAME = re.compile(rb"\d: (\w+): ")
PAGE = Pfn(0x1234)


def events(text: str) -> list[Event]:
    return [event for batch in read(iter([text.encode()])) for event in batch.events]


@pytest.mark.parametrize(
    ("event", "fields", "expected"),
    [
        ("gpff_ret", page(PAGE), Obtained(1, 0, PAGE, 1)),
        ("rothead", f"order=5 {page(PAGE)}", RotateHead(1, 0, PAGE, Order(5))),
        ("rothead", "order=7 page=0xffff8880279a7970", RotateHead(1, 0, None, Order(7))),
        ("rothead", "order=7 page=0xffffffff82a07970", RotateHead(1, 0, None, Order(7))),
        ("rottail", f"list=0xffff8880279a7970 {page(PAGE)}", RotateTail(1, 0, PAGE)),
        ("rottail", "list=0xffff8880279a7970 page=0xffff8880279a7970", RotateTail(1, 0, None)),
        ("nrfree", f"zone={ZONE:#x} item=0 delta=-512", Counted(1, 0, ZONE, -512, 1)),
        ("nrfree", f"zone={ZONE:#x} item=0 delta=1", Counted(1, 0, ZONE, 1, 1)),
    ],
)
def test_a_probe_that_the_lists_need_is_read(event: str, fields: str, expected: Event) -> None:
    assert events(line(event, f"(f+0x1/0x2) {fields}")) == [expected]


def test_a_search_without_a_page_failed_and_another_counter_says_nothing() -> None:
    assert events(line("gpff_ret", "(f+0x1/0x2) page=0x0")) == [SearchFailed(1, 0, 1)]
    assert not events(line("nrfree", f"(f+0x1/0x2) zone={ZONE:#x} item=7 delta=-1"))


@pytest.mark.parametrize("fields", ["order=17 page=0xffffea0000000040", "order=-1 page=0xffffea0000000040"])
def test_what_is_no_block_is_refused(fields: str) -> None:
    with pytest.raises(Unusable, match="line 1"):
        events(line("rothead", f"(f+0x1/0x2) {fields}"))


@pytest.mark.parametrize("name", ["req1", "req3memcg", "req4compact", "req6offline", "req2numa"])
def test_every_event_of_the_recordings_is_read_or_another(name: str) -> None:
    """One line of each kind; what is read of pages has the line and no more."""
    first: dict[bytes, bytes] = {}
    for spelled in text_of(name).splitlines(True):
        found = NAME.search(spelled)
        if found is not None:
            first.setdefault(found[1], spelled)
    assert len(first) > 20
    for spelled in first.values():
        assert len(events(spelled.decode())) <= 1
