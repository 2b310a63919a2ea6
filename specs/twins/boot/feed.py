"""Broken twins of how memory is handed over."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.feed"

TWINS = (
    Twin(
        "feed-free-of-any-node", MODULE, " for each in free if each.node == span.node)", " for each in free)"
    ),
    Twin(
        "feed-order-of-a-range-lost",
        MODULE,
        "for start, end in free_of(span, free):",
        "for start, end in reversed(free_of(span, free)):",
    ),
    Twin("feed-to-the-head", MODULE, "to_tail=True", "to_tail=False"),
    Twin(
        "feed-managed-is-present",
        MODULE,
        "to_tail=True)\n    zone.mobility.managed += size([Range(start, end)])",
        "to_tail=True)\n    zone.mobility.managed = zone.mobility.end - zone.mobility.start",
    ),
    Twin(
        "feed-lowest-pageblock-movable",
        MODULE,
        "range(-(-start // PAGEBLOCK_PAGES) * PAGEBLOCK_PAGES, end",
        "range(start // PAGEBLOCK_PAGES * PAGEBLOCK_PAGES, end",
    ),
    Twin(
        "feed-types-of-free-ranges",
        MODULE,
        "set_types(pageblocks, span.memory)",
        "set_types(pageblocks, free_of(span, free_pages(memory_map, architecture)))",
    ),
    Twin(
        "feed-highmem-in-blocks",
        MODULE,
        "    for pfn in range(start, end):\n",
        "    free_range(zone.mobility, start, end, to_tail=True)\n    for pfn in range(0):\n",
    ),
    Twin(
        "feed-later-page-not-managed",
        MODULE,
        "    zone.mobility.managed += 1\n",
        "",
    ),
)
