"""Broken twins of what differs between kernels."""

from __future__ import annotations

from specs.ledger.subject import Twin

RETRY = (
    "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n"
    "    return rmqueue_smallest(zone.free_area, order, migratetype)"
)

TWINS = (
    Twin(
        "fallback-forgets-to-spare",
        "linux.versions.v6_1",
        "migratetype, no_fragment=no_fragment)\n    if victim",
        "migratetype)\n    if victim",
    ),
    Twin(
        "fallback-returns-the-victim",
        "linux.versions.v6_1",
        RETRY,
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n    return victim.pfn",
    ),
    Twin(
        "fallback-never-happens",
        "linux.versions.v6_1",
        "    if victim is None:\n        return None\n    steal",
        "    if victim is None or order >= 0:\n        return None\n    steal",
    ),
    Twin(
        "request-tries-once",
        "linux.versions.v6_1",
        RETRY,
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n    return None",
    ),
    Twin(
        "steals-for-another-type",
        "linux.versions.v6_1",
        RETRY,
        "    steal_suitable_fallback(zone, victim, MOVABLE, movable_pages)\n"
        "    return rmqueue_smallest(zone.free_area, order, migratetype)",
    ),
    Twin(
        "refusal-steals",
        "linux.versions.v6_1",
        "    if victim is None:\n        return None\n    steal",
        "    if victim is None:\n        victim = find_victim(zone.free_area, Order(0), migratetype)\n"
        "        if victim is not None:\n"
        "            steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n"
        "        return None\n    steal",
    ),
    Twin(
        "typed-fallback-that-fails-moves",
        "linux.versions.v6_1",
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n    return rm",
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n"
        "    return None if victim.order == order else rm",
    ),
)
