"""The ledger row about requests on live zones, tested by random programs."""

from __future__ import annotations

from specs.ledger.domain import said_by
from specs.ledger.theorem import Theorem
from specs.random.nodes_beside import Beside
from specs.random.nodes_programs import MACHINES, NodesMachine
from specs.random.nodes_state import hides, limits_are_right, zone_is_whole
from specs.random.tester import Tester, drawn

PROGRAMS = 40
TOP = (10,)

MEMBERS = {
    "counted_zone.NotedPages": ("add", "remove", "forget"),
    "counted_zone.CountedZone": (
        *("add_range", "alloc", "alloc_bulk", "free", "drain", "drain_all", "isolate", "offline", "putback"),
        *("drained", "came_free"),
    ),
    "request_zone.RequestZone": (
        *("managed", "nr_reserved_highatomic", "has_free", "free_pages", "free_pages_exact"),
        *("set_marks", "set_threshold", "fall_back", "boost_watermark", "rmqueue", "unreserve"),
    ),
    "world.World": (
        *("reclaim", "reclaimable", "node_reclaim", "compact", "compaction_suitable", "out_of_memory"),
        *("may_kill", "dirty_ok", "charge", "uncharge", "movable_pages"),
    ),
    "topology": ("described", "count_cpus", "sorted_zones"),
    "node_zones.NodeZones": (
        *("set_marks", "zones_of", "zone_of", "cpu_error", "release", "drain_all", "wakeup_kswapd"),
        *("balance_node", "awake", "reclaim_round", "is_balanced", "hand_over"),
    ),
    "request.Request": (
        *("online_nodes", "zonelist", "populated", "zone", "gfp_context", "cpuset", "in_task", "realtime"),
        *(
            "memalloc",
            "no_reclaim",
            "oom_victim",
            "fatal_signal",
            "changed",
            "searches",
            "looked",
            "slows",
            "found",
        ),
        *("traced", "failed", "dirty_ok", "node_reclaim", "rmqueue", "was_boosted", "prep_new_page"),
        *("wakeup_kswapd", "compact", "compaction_suitable", "reclaim", "reclaimable"),
        *("unreserve_highatomic", "drain_all", "oom_lock", "oom_unlock", "may_kill", "out_of_memory"),
        *("charge", "free_pages"),
    ),
    "node.Nodes": (*("alloc_pages", "free_pages", "drain", "fold", "balance", "why", "wakes", "is_zeroed"),),
}

THEOREMS = (
    Theorem(
        name="node-machine",
        says="Random programs of tasks with all kinds of flags, limits and cpusets, on machines of one to "
        "three nodes, are given only blocks that nobody owns, of zones and by watermarks that are for them; "
        "all counters add up, kswapd wakes when it must, and what is refused or rejected loses nothing.",
        about=tuple(
            f"verified_buddy.linux.{place}.{name}" for place, names in MEMBERS.items() for name in names
        ),
        method="hypothesis",
        check=Tester(NodesMachine, PROGRAMS),
        rejects=(
            "counted-zone-forgets-a-refill",
            "counted-zone-cached-pages-are-free",
            "counted-zone-counts-where-pages-were",
            "request-zone-boost-is-not-told",
            "request-zone-reserve-for-all",
            "request-zone-hides-as-much-awake",
            "request-zone-boosts-no-zone",
            "request-zone-cpus-hold-to-the-high-mark",
            "node-zones-uncharge-forgotten",
            "node-zones-wakes-the-first-kswapd",
            "node-zones-keeps-its-boost",
            "node-zones-drains-one-cpu",
            "node-zones-hides-less-for-ever",
            "node-zones-used-pages-stay-zeroed",
            "request-zonelist-of-another-node",
            "request-goes-to-other-nodes",
            "request-charges-interrupts",
            "request-boost-is-told-for-ever",
            "node-asks-no-mask",
            "node-any-cpu-may-ask",
            "node-folds-one-zone",
            "topology-cpus-everywhere",
            "topology-forgets-distances",
        ),
        domain=drawn(PROGRAMS, "those of the machine", TOP, f"machines: {'; '.join(MACHINES)}"),
        owes=said_by(
            Beside.watched,
            Beside.flags_are_due,
            Beside.boost_is_due,
            Beside.wakeup_kswapd,
            Beside.looked_in_order,
            Beside.nothing_was_left,
            Beside.free,
            Beside.balance,
            hides,
            limits_are_right,
            Beside.whole,
            zone_is_whole,
            NodesMachine.hostile,
        ),
    ),
)
