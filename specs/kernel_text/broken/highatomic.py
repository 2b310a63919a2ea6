"""The highatomic reserve, broken."""

from __future__ import annotations

from specs.kernel_text.broken.edit import Edit

EDITS: tuple[Edit, ...] = (
    Edit("a tenth of the zone is reserved", "reserve_highatomic_pageblock", "/ 100", "/ 10", "reserve-exact"),
    Edit(
        "what may not merge is reserved",
        "reserve_highatomic_pageblock",
        "migratetype_is_mergeable",
        "!migratetype_is_mergeable",
        "reserve-exact",
    ),
    Edit(
        "the reserve is counted in pages of one",
        "reserve_highatomic_pageblock",
        r"\+= pageblock_nr_pages",
        "+= 1",
        "reserve-exact",
    ),
    Edit(
        "the reserved pages stay on their lists",
        "reserve_highatomic_pageblock",
        "move_freepages_block",
        "dump_page",
        "reserve-exact",
    ),
    Edit(
        "the reserve grows where it should shrink",
        "unreserve_highatomic_pageblock",
        "-= min",
        "+= min",
        "unreserve-exact",
        home="linux.highatomic.unreserve_first",
    ),
    Edit(
        "the reserve shrinks below nothing",
        "unreserve_highatomic_pageblock",
        r"\bmin\b",
        "max",
        "unreserve-exact",
        home="linux.highatomic.unreserve_first",
        bug="L12",
    ),
    Edit(
        "what is no reserve is counted off it",
        "unreserve_highatomic_pageblock",
        "is_migrate_highatomic_page",
        "!is_migrate_highatomic_page",
        "unreserve-exact",
        home="linux.highatomic.unreserve_first",
    ),
    Edit(
        "the last reserve is given away unasked",
        "unreserve_highatomic_pageblock",
        "!force &&",
        "force &&",
        "unreserve-refusal",
        home="linux.highatomic.unreserve_highatomic_pageblock",
    ),
    Edit(
        "no reserve is ever released",
        "unreserve_highatomic_pageblock",
        "order < MAX_ORDER",
        "order < 0",
        "unreserve-refusal",
        home="linux.highatomic.unreserve_highatomic_pageblock",
        bug="L8",
    ),
    Edit(
        "the reserve of the top order is not released",
        "unreserve_highatomic_pageblock",
        "order < MAX_ORDER",
        "order < MAX_ORDER - 1",
        "unreserve-refusal",
        home="linux.highatomic.unreserve_highatomic_pageblock",
        bug="P1",
    ),
    Edit("the last resort is no resort", "rmqueue_buddy", "ALLOC_OOM", "ALLOC_NOFRAGMENT", "buddy-refusal"),
    Edit(
        "every request takes from the reserve",
        "rmqueue_buddy",
        "alloc_flags & ALLOC_HIGHATOMIC",
        "alloc_flags | ALLOC_HIGHATOMIC",
        "buddy-refusal",
    ),
    Edit("a refusal comes with a page", "rmqueue_buddy", r"!page && \(", "page && (", "buddy-refusal"),
)
