"""The calls by which Linux 6.12's own functions are compared with ours."""

from __future__ import annotations

from specs.kernel_text.agreement import Case
from specs.kernel_text.arguments import area as lists
from specs.kernel_text.arguments import (
    calling,
    cursor_of_pageblock,
    each,
    first_of_pageblock,
    frees,
    kind,
    movable,
    page,
    stealing,
    stop,
    victim_of,
    zone,
)
from specs.kernel_text.cases import FLAGS, ORDERS, TYPES, F, M

V = "linux.versions.v6_12"
LINUX = f"{V}.LINUX_6_12"

CASES_6_12: dict[tuple[str, str], Case] = {
    ("account_freepages", "linux.migratetype.is_counted"): Case((calling(kind),), policy=LINUX),
    ("__free_one_page", f"{M}.free_one_page"): Case(
        each(frees, ORDERS, FLAGS), {M: {"buddy_merge_likely": "asks"}}, policy=LINUX
    ),
    ("prep_move_freepages_block", f"{V}.pages_of_free_block"): Case((calling(lists, page),), policy=LINUX),
    ("prep_move_freepages_block", f"{V}.prep_move_freepages_block"): Case(
        (calling(zone, page, movable),), {V: {"count_free_pages": "count"}}, policy=LINUX
    ),
    ("__move_freepages_block", f"{M}.move_freepages"): Case(
        (calling(lists, cursor_of_pageblock, stop, kind),), policy=LINUX
    ),
    ("__move_freepages_block", f"{V}.move_freepages_block"): Case(
        (calling(zone, first_of_pageblock, kind),), {V: {"move_freepages": "count"}}, policy=LINUX
    ),
    ("try_to_steal_block", f"{V}.try_to_claim_block"): Case(
        tuple(
            calling(zone, victim_of(found, True), order, wanted, movable)
            for found in ORDERS
            for order in range(found + 1)
            for wanted in TYPES
        ),
        {
            V: {
                "prep_move_freepages_block": "block?",
                "move_freepages_block": "count",
                "change_pageblock_range": "none",
                "rmqueue_smallest": "page?",
                "expand": "none",
            }
        },
        policy=LINUX,
    ),
    ("__rmqueue_claim", f"{V}.rmqueue_claim"): Case(
        each(lambda o, t, f: calling(zone, o, t, movable, no_fragment=f), ORDERS, TYPES, FLAGS),
        {V: {"find_suitable_fallback": "turn", "try_to_claim_block": "claim?"}},
        policy=LINUX,
    ),
    ("__rmqueue_steal", f"{V}.rmqueue_steal"): Case(
        each(lambda o, t: calling(zone, o, t), ORDERS, TYPES), {V: {"expand": "none"}}, policy=LINUX
    ),
    ("__rmqueue", f"{F}.rmqueue"): Case(
        each(lambda o, t, f: calling(zone, o, t, movable, no_fragment=f), ORDERS, TYPES, FLAGS),
        {F: {"rmqueue_smallest": "page?"}, V: {"rmqueue_claim": "page?", "rmqueue_steal": "page?"}},
        policy=LINUX,
    ),
    ("__rmqueue", f"{V}.fall_back"): Case(
        each(lambda o, t, f: calling(stealing, o, t, movable, f), ORDERS, TYPES, FLAGS),
        {V: {"rmqueue_claim": "page?", "rmqueue_steal": "page?"}},
        policy=LINUX,
    ),
}
"""By C function and our function."""
