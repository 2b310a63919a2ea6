"""The ledger rows about the Linux zone that are checked by running it, or tested."""

from __future__ import annotations

from specs.exhaustive import linux_feed
from specs.exhaustive import linux_walk as typed_walk
from specs.exhaustive.linux_also import ALL
from specs.exhaustive.linux_judge import rest
from specs.exhaustive.linux_states import LIMITS
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Assumption, Theorem
from specs.random import linux_runs as typed_runs
from specs.random.linux_beside import Pair
from specs.random.linux_geometries import GEOMETRIES
from specs.random.linux_programs import TypedZoneMachine
from specs.random.tester import Tester, drawn

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
    "verified_buddy.linux.mobility.page_is_buddy",
    "verified_buddy.linux.mobility.move_freepages_block",
    "verified_buddy.linux.fallback.rmqueue",
    "verified_buddy.linux.fallback.find_victim",
    "verified_buddy.linux.fallback.steal_suitable_fallback",
    "verified_buddy.linux.pcp.rmqueue_pcplist",
    "verified_buddy.linux.pcp.free_unref_page_commit",
    "verified_buddy.linux.pcp.free_pcppages_bulk",
    "verified_buddy.linux.pcp.drain_pages_zone",
)
TOP = (10,)
PROGRAMS = 40
RUNS = len(GEOMETRIES) * len(typed_runs.SEEDS)
BESIDE = said_by(Pair.both, Pair.inside, Pair.compare)
SHAPES = "in zones of these shapes: " + "; ".join(GEOMETRIES)


THEOREMS = (
    Theorem(
        name="typed-small-states",
        says="In every state of a small Linux zone, every page has one owner and every free block is merged; "
        "an allocation hands out what was free or cached and moves blocks and pageblocks to its own type "
        "alone, by the table of fallbacks; it is refused only if no list that may be used holds a block; "
        "what comes back is free under the type that the rule says, and nothing else changes.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="exhaustive",
        check=Checker(typed_walk.visit),
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
        assumes=(Assumption(("free-area-conforms",), "of a free area nothing but the lists matters"),),
        domain=Domain(
            starts="a zone whose memory is all free, and each state that its calls lead to",
            pages="those of the zone",
            max_orders=TOP,
            sizes=(*typed_walk.sizes(), *LIMITS),
        ),
        owes=(*said_by(rest), *(f"{call}: {said_by(judge)[0]}" for call, judge in ALL.items())),
    ),
    Theorem(
        name="feed-exact",
        says="Boot memory that is fed makes exactly its pages free, each block under its pageblock's type; "
        "the pageblocks that start in it are movable, and no other changes its type, be it the zone's or "
        "its neighbour's; its pages are managed.  Whatever type was set is told, ascending.",
        about=(
            "verified_buddy.linux.mobility.feed",
            *(
                f"verified_buddy.linux.pageblock.Pageblocks.{name}"
                for name in ("migratetype", "set", "types")
            ),
        ),
        method="exhaustive",
        check=Checker(linux_feed.visit),
        rejects=(
            "feed-types-the-next-pageblock",
            "feed-types-its-first-pageblock",
            "typed-boot-memory-stays-unmovable",
            "pageblocks-tell-no-type",
            "pageblocks-out-of-order",
        ),
        domain=Domain(
            starts="an empty zone of three pageblocks between two others, all of one type or of none yet",
            pages="ranges that begin and end at the first, second or last page of a pageblock",
            max_orders=TOP,
        ),
        owes=said_by(linux_feed.fed),
    ),
    Theorem(
        name="typed-runs",
        says="In long runs over zones of all shapes, every call takes, moves and lists the very pages that "
        "plain lists of the Linux policy do, in the same order, with the same types and counters.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="execution",
        check=Checker(typed_runs.visit),
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
        domain=Domain(
            starts="zones whose memory is all free",
            pages="those of the zones, and some outside",
            max_orders=TOP,
            sizes=(f"{typed_runs.TURNS:,} calls each; the same runs every time", SHAPES),
            programs=RUNS,
        ),
        owes=BESIDE,
    ),
    Theorem(
        name="typed-zone-machine",
        says="Random programs on Linux zones of all shapes take, move, list and reject as plain lists of the "
        "Linux policy do.",
        about=(*LINUX_ZONE, *INSIDE, *STEPS),
        method="hypothesis",
        check=Tester(TypedZoneMachine, PROGRAMS),
        rejects=(
            "typed-fallback-skips-a-type",
            "pcp-drain-wraps",
            "pcp-hands-out-and-keeps",
        ),
        domain=drawn(PROGRAMS, "those of the zones, and some outside", TOP, SHAPES),
        owes=BESIDE,
    ),
)
