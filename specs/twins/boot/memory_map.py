"""Broken twins of what is made of a map of memory."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.memory_map"

TWINS = (
    Twin(
        "memory-map-usable-wins",
        MODULE,
        "for each in without(usable, joined([*others, *architecture.removed])))",
        "for each in without(usable, joined(architecture.removed)))",
    ),
    Twin(
        "memory-map-pages-before-holes",
        MODULE,
        "joined(Range(each.start, each.end) for each in memory_map.regions if each.usable)",
        "joined(Range(-(-each.start // 4096) * 4096, each.end // 4096 * 4096) for each in memory_map.regions "
        "if each.usable)",
    ),
    Twin(
        "memory-map-nodes-in-any-order",
        MODULE,
        "sorted(found, key=lambda each: each.start)",
        "found",
    ),
    Twin(
        "memory-map-a-page-of-two-nodes",
        MODULE,
        "pages_within(*overlap(Range(start * PAGE_SIZE, end * PAGE_SIZE), each))",
        "overlap(Range(start, end), Range(each.start // PAGE_SIZE, -(-each.end // PAGE_SIZE)))",
    ),
    Twin(
        "memory-map-reserved-at-the-edge-lost",
        MODULE,
        "joined([*memory_map.reserved, *architecture.reserved])",
        "joined([*(each for each in memory_map.reserved if each.start % PAGE_SIZE == 0), "
        "*architecture.reserved])",
    ),
    Twin(
        "memory-map-reserved-pages-of-memory",
        MODULE,
        "        NodeRegion(node, *pages_within(*each))\n",
        "        NodeRegion(node, each.start // PAGE_SIZE, each.end // PAGE_SIZE)\n",
    ),
    Twin(
        "memory-map-beyond-the-top",
        MODULE,
        "Range(0, architecture.top)",
        "Range(0, architecture.top + 1)",
    ),
    Twin(
        "memory-map-nodes-are-believed",
        MODULE,
        " or not_covered(memory_map, architecture) >= MISSING_MOST:",
        ":",
    ),
)
