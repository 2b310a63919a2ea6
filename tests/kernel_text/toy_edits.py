"""Broken toys: edits of our own small tree, each with the row that rejects it."""

from __future__ import annotations

from specs.kernel_text.broken.edit import AGREEMENT, Edit

EDITS = (
    Edit(
        "a buddy above is looked for below",
        "__find_buddy_pfn",
        r"page_pfn \+ half",
        "page_pfn - half",
        AGREEMENT,
    ),
    Edit(
        "a merge is tried at the top order",
        "__free_one_page",
        r"order \+ 1 < MAX_ORDER",
        "order < MAX_ORDER",
        "add-keeps",
        home="buddy.free_one_page",
        bug="R37",
    ),
    Edit(
        "only the freed pageblock's type is asked for",
        "__free_one_page",
        r"migratetype_is_mergeable\(theirs\)",
        "true",
        "merge-guard",
        home="linux.mobility.free_one_page",
        bug="L1",
    ),
    Edit("the lower halves are listed", "expand", r"page \+ \(1UL << high\)", "page", "no-overlap"),
    Edit("a half is lost", "expand", "high >= low", "high > low", "contained"),
    Edit(
        "the order asked for is passed over",
        "__rmqueue_smallest",
        "have = order",
        "have = order + 1",
        "alloc-smallest",
    ),
    Edit(
        "the last page of a range is left out",
        "move_freepages",
        "pfn <= end_pfn",
        "pfn < end_pfn",
        "move-exact",
    ),
    Edit("what moved is not added up", "move_freepages", r"pages_moved \+=", "pages_moved =", "move-exact"),
    Edit(
        "the zone's end is not asked for",
        "move_freepages_block",
        r"!zone_spans_pfn\(zone, last\)",
        "false",
        "move-block",
    ),
    Edit(
        "movable requests steal pageblocks",
        "can_steal_fallback",
        "!= MIGRATE_MOVABLE",
        "== MIGRATE_MOVABLE",
        "fallback-order",
    ),
    Edit("no other type is asked", "find_suitable_fallback", r"at\+\+", "return -1", "fallback-order"),
    Edit(
        "a stolen block stays where it is",
        "steal_suitable_fallback",
        "move_to_free_list",
        "dump_page",
        "steal-exact",
    ),
    Edit("nothing is tried again", "__rmqueue", "!found && ", "", "fallback-exact"),
    Edit("the last resort is none", "rmqueue_buddy", "ALLOC_OOM", "ALLOC_CMA", "buddy-refusal", bug="L8"),
    Edit(
        "the reserve is not counted",
        "reserve_highatomic_pageblock",
        r"pageblock_nr_pages \+ zone->nr",
        "zone->nr",
        "reserve-exact",
    ),
    Edit(
        "one empty list ends the search",
        "unreserve_highatomic_pageblock",
        r"\(!block\)\s+continue",
        "(!block) break",
        "unreserve-exact",
        home="linux.highatomic.unreserve_first",
    ),
    Edit(
        "isolated pageblocks are counted twice", "set_migratetype_isolate", r"\+= 1", "+= 2", "isolate-exact"
    ),
    Edit(
        "a block is taken out of the middle of an isolated range",
        "unset_migratetype_isolate",
        "beside != NULL && !",
        "beside != NULL && ",
        "isolate-exact",
        bug="X15",
    ),
    Edit(
        "half a pageblock stays as it was",
        "__isolate_free_page",
        r"order \+ 1 >=",
        "order >=",
        "isolate-free",
    ),
    Edit(
        "a block comes back to the head", "__putback_isolated_page", r"FPI_TO_TAIL \+ ", "", "putback-exact"
    ),
    Edit(
        "the target's half is listed",
        "break_down_buddy_pages",
        "target < middle",
        "target > middle",
        "offline-exact",
    ),
    Edit(
        "a page in use is taken off",
        "take_page_off_buddy",
        r"return false;\s+order",
        "return true; order",
        "offline-exact",
        bug="Z31",
    ),
    Edit(
        "two lists of huge pages are one",
        "order_to_pindex",
        r"NR_LOWORDER_PCP_LISTS \+ 1",
        "NR_LOWORDER_PCP_LISTS",
        "pcp-index",
        bug="L11",
    ),
    Edit(
        "pages come to the head",
        "rmqueue_bulk",
        "list_add_tail",
        "list_add",
        "refill-exact",
        home="linux.pcp.refill_one",
    ),
    Edit("the factor stays as it is", "rmqueue_pcplist", "free_factor / 2", "free_factor / 1", "pcp-alloc"),
    Edit(
        "the pageblock's type is never asked for",
        "free_pcppages_bulk",
        r"if \(asks\)",
        "if (!asks)",
        "drain-exact",
        home="linux.pcp.drain_one",
        bug="L2",
    ),
    Edit(
        "lists are drained by turns",
        "free_pcppages_bulk",
        r"!list_empty\(list\) && count >= 1",
        "false",
        "drain-bulk",
        home="linux.pcp.free_pcppages_bulk",
    ),
    Edit("the limit under reclaim is as high", "nr_pcp_high", r"min\(most, ", "max(most, ", AGREEMENT),
    Edit(
        "the factor grows twice as fast", "nr_pcp_free", r"free_factor \+= 1", "free_factor += 2", AGREEMENT
    ),
    Edit("the lists drain late", "free_unref_page_commit", "count < most", "count <= most", "pcp-free"),
)
