"""Isolation, and pages taken off, broken."""

from __future__ import annotations

from specs.kernel_text.broken.edit import AGREEMENT, Edit

EDITS: tuple[Edit, ...] = (
    Edit(
        "what is isolated is isolated again",
        "set_migratetype_isolate",
        "is_migrate_isolate_page",
        "!is_migrate_isolate_page",
        "isolate-exact",
    ),
    Edit(
        "isolated pageblocks are counted down",
        "set_migratetype_isolate",
        r"nr_isolate_pageblock\+\+",
        "nr_isolate_pageblock--",
        "isolate-exact",
    ),
    Edit(
        "free pages of an isolated pageblock stay listed",
        "set_migratetype_isolate",
        "move_freepages_block",
        "get_pageblock_migratetype",
        AGREEMENT,
    ),
    Edit(
        "a block that may merge is left at the top but one",
        "unset_migratetype_isolate",
        "order < MAX_ORDER - 1",
        "order < MAX_ORDER - 2",
        "isolate-exact",
    ),
    Edit(
        "a merge is tried at the top order",
        "unset_migratetype_isolate",
        "order < MAX_ORDER - 1",
        "order < MAX_ORDER",
        "isolate-exact",
        bug="R37",
    ),
    Edit(
        "an isolated buddy is merged with",
        "unset_migratetype_isolate",
        "buddy && !is_migrate_isolate_page",
        "buddy && is_migrate_isolate_page",
        "isolate-exact",
        bug="X15",
    ),
    Edit(
        "the counter of isolated pageblocks grows",
        "unset_migratetype_isolate",
        "nr_isolate_pageblock--",
        "nr_isolate_pageblock++",
        "isolate-exact",
    ),
    Edit(
        "the block is not put back",
        "unset_migratetype_isolate",
        "__putback_isolated_page",
        "dump_page",
        "isolate-exact",
    ),
    Edit(
        "the mark is not raised by the block",
        "__isolate_free_page",
        r"\+ \(1UL << order\)",
        "",
        "isolate-free",
    ),
    Edit(
        "a page is refused where the mark allows it",
        "__isolate_free_page",
        "!zone_watermark_ok",
        "zone_watermark_ok",
        "isolate-free",
    ),
    Edit(
        "half a pageblock does not become movable",
        "__isolate_free_page",
        "pageblock_order - 1",
        "pageblock_order",
        "isolate-free",
    ),
    Edit(
        "every second pageblock is passed over",
        "__isolate_free_page",
        r"page \+= pageblock_nr_pages",
        "page += pageblock_nr_pages * 2",
        "isolate-free",
    ),
    Edit(
        "what may not merge becomes movable",
        "__isolate_free_page",
        "migratetype_is_mergeable",
        "!migratetype_is_mergeable",
        "isolate-free",
    ),
    Edit(
        "the isolated page stays listed",
        "__isolate_free_page",
        "del_page_from_free_list",
        "dump_page",
        "isolate-free",
    ),
    Edit(
        "the block comes back to the head", "__putback_isolated_page", r"\| FPI_TO_TAIL", "", "putback-exact"
    ),
    Edit(
        "the target is listed, its halves are not",
        "break_down_buddy_pages",
        "current_buddy != target",
        "current_buddy == target",
        "offline-exact",
    ),
    Edit(
        "the upper half is taken for the lower",
        "break_down_buddy_pages",
        "target >=",
        "target <=",
        "offline-exact",
    ),
    Edit(
        "a target at the middle is taken for the lower half's",
        "break_down_buddy_pages",
        "target >=",
        "target >",
        "offline-exact",
    ),
    Edit("the halves do not shrink", "break_down_buddy_pages", "size >>= 1", "size >>= 0", "offline-exact"),
    Edit(
        "a page is taken off that is in use",
        "take_page_off_buddy",
        "ret = false",
        "ret = true",
        "offline-exact",
        bug="Z31",
    ),
    Edit("a single page is never found", "take_page_off_buddy", "order = 0", "order = 1", "offline-exact"),
    Edit(
        "the top order is never asked",
        "take_page_off_buddy",
        "order < MAX_ORDER",
        "order < MAX_ORDER - 1",
        "offline-exact",
        bug="P1",
    ),
    Edit(
        "a block of just that order is passed over",
        "take_page_off_buddy",
        "page_order >= order",
        "page_order > order",
        "offline-exact",
    ),
    Edit("two pages come back for one", "put_page_back_buddy", "zone, 0", "zone, 1", "putback-exact"),
    Edit(
        "the page comes back to the tail", "put_page_back_buddy", "FPI_NONE", "FPI_TO_TAIL", "putback-exact"
    ),
)
