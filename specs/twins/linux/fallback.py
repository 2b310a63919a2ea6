"""Broken twins of fallback: the victim, the steal, the request."""

from __future__ import annotations

from specs.ledger.subject import Twin

MOVE_ALONE = "    move_to_free_list(zone.free_area, pfn, order, migratetype)\n\n\ndef change_pageblock_range"
RETRY = (
    "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n"
    "    return rmqueue_smallest(zone.free_area, order, migratetype)"
)

OWN = "    pfn = rmqueue_smallest(zone.free_area, order, migratetype)\n    if pfn is not None:\n"

TWINS = (
    Twin(
        "fallback-forgets-to-spare",
        "linux.versions.v6_1",
        "migratetype, no_fragment=no_fragment)\n    if victim",
        "migratetype)\n    if victim",
    ),
    Twin(
        "fallback-takes-the-reserve",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE),",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE, HIGHATOMIC),",
    ),
    Twin(
        "fallback-in-another-order",
        "linux.migratetype",
        "UNMOVABLE: (RECLAIMABLE, MOVABLE),",
        "UNMOVABLE: (MOVABLE, RECLAIMABLE),",
    ),
    Twin(
        "fallback-tries-the-smallest",
        "linux.fallback",
        "for current in reversed(ORDERS[least : area.max_order + 1]):",
        "for current in ORDERS[least : area.max_order + 1]:",
    ),
    Twin(
        "fallback-never-the-smallest",
        "linux.fallback",
        "            return find_smallest_victim(area, order, migratetype)\n",
        "            return victim\n",
    ),
    Twin(
        "fallback-misses-the-top",
        "linux.fallback",
        "for current in reversed(ORDERS[least : area.max_order + 1]):",
        "for current in reversed(ORDERS[least : area.max_order]):",
    ),
    Twin(
        "no-fragment-fragments",
        "linux.fallback",
        "least = max(order, PAGEBLOCK_ORDER) if no_fragment else order",
        "least = order",
    ),
    Twin(
        "steal-drops-the-victim",
        "linux.fallback",
        MOVE_ALONE,
        "    zone.free_area.remove(pfn, order)\n\n\ndef change_pageblock_range",
    ),
    Twin(
        "steal-lists-the-victim-twice",
        "linux.fallback",
        MOVE_ALONE,
        "    zone.free_area.add(pfn, order, migratetype, tail=True)\n\n\ndef change_pageblock_range",
    ),
    Twin(
        "steal-claims-the-next-pageblock",
        "linux.fallback",
        "for offset in range(0, 1 << order, PAGEBLOCK_PAGES):",
        "for offset in range(0, 2 << order, PAGEBLOCK_PAGES):",
    ),
    Twin(
        "steal-moves-to-the-head",
        "linux.fallback",
        MOVE_ALONE,
        "    zone.free_area.remove(pfn, order)\n"
        "    zone.free_area.add(pfn, order, migratetype, tail=False)\n\n\ndef change_pageblock_range",
    ),
    Twin(
        "steal-forgets-the-pageblock",
        "linux.fallback",
        "                zone.pageblocks.set(pfn, migratetype)\n            return\n",
        "                pass\n            return\n",
    ),
    Twin("steal-claims-with-one-page-less", "linux.fallback", ">= CLAIM_PAGES:", ">= CLAIM_PAGES - 1:"),
    Twin(
        "steal-claims-the-reserve",
        "linux.fallback",
        "if old != HIGHATOMIC and order >= PAGEBLOCK_ORDER:",
        "if order >= PAGEBLOCK_ORDER:",
    ),
    Twin(
        "steal-counts-others-as-alike",
        "linux.fallback",
        "    if old == MOVABLE:\n",
        "    if old != migratetype:\n",
    ),
    Twin(
        "steal-counts-outside-the-zone",
        "linux.fallback",
        "movable_pages(first_to_move(zone, pfn))",
        "movable_pages(Pfn(pfn & -PAGEBLOCK_PAGES))",
    ),
    Twin(
        "steal-leaves-the-neighbours",
        "linux.fallback",
        "    elif old != HIGHATOMIC and whole_block:\n",
        "    elif old != HIGHATOMIC and whole_block and old == MOVABLE:\n",
    ),
    Twin(
        "fallback-returns-the-victim",
        "linux.versions.v6_1",
        RETRY,
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n    return victim.pfn",
    ),
    Twin(
        "request-of-another-type",
        "linux.fallback",
        OWN,
        OWN.replace("migratetype", "MOVABLE"),
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
)
