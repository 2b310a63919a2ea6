"""Broken kernels: NR_FREE_PAGES drifts from the lists."""

from __future__ import annotations

from specs.kernel_text.broken.edit import AGREEMENT, Edit

MOBILITY, REFILL = "linux.mobility.free_one_page", "linux.pcp.rmqueue_bulk"
COUNT = "__mod_zone_freepage_state(zone, 1, 0)"
"""A count that has no place."""
EDITS = (
    Edit(
        "a freed block counts as a page", "__free_one_page", "1 << order, m", "1, m", "typed-free", MOBILITY
    ),
    Edit(
        "isolated pages are counted as free",
        "__free_one_page",
        r"!is_migrate_isolate\(migratetype\)",
        "true",
        "typed-free",
        MOBILITY,
    ),
    Edit("pages are not counted when they are freed", "__free_one_page", "1 << order, m", "0, m", AGREEMENT),
    Edit("a refill's blocks count as pages", "rmqueue_bulk", r"-\(i << order\)", "-i", "bulk-exact", REFILL),
    Edit(
        "a refill that ends early is counted whole",
        "rmqueue_bulk",
        r"-\(i << order\)",
        "-(count << order)",
        "bulk-exact",
        REFILL,
    ),
    Edit(
        "a block that is handed out is counted twice",
        "rmqueue_buddy",
        r"-\(1 << order\)",
        "-(2 << order)",
        "buddy-refusal",
    ),
    Edit(
        "a page that is taken off stays counted",
        "take_page_off_buddy",
        r"(__mod_zone_freepage_state\(zone,) -1",
        r"\1 0",
        "offline-exact",
    ),
    Edit(
        "a block that is isolated stays counted",
        "__isolate_free_page",
        r"-\(1UL << order\)",
        "0",
        "isolate-free",
    ),
    Edit("what is isolated is added", "set_migratetype_isolate", "-nr_pages", "nr_pages", "isolate-exact"),
    Edit(
        "what comes back is taken off",
        "unset_migratetype_isolate",
        r"(__mod_zone_freepage_state\(zone,) nr_pages",
        r"\1 -nr_pages",
        "isolate-exact",
    ),
    Edit("a turn of a move counts", "move_freepages", "(pages_moved [+]=)", rf"{COUNT}, \1", "move-exact"),
    Edit("halves are counted as they are split", "expand", "high--", f"({COUNT}, high--)", "alloc-exact"),
)
