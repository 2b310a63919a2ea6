"""How many paths the operations of a zone with migratetypes have, with pageblocks of order 2."""

from __future__ import annotations

SMALL = 3
"""The top order at which all paths are looked at."""

PATHS = {
    "mobility.free_one_page": (25, 0),
    "mobility.free_one_page, to_tail": (19, 0),
    "mobility.move_free_block": (5, 0),
    "mobility.move_freepages": (6, 0),
    "mobility.move_freepages_block": (5, 1),  # a pageblock that no zone with the page could have
    "mobility.free_range": (22, 8),  # a cursor from which not even one page fits
    "fallback.find_victim": (102, 0),
    "fallback.steal_suitable_fallback": (56, 19),  # a pageblock in which less moves than the victim
    "fallback.rmqueue": (54, 18),  # a request that finds nothing after its steal
    "highatomic.rmqueue_buddy": (156, 0),
    "highatomic.reserve_highatomic_pageblock": (4, 0),
    "highatomic.unreserve_first": (22, 6),  # a whole pageblock that is free, and does not move
    "highatomic.unreserve_highatomic_pageblock": (11, 0),
    "isolation.set_migratetype_isolate": (3, 0),
    "isolation.unset_migratetype_isolate": (6, 2),  # the same
    "isolation.isolate_free_page": (18, 4),  # a pageblock that is isolated, and of a type that mixes
    "isolation.split_free_page": (4, 0),
    "isolation.putback_isolated_page": (4, 0),
    "isolation.take_page_off_buddy": (5, 0),
    "isolation.put_page_back_buddy": (1, 0),
}
"""By operation: the paths that some state walks, and those that none does."""
