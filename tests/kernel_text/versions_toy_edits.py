"""Broken toys of Linux 6.12: each is rejected by the comparison with our model of it."""

from __future__ import annotations

from specs.kernel_text.broken.v6_12 import CLAIM, MOVE, PREP, REQUEST, STEAL, TRY, F, M, V, edit
from specs.kernel_text.broken.v6_12_counts import ACCOUNT, COUNTED, DELETE, EXPAND, FREE, SMALLEST, TAKE
from specs.kernel_text.broken.v6_12_counts import MOVE as MOVE_BLOCK

EDITS = (
    edit(
        "the buddy keeps its type",
        "__free_one_page",
        r"change_pageblock_range\(other",
        "set_page_guard(other",
        f"{M}.free_one_page",
    ),
    edit("the zone's end is not asked for", PREP, r"zone_spans_pfn\(zone, high\)", "true", f"{V}.{PREP}"),
    edit(
        "a free block counts as a page",
        PREP,
        r"num_free \+= step",
        "num_free += 1",
        f"{V}.pages_of_free_block",
    ),
    edit("no page is movable", PREP, r"num_movable \+= 1", "num_movable += 0", f"{V}.pages_of_free_block"),
    edit(
        "the pageblock keeps its type", MOVE, r"\(first\), new", "(first), old", f"{V}.move_freepages_block"
    ),
    edit("blocks move to the old lists", MOVE, "size, old, new", "size, new, old", f"{M}.move_freepages"),
    edit("the reserve is claimed", TRY, "was == MIGRATE_HIGHATOMIC", "false", f"{V}.try_to_claim_block"),
    edit("a claim boosts no marks", TRY, r"boost_watermark\(zone\);", "", f"{V}.try_to_claim_block"),
    edit(
        "one page less is enough",
        TRY,
        "< pageblock_nr_pages",
        "+ 2 < pageblock_nr_pages",
        f"{V}.try_to_claim_block",
    ),
    edit(
        "the block comes from the old lists",
        TRY,
        r"smallest\(zone, order, wanted",
        "smallest(zone, order, was",
        f"{V}.try_to_claim_block",
    ),
    edit("small blocks are not spared", CLAIM, "flags & ALLOC_NOFRAGMENT", "false", f"{V}.rmqueue_claim"),
    edit(
        "a small block for movable pages is claimed",
        CLAIM,
        "!whole",
        "false",
        f"{V}.rmqueue_claim",
    ),
    edit("the least order is passed over", CLAIM, ">= least", "> least", f"{V}.rmqueue_claim"),
    edit("a claim in vain ends the search", CLAIM, "found != NULL", "true", f"{V}.rmqueue_claim"),
    edit(
        "the rest of a stolen block changes its type",
        STEAL,
        "order, have, type",
        "order, have, wanted",
        f"{V}.rmqueue_steal",
    ),
    edit(
        "the least order is passed over",
        STEAL,
        "have = order, type",
        "have = order + 1, type",
        f"{V}.rmqueue_steal",
    ),
    edit("a theft is forgotten", REQUEST, "mode = RMQUEUE_STEAL", "mode = RMQUEUE_NORMAL", f"{F}.rmqueue"),
    edit("a spared block is stolen", REQUEST, r"!\(flags & ALLOC_NOFRAGMENT\)", "true", f"{F}.rmqueue"),
    edit("isolated pages count as free", ACCOUNT, r"!is_migrate_isolate\(type\)", "true", COUNTED),
    edit("the reserve loses what comes", ACCOUNT, r"nr_free_highatomic \+", "nr_free_highatomic -", COUNTED),
    edit("another item counts them", ACCOUNT, "NR_FREE_PAGES", "MIGRATE_MOVABLE", COUNTED),
    edit("a freed block counts as a page", "__free_one_page", "1 << order, type", "1, type", FREE),
    edit("what is handed out is not taken off", TAKE, "del_page_from", "__del_page_from", SMALLEST),
    edit("an odd half is told", "expand", r"told \+= 1U", "told = 1U", EXPAND),
    edit("a block is taken off as a page", DELETE, "-pages", "-1", f"{V}.try_to_claim_block"),
    edit("what moves was of the new type", MOVE_BLOCK, "-pages, was", "-pages, type", f"{M}.move_freepages"),
    edit(
        "the rest of what is claimed is not added",
        TRY,
        r"account_freepages\(zone, expand\(zone, page, order, have, wanted\), wanted\)",
        "expand(zone, page, order, have, wanted)",
        f"{V}.try_to_claim_block",
    ),
    edit("a claim follows a theft", REQUEST, "case RMQUEUE_STEAL", "case RMQUEUE_CMA", f"{V}.fall_back"),
)
