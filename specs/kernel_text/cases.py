"""The calls by which each function is compared with ours: every order, type and flag that matters."""

from __future__ import annotations

from functools import partial
from itertools import chain, combinations

from specs.kernel_text.agreement import Case
from specs.kernel_text.arguments import (
    area,
    block,
    boosted,
    calling,
    countdown,
    cursor,
    drains,
    each,
    expands,
    few,
    first_of_pageblock,
    frees,
    kind,
    limit,
    listed,
    marked,
    mask,
    movable,
    other_page,
    page,
    pages,
    pcp,
    stop,
    victim_of,
    with_an_isolated,
    zone,
)
from specs.prover.models.zone.geometry import Geometry

ORDERS = range(11)


PCP_ORDERS = Geometry(10).pcp_orders


LISTS = range(14)


TYPES = range(3)


M, F, H, I, P, V = (  # noqa: E741 # the letters of the rooms
    "linux.mobility",
    "linux.fallback",
    "linux.highatomic",
    "linux.isolation",
    "linux.pcp",
    "linux.versions.v6_1",
)


RESERVES = tuple(
    map(sum, chain.from_iterable(combinations((0x8, 0x10, 0x20, 0x200), many) for many in range(5)))
)
"""Every combination of the flags that reach below a mark."""


W, G, A = "linux.watermark", "linux.gfp", "linux.alloc_flags"


MARKS = (marked, pages("mark"), 2)


FLAGS = (False, True)


