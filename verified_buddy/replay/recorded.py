"""How a trace was recorded: whether what it lacks could explain that a page has two owners.

By itself none of this makes a trace unusable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from verified_buddy.kmem.events import Alloc, Free
from verified_buddy.kmem.reader import Batch

TASK: Final = re.compile(
    rb"[-\s](\d{1,10})(?:/\d{1,10})?(?: +\([ \d-]{1,10}\))? +\[\d{1,5}\][^\n]{0,60}?: +(?:kmem:)?mm_page_"
)
"""The number of the task that an event of pages is told of."""
TIME: Final = re.compile(rb"\[(\d{1,5})\] +(?:[^\s:]{1,12} +)?(\d{1,20}(?:\.\d{1,9})?): +\w")
"""The CPU and the time of a line that tells of an event."""
HEADERS: Final = (b"# tracer:", b"\ncpus=")
"""What stands once, at the beginning of a trace."""


class Recorded:
    """What the text of a trace says of its recording; it is looked at closely only if that matters."""

    def __init__(self, again: Callable[[], Iterable[Batch]] | None) -> None:
        self.again = again
        """The same text once more; None if it comes but once, so that all is looked at as it comes."""
        self.kinds: set[type] = set()
        self.tasks: set[bytes] = set()
        self.headers = 0
        self.joined = 0
        """The line with which another trace begins, if that is in the same text."""
        self.backward = 0
        """The first line that is earlier than one before it, of another CPU."""
        self.late = 0
        """How many lines are earlier than one before them."""
        self._last: dict[bytes, float] = {}
        self._latest = 0.0

    def look(self, batch: Batch) -> None:
        """Look at the next lines."""
        self.kinds.update(map(type, batch.events))
        if len(self.tasks) < 2:
            for found in TASK.finditer(batch.text):
                self.tasks.add(found[1])
                if len(self.tasks) > 1:
                    break
        if self.again is None:
            self._look_closely(batch)

    def _look_closely(self, batch: Batch) -> None:
        self.headers += sum(map(batch.text.count, HEADERS)) + batch.text.startswith(b"cpus=")
        for found in TIME.finditer(batch.text):
            cpu, time = found[1], float(found[2])
            if time < self._latest:
                self.late += 1
                line = batch.line + batch.text.count(b"\n", 0, found.start())
                if time < self._last.get(cpu, 0.0):
                    self.joined = self.joined or line
                self.backward = self.backward or line
            self._latest = max(self._latest, time)
            self._last[cpu] = time

    def why_incomplete(self) -> str | None:
        """What is missing that could explain an overlap, and what to record; None if nothing is."""
        if Free not in self.kinds:
            return "no mm_page_free was recorded: record that event too"
        if Alloc not in self.kinds:
            return "no mm_page_alloc was recorded: record that event too"
        if len(self.tasks) == 1:
            return "the events of one task only were recorded: record those of all tasks"
        return self.why_disordered()

    def why_disordered(self) -> str | None:
        """Why the order of the lines is not that of the events; None if it may be."""
        if self.again is not None:
            again, self.again = self.again, None
            for batch in again():
                self._look_closely(batch)
        if self.joined or self.headers > 1:
            where = f" at line {self.joined}" if self.joined else ""
            return f"another recording begins{where}, and what was between is missing: give each by itself"
        if self.backward:
            says = f"at line {self.backward} time runs backward between CPUs"
            return f"{says}: record with one clock, as trace_clock global"
        return None
