"""Broken twins of the counters of pages."""

from __future__ import annotations

from specs.ledger.subject import Twin

COUNTER = "linux.page_counter"
FORCE = """        for counter in self.upward():
            counter.usage += pages

    def uncharge"""

TWINS = (
    Twin(
        "page-counter-rolls-back-one-less",
        COUNTER,
        "if counter is refused:",
        "if counter is refused or counter.parent is refused:",
    ),
    Twin("page-counter-refuses-its-limit", COUNTER, "+ pages > counter.max", "+ pages >= counter.max"),
    Twin(
        "page-counter-leaf-only",
        COUNTER,
        "            counter.usage += pages\n        return None",
        "            counter.usage += pages\n            return None\n        return None",
    ),
    Twin(
        "page-counter-force-forgets-the-parents",
        COUNTER,
        FORCE,
        "        self.usage += pages\n\n    def uncharge",
    ),
    Twin(
        "page-counter-uncharges-itself-alone",
        COUNTER,
        "counter.usage = max(counter.usage - pages, 0)",
        "counter.usage = max(counter.usage - pages, 0)\n            return",
    ),
    Twin(
        "page-counter-falls-below-zero",
        COUNTER,
        "max(counter.usage - pages, 0)",
        "counter.usage - pages",
    ),
    Twin("page-counter-limit-of-less-than-nothing", COUNTER, "or not 0 <= limit", "or not -1 <= limit"),
    Twin(
        "page-counter-lowers-before-it-looks",
        COUNTER,
        "        reject(limit_error(limit))\n        self.max = limit\n\n    def upward",
        "        self.max = limit\n        reject(limit_error(limit))\n\n    def upward",
    ),
)
