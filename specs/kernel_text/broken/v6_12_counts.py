"""Kernels of Linux 6.12 that miscount NR_FREE_PAGES, each rejected by the comparison."""

from __future__ import annotations

from specs.kernel_text.broken.v6_12 import STEAL, TRY, M, V, edit

I = "linux.isolation"  # noqa: E741 # the room's letter
COUNTED, FREE, SMALLEST, EXPAND = (
    "linux.migratetype.is_counted",
    f"{M}.free_one_page",
    "buddy.rmqueue_smallest",
    "buddy.expand",
)
ACCOUNT, TAKE, MOVE, DELETE = (
    "account_freepages",
    "page_del_and_expand",
    "move_to_free_list",
    "del_page_from_free_list",
)
EDITS = (
    edit("isolated pages count as free", ACCOUNT, r"is_migrate_isolate\(migratetype\)", "false", COUNTED),
    edit(
        "pages of the reserve do not count", ACCOUNT, "is_migrate_isolate", "is_migrate_highatomic", COUNTED
    ),
    edit("another item counts them", ACCOUNT, "NR_FREE_PAGES", "NR_ZONE_INACTIVE_ANON", COUNTED),
    edit(
        "the reserve loses its free pages", ACCOUNT, r"nr_free_highatomic \+", "nr_free_highatomic -", COUNTED
    ),
    edit("any pages are the reserve's", ACCOUNT, r"is_migrate_highatomic\(migratetype\)", "true", COUNTED),
    edit(
        "every turn counts the block again",
        "__free_one_page",
        "while",
        "account_freepages(zone, 1 << order, migratetype); while",
        FREE,
    ),
    edit(
        "a merge counts the buddy again",
        "__free_one_page",
        "__del_page_from_free_list",
        "del_page_from_free_list",
        FREE,
    ),
    edit("what is handed out comes free", TAKE, "-nr_pages", "nr_pages", SMALLEST),
    edit("the whole block is taken off", TAKE, "nr_pages -=", "(void)", SMALLEST),
    edit("an odd half is told", "expand", r"nr_added \+= size", "nr_added = size", EXPAND),
    edit("a block is listed first, and split then", "expand", "size >>= 1", "size >>= 0", EXPAND),
    edit(
        "what is stolen is of the wanted type", STEAL, "page_del_and_expand", "expand", f"{V}.rmqueue_steal"
    ),
    edit(
        "what is claimed is not taken off", TRY, "del_page_from", "__del_page_from", f"{V}.try_to_claim_block"
    ),
    edit(
        "the rest of what is claimed is not added",
        TRY,
        r"account_freepages\(zone, nr_added, start_type\)",
        "(void)nr_added",
        f"{V}.try_to_claim_block",
    ),
    edit("a block is taken off as a page", DELETE, r"-\(1 << order\)", "-1", f"{V}.try_to_claim_block"),
    edit(
        "the halves of a broken block are not added",
        "break_down_buddy_pages",
        "add_to_free_list",
        "__add_to_free_list",
        f"{I}.expand",
    ),
    edit(
        "a block that is broken is not taken off",
        "take_page_off_buddy",
        "del_page_from",
        "__del_page_from",
        f"{I}.take_page_off_buddy",
    ),
    edit("what moves was of the new type", MOVE, r"\), old_mt\)", "), new_mt)", f"{M}.move_freepages"),
    edit("what moves is added, and not taken off", MOVE, r"-\(1 << order\)", "0", f"{M}.move_freepages"),
)
