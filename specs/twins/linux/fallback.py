"""Broken twins of fallback: the victim, the steal, the request."""

from __future__ import annotations

from specs.ledger.subject import Twin

MOVE_ALONE = "    move_to_free_list(zone.free_area, pfn, order, migratetype)\n\n\ndef steal_pageblock("
OWN = "    pfn = rmqueue_smallest(zone.free_area, order, migratetype)\n    if pfn is not None:\n"

TWINS = (
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
        "    zone.free_area.remove(pfn, order)\n\n\ndef steal_pageblock(",
    ),
    Twin(
        "steal-lists-the-victim-twice",
        "linux.fallback",
        MOVE_ALONE,
        "    zone.free_area.add(pfn, order, migratetype, tail=True)\n\n\ndef steal_pageblock(",
    ),
    Twin(
        "steal-moves-to-the-head",
        "linux.fallback",
        MOVE_ALONE,
        "    zone.free_area.remove(pfn, order)\n"
        "    zone.free_area.add(pfn, order, migratetype, tail=False)\n\n\ndef steal_pageblock(",
    ),
    Twin(
        "steal-forgets-the-pageblock",
        "linux.fallback",
        "        zone.pageblocks.set(pfn, migratetype)\n    return free",
        "        pass\n    return free",
    ),
    Twin("steal-claims-with-one-page-less", "linux.fallback", ">= CLAIM_PAGES:", ">= CLAIM_PAGES - 1:"),
    Twin(
        "steal-claims-the-reserve",
        "linux.fallback",
        "if old != HIGHATOMIC and order >= PAGEBLOCK_ORDER:",
        "if order >= PAGEBLOCK_ORDER:",
    ),
    Twin(
        "steal-counts-none-as-alike",
        "linux.fallback",
        "    if migratetype == MOVABLE:\n        return movable\n",
        "",
    ),
    Twin(
        "steal-moves-the-victim-again",
        "linux.fallback",
        "    return free != 0\n",
        "    return False\n",
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
        "        if whole_block and steal_pageblock(",
        "        if whole_block and old == MOVABLE and steal_pageblock(",
    ),
    Twin(
        "steal-forgets-to-boost",
        "linux.fallback",
        "        zone.policy.boost(zone)\n",
        "        pass\n",
    ),
    Twin(
        "steal-boosts-if-all-come-along",
        "linux.fallback",
        "        zone.policy.boost(zone)\n",
        "        if whole_block:\n            zone.policy.boost(zone)\n",
    ),
    Twin(
        "steal-boosts-for-whole-pageblocks",
        "linux.fallback",
        "        change_pageblock_range(zone, pfn, order, migratetype)\n",
        "        change_pageblock_range(zone, pfn, order, migratetype)\n        zone.policy.boost(zone)\n",
    ),
    Twin(
        "request-of-another-type",
        "linux.fallback",
        OWN,
        OWN.replace("migratetype", "MOVABLE"),
    ),
    Twin("typed-steals-too-early", "linux.fallback", "return order >= STEAL_ORDER or", "return order > 2 or"),
    Twin(
        "typed-falls-back-to-the-smallest",
        "linux.fallback",
        "for current in reversed(ORDERS[least : area.max_order + 1]):",
        "for current in ORDERS[least : area.max_order + 1]:",
    ),
    Twin(
        "typed-movable-takes-the-largest",
        "linux.fallback",
        "            return find_smallest_victim(area, order, migratetype)\n",
        "            return victim\n",
    ),
    Twin("typed-claims-more-than-half", "linux.fallback", ">= CLAIM_PAGES", "> CLAIM_PAGES"),
    Twin(
        "typed-alike-pages-of-any-type",
        "linux.fallback",
        "    if old == MOVABLE:\n",
        "    if old != migratetype:\n",
    ),
    Twin(
        "typed-steal-forgets-the-type",
        "linux.fallback",
        "        change_pageblock_range(zone, pfn, order, migratetype)\n",
        "        pass\n",
    ),
)
