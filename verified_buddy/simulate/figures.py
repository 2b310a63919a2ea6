"""What a run came to, now that it has ended."""

from __future__ import annotations

from verified_buddy.linux.fragmentation import contig_pages, fragmentation_index, unusable_index
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES, pageblock_start
from verified_buddy.simulate.outcome import INDEXED, TYPES, Outcome
from verified_buddy.simulate.run import Run
from verified_buddy.simulate.watched import WatchedZone


def outcome_of(run: Run) -> Outcome:
    """The figures of the run, and of the state in which it left the memory."""
    zones = run.nodes.ascending
    areas = [zone.free_area for zone in zones]
    free = [sum(area.orders[order].nr_free for area in areas) for order in range(len(areas[0].orders))]
    seen = {order: contig_pages(free, order) for order in INDEXED}
    blocks = zones[0].mobility.pageblocks
    watched = [zone for zone in zones if isinstance(zone, WatchedZone)]
    return Outcome(
        policy=run.policy,
        requests=run.requests,
        frees=run.frees,
        failed=sum(run.failures.values()),
        failed_by_order={str(order): run.failures[order] for order in sorted(run.failures)},
        endless=run.endless,
        slow=run.slow,
        reclaimed=run.memory.reclaimed,
        kswapd_rounds=run.rounds,
        fallbacks=sum(zone.fallbacks for zone in watched),
        claims=sum(zone.claims for zone in watched),
        pageblocks=pageblocks_of(run),
        mixed=sum(blocks.migratetype(pfn) != kind for area in areas for pfn, _, kind in area.blocks()),
        free_pages=sum(count << order for order, count in enumerate(free)),
        cached_pages=sum(lists.count for zone in zones for lists in zone.pcp),
        free_blocks=free,
        unusable_index={str(order): unusable_index(order, info) for order, info in seen.items()},
        fragmentation_index={str(order): fragmentation_index(order, info) for order, info in seen.items()},
        seconds=run.seconds,
    )


def pageblocks_of(run: Run) -> dict[str, int]:
    """By type: how many pageblocks the zones have, with those that they share."""
    kinds = dict.fromkeys(TYPES.values(), 0)
    for zone in run.nodes.ascending:
        first = zone.mobility.start
        for start in range(pageblock_start(first), zone.mobility.end, PAGEBLOCK_PAGES):
            kinds[TYPES[zone.mobility.pageblocks.migratetype(start)]] += 1
    return kinds