CASES: dict[tuple[str, str], Case] = {
    ("__find_buddy_pfn", "pfn.buddy_pfn"): Case(each(lambda o: calling(block(o), o), ORDERS)),
    ("page_is_buddy", f"{M}.page_is_buddy"): Case(each(lambda o: calling(zone, page, other_page, o), ORDERS)),
    ("buddy_merge_likely", f"{M}.buddy_merge_likely"): Case(
        each(lambda o: calling(zone, block(o), o), ORDERS)
    ),
    ("__free_one_page", f"{M}.free_one_page"): Case(
        each(frees, ORDERS, FLAGS), {M: {"buddy_merge_likely": "asks"}}
    ),
    ("expand", "buddy.expand"): Case(tuple(expands(low, high) for high in ORDERS for low in range(high + 1))),
    ("__rmqueue_smallest", "buddy.rmqueue_smallest"): Case(
        each(lambda o: calling(area, o, kind), ORDERS), {"buddy": {"expand": "none"}}
    ),
    ("move_freepages", f"{M}.move_freepages"): Case((calling(area, cursor, stop, kind),)),
    ("move_freepages_block", f"{M}.move_freepages_block"): Case(
        (calling(zone, page, kind),), {M: {"move_freepages": "count"}}
    ),
    ("can_steal_fallback", f"{F}.can_steal_fallback"): Case(each(calling, ORDERS, TYPES)),
    ("find_suitable_fallback", f"{F}.find_suitable_fallback"): Case(
        each(partial(calling, area), ORDERS, TYPES)
    ),
    ("__rmqueue_fallback", f"{F}.find_victim"): Case(
        each(lambda o, t, f: calling(area, o, t, no_fragment=f), ORDERS, TYPES, FLAGS)
    ),
    ("steal_suitable_fallback", f"{F}.steal_suitable_fallback"): Case(
        each(lambda o, w, t: calling(zone, victim_of(o, w), t, movable), ORDERS, FLAGS, TYPES),
        {F: {"move_freepages_block": "count", "change_pageblock_range": "none"}},
    ),
    ("change_pageblock_range", f"{F}.change_pageblock_range"): Case(
        each(lambda o: calling(zone, block(o), o, kind), (9, 10))
    ),
    ("__rmqueue", f"{F}.rmqueue"): Case(
        each(lambda o, t, f: calling(zone, o, t, movable, no_fragment=f), ORDERS, TYPES, FLAGS),
        {
            F: {"rmqueue_smallest": "page?"},
            V: {"rmqueue_smallest": "page?", "find_victim": "victim?", "steal_suitable_fallback": "none"},
        },
    ),
    ("rmqueue_buddy", f"{H}.rmqueue_buddy"): Case(
        each(
            lambda o, t, h, r, f: calling(zone, o, t, movable, highatomic=h, last_resort=r, no_fragment=f),
            ORDERS,
            TYPES,
            FLAGS,
            FLAGS,
            FLAGS,
        ),
        {H: {"rmqueue_smallest": "page?", "rmqueue": "page?"}},
    ),
    ("reserve_highatomic_pageblock", f"{H}.reserve_highatomic_pageblock"): Case(
        (calling(zone, page),), {H: {"may_reserve": "asks", "move_freepages_block": "count"}}
    ),
    ("unreserve_highatomic_pageblock", f"{H}.unreserve_first"): Case(
        each(lambda o: calling(zone, o, kind), ORDERS), {H: {"move_freepages_block": "count"}}
    ),
    ("unreserve_highatomic_pageblock", f"{H}.unreserve_highatomic_pageblock"): Case(
        each(lambda f: calling(zone, kind, force=f), FLAGS), {H: {"unreserve_first": "bool"}}
    ),
    ("set_migratetype_isolate", f"{I}.set_migratetype_isolate"): Case(
        (calling(zone, page),), {I: {"move_freepages_block": "count"}}
    ),
    ("unset_migratetype_isolate", f"{I}.unset_migratetype_isolate"): Case(
        (calling(with_an_isolated, first_of_pageblock, kind),),
        {I: {"move_freepages_block": "count", "putback_isolated_page": "none"}},
    ),
    ("__isolate_free_page", f"{I}.isolate_free_page"): Case(
        each(lambda o: calling(zone, listed(o), o, 0), ORDERS), {I: {"leaves": "asks"}}
    ),
    ("__putback_isolated_page", f"{I}.putback_isolated_page"): Case(
        each(lambda o: calling(zone, block(o), o, kind), ORDERS), {I: {"free_one_page": "none"}}
    ),
    ("break_down_buddy_pages", f"{I}.expand"): Case(each(lambda o: calling(area, page, 0, o, kind), ORDERS)),
    ("take_page_off_buddy", f"{I}.take_page_off_buddy"): Case(
        (calling(zone, page),), {I: {"expand": "none"}}
    ),
    ("put_page_back_buddy", f"{I}.put_page_back_buddy"): Case(
        (calling(zone, page),), {I: {"free_one_page": "none"}}
    ),
    ("order_to_pindex", f"{P}.order_to_pindex"): Case(each(calling, range(5), PCP_ORDERS)),
    ("pindex_to_order", f"{P}.pindex_to_order"): Case(each(calling, LISTS)),
    ("rmqueue_bulk", f"{P}.refill_one"): Case(
        each(lambda o, t, f: calling(zone, pcp, o, t, movable, no_fragment=f), PCP_ORDERS, TYPES, FLAGS),
        {P: {"rmqueue": "page?"}},
    ),
    ("rmqueue_bulk", f"{P}.rmqueue_bulk"): Case(
        each(
            lambda o, t, f: calling(zone, pcp, o, t, countdown("blocks", 1), movable, no_fragment=f),
            PCP_ORDERS,
            TYPES,
            FLAGS,
        ),
        {P: {"refill_one": "bool"}},
    ),
    ("__rmqueue_pcplist", f"{P}.rmqueue_pcplist"): Case(
        each(lambda o, t: calling(zone, pcp, o, t, movable, bulk=True), PCP_ORDERS, TYPES),
        {P: {"rmqueue_bulk": "none"}},
    ),
    ("rmqueue_pcplist", f"{P}.rmqueue_pcplist"): Case(
        each(lambda o, t: calling(zone, pcp, o, t, movable), PCP_ORDERS, TYPES), {P: {"rmqueue_bulk": "none"}}
    ),
    ("free_pcppages_bulk", f"{P}.next_pindex"): Case(each(lambda i: calling(pcp, i), LISTS)),
    ("free_pcppages_bulk", f"{P}.drain_one"): Case(each(drains, LISTS), {P: {"free_one_page": "none"}}),
    ("free_pcppages_bulk", f"{P}.free_pcppages_bulk"): Case(
        each(lambda i: calling(zone, pcp, countdown("pages", 0), i), LISTS),
        {P: {"next_pindex": "index?", "drain_one": "true"}},
    ),
    ("__zone_watermark_unusable_free", f"{W}.unusable_free"): Case(
        each(lambda o, f: calling(o, f, pages("highatomic")), ORDERS, RESERVES)
    ),
    ("__zone_watermark_ok", f"{W}.zone_watermark_ok"): Case(
        (
            *each(lambda o, f: calling(marked, o, pages("mark"), 2, f, pages("free")), (0,), RESERVES),
            *each(
                lambda o, f: calling(marked, o, pages("mark"), 2, f, pages("free")),
                (1, 2, 9, 10),
                (0, 8, 0x230),
            ),
        ),
        {W: {"unusable_free": "pages"}},
    ),
    ("zone_watermark_fast", f"{W}.zone_watermark_fast"): Case(
        each(
            lambda o, f, w, g: calling(marked, o, pages("mark"), 2, f | w, g, pages("free"), boosted),
            ORDERS,
            RESERVES,
            (0, 1),
            (0, 0x200),
        ),
        {W: {"unusable_free": "pages", "zone_watermark_ok": "asks"}},
    ),
    ("gfp_zone", f"{G}.gfp_zone"): Case((calling(mask),)),
    ("gfp_migratetype", f"{G}.gfp_migratetype"): Case(each(lambda f: calling(mask, mobility_off=f), FLAGS)),
    ("gfp_to_alloc_flags", f"{A}.gfp_to_alloc_flags"): Case(
        each(lambda f: calling(mask, few, realtime=f), FLAGS)
    ),
    ("nr_pcp_high", f"{P}.pcp_limit"): Case(
        each(lambda o, r: calling(pcp, o, reclaim_active=r), PCP_ORDERS, FLAGS)
    ),
    ("nr_pcp_free", f"{P}.pages_to_drain"): Case(each(lambda o: calling(pcp, o, limit), PCP_ORDERS)),
    ("free_unref_page_commit", f"{P}.free_unref_page_commit"): Case(
        each(
            lambda o, t, r: calling(zone, pcp, block(o), o, t, reclaim_active=r), PCP_ORDERS, range(5), FLAGS
        ),
        {P: {"pcp_limit": "count", "pages_to_drain": "count", "free_pcppages_bulk": "none"}},
    ),
}
"""By C function and our function."""
