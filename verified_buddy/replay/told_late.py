"""Why an event may be told later than it happened: the request slept, or an interrupt came between."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from verified_buddy.kmem.events import BEHIND_REQUESTS, Event, Free, FreeBatched
from verified_buddy.kmem.reader import Batch
from verified_buddy.pfn import Pfn

CHARGED: Final = frozenset({"GFP_KERNEL_ACCOUNT", "__GFP_ACCOUNT"})
"""Requests whose page is charged to a memory cgroup before it is told.  Linux: __alloc_pages()."""
SLEEPS: Final = frozenset(
    {
        "GFP_KERNEL",
        "GFP_KERNEL_ACCOUNT",
        "GFP_USER",
        "GFP_HIGHUSER",
        "GFP_HIGHUSER_MOVABLE",
        "GFP_TRANSHUGE",
        "GFP_NOFS",
        "GFP_NOIO",
        "__GFP_RECLAIM",
        "__GFP_DIRECT_RECLAIM",
    }
)
"""Requests that may wait.  Linux: __GFP_DIRECT_RECLAIM, include/linux/gfp_types.h."""
ACCOUNT, DIRECT_RECLAIM = 0x400000, 0x400
"""The same two as bits, where they are printed as a number."""

CONTEXT: Final = re.compile(rb"\] +[^\s:]{2}([^\s:])[^\s:]{0,5} +\d")
"""The column of a line that tells whether it was an interrupt's: h, H, s or Z there, and a dot elsewhere."""
TASK: Final = re.compile(rb"[-\s](\d{1,10})(?:/\d{1,10})?(?: +\([ \d-]{1,10}\))? +\[\d")
"""The number of the task that a line is told of."""
LOOKED_AT: Final = 2000
"""So many events before another are looked at once more."""
RECENT: Final = 4
"""So many batches of lines are kept to look at once more."""


def is_charged(gfp: str) -> bool:
    """Whether a request with these flags is charged for its page.

    Linux: __memcg_kmem_charge_page(), called by __alloc_pages() before its tracepoint, mm/page_alloc.c.
    """
    return has(gfp, CHARGED, ACCOUNT)


def may_wait_for_charge(gfp: str) -> bool:
    """Whether such a request may sleep until it is charged.  Linux: try_charge_memcg(), mm/memcontrol.c."""
    return is_charged(gfp) and has(gfp, SLEEPS, DIRECT_RECLAIM)


def has(gfp: str, names: frozenset[str], bit: int) -> bool:
    """Whether one of the names, or the bit, is among the flags."""
    told = gfp.split("|")
    return not names.isdisjoint(told) or any(int(each, 16) & bit for each in told if each.startswith("0x"))


class Recent:
    """The lines that were replayed last."""

    def __init__(self) -> None:
        self.batches: deque[Batch] = deque(maxlen=RECENT)
        self._first = 0
        self._lines: list[bytes] = []
        """The lines of the batch that was looked at last, and the number of the first."""

    def in_interrupt(self, line: int) -> bool | None:
        """Whether an interrupt told of this; None if the line does not say.

        Linux: the flags of a line, Documentation/trace/ftrace.rst.
        """
        found = CONTEXT.search(self._text(line))
        return None if found is None else found[1] in b"hHsZ"

    def task(self, line: int) -> bytes | None:
        """The number of the task that the line is told of; None if it is none of the recent lines."""
        found = TASK.search(self._text(line))
        return None if found is None else found[1]

    def _text(self, line: int) -> bytes:
        if not self._first <= line < self._first + len(self._lines):
            self._lines = []
            for batch in self.batches:
                if batch.line <= line:
                    self._first, self._lines = batch.line, batch.text.removesuffix(b"\n").split(b"\n")
        return self._lines[line - self._first] if 0 <= line - self._first < len(self._lines) else b""

    def freed_in_interrupt(self, pfn: Pfn, before: int) -> bool | None:
        """Whether an interrupt freed the page, when it was freed last before that line."""
        line = self._freed(pfn, before)
        return False if line is None else self.in_interrupt(line)

    def freed_since(self, pfn: Pfn, since: int, before: int) -> bool:
        """Whether the page was freed between these lines."""
        line = self._freed(pfn, before)
        return line is not None and line > since

    def heard(self, cpu: int, before: int) -> int:
        """The last line that this CPU told before that one; 0 if it is none of the recent lines."""
        said = (event.line for event in self._backward(before) if event.cpu == cpu)
        return next(said, 0)

    def _freed(self, pfn: Pfn, before: int) -> int | None:
        frees = (event for event in self._backward(before) if isinstance(event, Free | FreeBatched))
        return next((event.line for event in frees if event.pfn == pfn), None)

    def _backward(self, before: int) -> Iterator[Event]:
        """The events of pages before that line, the last first."""
        return islice(self._all_backward(before), LOOKED_AT)

    def _all_backward(self, before: int) -> Iterator[Event]:
        for batch in reversed(self.batches):
            end = bisect_left(batch.events, before, key=lambda event: event.line)
            told = reversed(batch.events[:end])
            yield from (event for event in told if type(event) not in BEHIND_REQUESTS)
