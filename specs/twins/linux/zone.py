"""Broken twins of the zone of Linux 6.1 as its callers see it."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "typed-range-outside-the-zone",
        "linux.zone",
        "if not (self.mobility.spans(start) and self.mobility.spans(end - 1)):",
        "if not self.mobility.spans(end - 1):",
        "Xen 762b9a2d99",
    ),
    Twin(
        "pcp-takes-isolated-pages",
        "linux.zone",
        " and migratetype != ISOLATE:",
        ":",
    ),
    Twin(
        "pcp-bulk-of-one-keeps-the-factor",
        "linux.zone",
        "        while pages > 1 and",
        "        while pages > 0 and",
    ),
    Twin(
        "pcp-bulk-of-nothing-is-the-end",
        "linux.zone",
        "if pages > 0 and not got and",
        "if pages == 1 and not got and",
    ),
    Twin(
        "typed-offline-comes-back-to-the-tail",
        "linux.zone",
        "        if pfn in self.offlined:\n            self.offlined.remove(pfn)\n",
        "        self.offlined.discard(pfn)\n        if pfn in self.offlined:\n",
    ),
    Twin(
        "pcp-request-of-any-type",
        "linux.zone",
        "not 0 <= migratetype < PCPTYPES",
        "not 0 <= migratetype <= PCPTYPES",
    ),
    Twin("pcp-count-may-be-negative", "linux.zone", "or not least <= count <= most", "or not count <= most"),
)
