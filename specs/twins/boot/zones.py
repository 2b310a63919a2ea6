"""Broken twins of the zones of nodes."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.zones"

TWINS = (
    Twin("zones-limit-inclusive", MODULE, "min(base + row.limit, end)", "min(base + row.limit + 1, end)"),
    Twin("zones-first-zone-from-zero", MODULE, "    low = first\n", "    low = 0\n"),
    Twin("zones-limit-not-from-base", MODULE, "base = first if architecture.from_base else 0", "base = 0"),
    Twin(
        "zones-holes-are-present",
        MODULE,
        "within(mine, Range(start, end))))",
        "(Range(start, end),)))",
    ),
    Twin(
        "zones-node-from-its-first-range",
        MODULE,
        "Range(mine[0].start, mine[-1].end)",
        "mine[0]",
    ),
    Twin(
        "zones-without-memory-are-lost",
        MODULE,
        "            if start < end:\n                found",
        "            if within(mine, limit):\n                found",
    ),
    Twin(
        "zones-holes-without-descriptors",
        MODULE,
        "described(sections, done, start))",
        "start - done)",
    ),
    Twin(
        "zones-no-hole-at-the-end",
        MODULE,
        "-(-done // SECTION_PAGES) * SECTION_PAGES)",
        "done)",
    ),
    Twin("zones-grouped-too-late", MODULE, "pages >= PAGEBLOCK_PAGES", "pages > PAGEBLOCK_PAGES"),
    Twin(
        "zones-empty-ones-are-populated",
        MODULE,
        " if each.node == node and each.present > 0]",
        " if each.node == node]",
    ),
)
