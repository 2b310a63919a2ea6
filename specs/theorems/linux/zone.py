"""The ledger rows about the Linux zone that are checked by running it, or tested."""

from __future__ import annotations

from specs.exhaustive import linux_walk as typed_walk
from specs.ledger.refutation import checker
from specs.ledger.theorem import Theorem
from specs.random import linux_runs as typed_runs
from specs.random.linux_programs import TypedZoneMachine
from specs.theorems.core.random_programs import tester

LINUX_ZONE = tuple(
    f"verified_buddy.linux.zone.LinuxZone.{name}"
    for name in (
        "add_range",
        "alloc",
        "alloc_bulk",
        "free",
        "split",
        "drain",
        "drain_all",
        "isolate",
        "offline",
        "putback",
        "nr_free_pages",
        "lists_of",
        "why_not_live",
    )
)
INSIDE = (
    "verified_buddy.linux.isolation.set_migratetype_isolate",
    "verified_buddy.linux.isolation.unset_migratetype_isolate",
    "verified_buddy.linux.isolation.isolate_free_page",
    "verified_buddy.linux.isolation.split_free_page",
    "verified_buddy.linux.highatomic.reserve_highatomic_pageblock",
    "verified_buddy.linux.highatomic.unreserve_highatomic_pageblock",
    "verified_buddy.linux.highatomic.rmqueue_buddy",
)
STEPS = (
    *(f"verified_buddy.linux.pcp.PerCpuPages.{name}" for name in ("add", "remove", "first", "last")),
    *(
        f"verified_buddy.linux.pageblock.Pageblocks.{name}"
        for name in ("migratetype", "set", "types", "belong", "free_area_of")
    ),
    "verified_buddy.linux.mobility.MobilityZone.nr_free_pages",
    "verified_buddy.linux.mobility.feed",
    "verified_buddy.linux.isolation.leaves",
    "verified_buddy.linux.zone.none_movable",
    "verified_buddy.linux.mobility.free_one_page",
    "verified_buddy.linux.mobility.buddy_merge_likely",
    "verified_buddy.linux.mobility.move_freepages_block",
    "verified_buddy.linux.fallback.rmqueue",
    "verified_buddy.linux.fallback.find_victim",
    "verified_buddy.linux.fallback.steal_suitable_fallback",
    "verified_buddy.linux.pcp.rmqueue_pcplist",
    "verified_buddy.linux.pcp.free_unref_page_commit",
    "verified_buddy.linux.pcp.free_pcppages_bulk",
    "verified_buddy.linux.pcp.drain_pages_zone",
)


THEOREMS = (
    Theorem(
        name="typed-small-states",
        says="In every state of a small Linux zone, every page has one owner and every free block is merged; "
        "an allocation hands out what was free or cached and moves blocks and pageblocks to its own type "
        "alone, by the table of fallbacks; it is refused only if no list that may be used holds a block; "
        "what comes back is free under the type that the rule says, and nothing else changes.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="exhaustive",
        check=checker(typed_walk.visit),
        rejects=(
            "typed-merge-asks-one-side",
            "typed-merge-takes-the-buddys-type",
            "typed-counts-isolated-pages",
            "typed-fallback-to-the-reserve",
            "typed-fallback-skips-a-type",
            "typed-claims-more-than-half",
            "typed-steal-forgets-the-type",
            "typed-steal-forgets-the-upper-pageblock",
            "typed-fallback-that-fails-moves",
            "typed-forced-release-needs-a-count",
            "typed-release-keeps-the-count",
            "typed-isolation-is-not-counted",
            "typed-comes-back-alone",
            "typed-isolates-below-the-mark",
            "typed-range-outside-the-zone",
            "pcp-drains-as-cached",
            "pcp-one-huge-list",
            "pcp-refill-keeps-the-pages-free",
            "pcp-hands-out-and-keeps",
            "pcp-counts-blocks",
            "pcp-takes-isolated-pages",
        ),
        assumptions=(
            "zones of 1..3 pageblocks, one CPU of high 1024 and batch 512, blocks of the orders 7..10 (in two"
            " pageblocks 8..10, in three 9..10), two or three types; of a pageblock's pages in use all are "
            "movable, or none; one pageblock at a time is isolated, and no block in use crosses its edge; "
            "isolation, the reserve and blocks that are out together in one pageblock, each alone in two",
        ),
    ),
    Theorem(
        name="typed-runs",
        says="In long runs over zones of all shapes, every call takes, moves and lists the very pages that "
        "plain lists of the Linux policy do, in the same order, with the same types and counters.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="execution",
        check=checker(typed_runs.visit),
        rejects=(
            "typed-moves-to-the-head",
            "typed-moves-past-the-zone",
            "typed-boot-memory-stays-unmovable",
            "typed-fallback-in-another-order",
            "typed-falls-back-to-the-smallest",
            "typed-movable-takes-the-largest",
            "typed-steals-too-early",
            "typed-alike-pages-of-any-type",
            "typed-isolation-leaves-the-free-pages",
            "typed-split-forgets-the-upper-part",
            "typed-merge-asks-nobody",
            "pcp-drains-as-cached",
            "pcp-drains-the-newest",
            "pcp-one-list-for-all-types",
            "pcp-drain-wraps",
            "pcp-drains-one-list-only",
            "pcp-refills-at-the-head",
            "pcp-refill-of-one",
            "pcp-caches-order-four",
            "pcp-limit-of-reclaim-is-high",
            "pcp-never-drains-twice-as-much",
            "pcp-drain-leaves-the-rest",
            "pcp-bulk-of-one-keeps-the-factor",
            "pcp-bulk-of-nothing-is-the-end",
            "typed-merge-likely-in-its-own-zone",
            "typed-offline-comes-back-to-the-tail",
            "steal-counts-outside-the-zone",
        ),
        assumptions=("fourteen runs of 1,500 calls in seven shapes, the same each time",),
    ),
    Theorem(
        name="typed-zone-machine",
        says="Random programs on Linux zones of all shapes take, move, list and reject as plain lists of the "
        "Linux policy do.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="hypothesis",
        check=tester(TypedZoneMachine, 40),
        rejects=(
            "typed-fallback-skips-a-type",
            "pcp-drain-wraps",
            "pcp-hands-out-and-keeps",
        ),
        assumptions=("a fixed set of random programs; the tests run others",),
    ),
)
