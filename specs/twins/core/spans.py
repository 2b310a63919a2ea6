"""Broken twins of the spans."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "spans-touch-is-overlap",
        "spans",
        "index = bisect_right(self.ends, start)",
        "index = bisect_left(self.ends, start)",
    ),
    Twin(
        "spans-forget",
        "spans",
        "self.ends[low:high] = [end]",
        "self.ends[low:high] = [end]\n        del self.starts[:-3], self.ends[:-3]",
    ),
)
