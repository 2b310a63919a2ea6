"""Broken kernels of Linux 6.12: edits of what it cuts otherwise than 6.1, each rejected by the comparison."""

from __future__ import annotations

from specs.kernel_text.broken.edit import AGREEMENT, Edit

V, M, F = "linux.versions.v6_12", "linux.mobility", "linux.fallback"
PREP, MOVE, TRY = "prep_move_freepages_block", "__move_freepages_block", "try_to_steal_block"
CLAIM, STEAL, REQUEST = "__rmqueue_claim", "__rmqueue_steal", "__rmqueue"


def edit(name: str, function: str, pattern: str, new: str, home: str) -> Edit:
    """An edit that the comparison with that function of ours rejects."""
    return Edit(name, function, pattern, new, AGREEMENT, home=home)


EDITS = (
    edit(
        "the wrong half changes its type",
        "__free_one_page",
        r"change_pageblock_range\(buddy",
        "change_pageblock_range(page",
        f"{M}.free_one_page",
    ),
    edit(
        "the zone's end is not asked for",
        PREP,
        r"zone_spans_pfn\(zone, end - 1\)",
        "zone_spans_pfn(zone, start)",
        f"{V}.{PREP}",
    ),
    edit("a free block is walked page by page", PREP, r"pfn \+= nr", "pfn += 1", f"{V}.pages_of_free_block"),
    edit(
        "a free block counts as a page", PREP, r"num_free \+= nr", "num_free += 1", f"{V}.pages_of_free_block"
    ),
    edit(
        "the pageblock keeps its type",
        MOVE,
        r"\(start_pfn\), new_mt",
        "(start_pfn), old_mt",
        f"{V}.move_freepages_block",
    ),
    edit(
        "blocks move to the old lists",
        MOVE,
        "order, old_mt, new_mt",
        "order, new_mt, old_mt",
        f"{M}.move_freepages",
    ),
    edit(
        "a block that moves counts as a page",
        MOVE,
        r"pages_moved \+= 1 << order",
        "pages_moved += 1",
        f"{M}.move_freepages",
    ),
    edit(
        "the reserve is claimed",
        TRY,
        r"is_migrate_highatomic\(block_type\)",
        "false",
        f"{V}.try_to_claim_block",
    ),
    edit("a claim boosts no marks", TRY, r"boost_watermark\(zone\)", "false", f"{V}.try_to_claim_block"),
    edit(
        "a quarter of a pageblock is enough",
        TRY,
        "pageblock_order - 1",
        "pageblock_order - 2",
        f"{V}.try_to_claim_block",
    ),
    edit(
        "pages of any other type are alike",
        TRY,
        "block_type == MIGRATE_MOVABLE",
        "block_type != MIGRATE_MOVABLE",
        f"{V}.try_to_claim_block",
    ),
    edit(
        "a whole pageblock is asked for its pages",
        TRY,
        ">= pageblock_order",
        "> pageblock_order",
        f"{V}.try_to_claim_block",
    ),
    edit(
        "small blocks are not spared", CLAIM, "alloc_flags & ALLOC_NOFRAGMENT", "false", f"{V}.rmqueue_claim"
    ),
    edit(
        "a small block for movable pages is claimed",
        CLAIM,
        "!can_steal",
        "false",
        f"{V}.rmqueue_claim",
    ),
    edit("the least order is passed over", CLAIM, ">= min_order", "> min_order", f"{V}.rmqueue_claim"),
    edit(
        "a smaller block is stolen", STEAL, "current_order = order", "current_order = 0", f"{V}.rmqueue_steal"
    ),
    edit(
        "the rest of a stolen block changes its type",
        STEAL,
        "order, current_order, fallback_mt",
        "order, current_order, start_migratetype",
        f"{V}.rmqueue_steal",
    ),
    edit("a theft is forgotten", REQUEST, "mode = RMQUEUE_STEAL", "mode = RMQUEUE_NORMAL", f"{F}.rmqueue"),
    edit("a spared block is stolen", REQUEST, r"!\(alloc_flags & ALLOC_NOFRAGMENT\)", "true", f"{F}.rmqueue"),
    edit(
        "own lists come first after a theft",
        REQUEST,
        r"switch \(\*mode\)",
        "switch (RMQUEUE_NORMAL)",
        f"{V}.fall_back",
    ),
)
