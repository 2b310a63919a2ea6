"""Broken twins of the highatomic reserve."""

from __future__ import annotations

from specs.ledger.subject import Twin

LAST = "    if pfn is None and last_resort:\n"

TWINS = (
    Twin("reserve-for-everybody", "linux.highatomic", LAST, "    if pfn is None:\n"),
    Twin(
        "last-resort-forgotten",
        "linux.highatomic",
        LAST,
        "    if pfn is None and last_resort and highatomic:\n",
    ),
    Twin(
        "highatomic-asks-last",
        "linux.highatomic",
        "rmqueue_smallest(zone.free_area, order, HIGHATOMIC) if highatomic else None\n",
        "None\n    last_resort = last_resort or highatomic\n",
    ),
    Twin("buddy-goes-on-stealing", "linux.highatomic", "    zone.stealing = False\n", ""),
    Twin("no-fragment-is-lost", "linux.highatomic", ", no_fragment=no_fragment)", ")"),
    Twin("reserve-forgets-the-type", "linux.highatomic", "    zone.pageblocks.set(pfn, HIGHATOMIC)\n", ""),
    Twin(
        "reserves-isolated",
        "linux.highatomic",
        "    if not is_mergeable(zone.pageblocks.migratetype(pfn)):\n        return False\n",
        "",
    ),
    Twin(
        "reserve-counts-one-page",
        "linux.highatomic",
        "zone.nr_reserved_highatomic += PAGEBLOCK_PAGES",
        "zone.nr_reserved_highatomic += 1",
    ),
    Twin(
        "reserve-asks-nobody",
        "linux.highatomic",
        "    if not may_reserve(zone.managed, zone.nr_reserved_highatomic):\n        return False\n",
        "",
    ),
    Twin("unreserve-keeps-the-type", "linux.highatomic", "    zone.pageblocks.set(pfn, migratetype)\n", ""),
    Twin(
        "unreserve-counts-below-zero",
        "linux.highatomic",
        "min(PAGEBLOCK_PAGES, zone.nr_reserved_highatomic)",
        "PAGEBLOCK_PAGES",
    ),
    Twin(
        "unreserve-keeps-the-last-though-forced",
        "linux.highatomic",
        "if not force and zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:",
        "if zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:",
        "Linux 04c8716f7b00",
    ),
    Twin(
        "unreserve-misses-the-top",
        "linux.highatomic",
        "ORDERS[: zone.free_area.max_order + 1]",
        "ORDERS[: zone.free_area.max_order]",
    ),
    Twin(
        "unreserve-gives-the-last-away",
        "linux.highatomic",
        "    if not force and zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:\n        return False\n",
        "",
    ),
    Twin(
        "unreserve-keeps-two",
        "linux.highatomic",
        "if not force and zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:",
        "if not force and zone.nr_reserved_highatomic <= 2 * PAGEBLOCK_PAGES:",
    ),
    Twin(
        "typed-reserve-without-limit",
        "linux.highatomic",
        "return reserved < managed // RESERVED_SHARE + PAGEBLOCK_PAGES",
        "return reserved <= managed // RESERVED_SHARE + PAGEBLOCK_PAGES",
    ),
    Twin(
        "typed-forced-release-needs-a-count",
        "linux.highatomic",
        "if not force and zone.nr_reserved_highatomic <= PAGEBLOCK_PAGES:",
        "if zone.nr_reserved_highatomic <= (0 if force else PAGEBLOCK_PAGES):",
    ),
    Twin(
        "typed-release-keeps-the-count",
        "linux.highatomic",
        "if zone.pageblocks.migratetype(pfn) == HIGHATOMIC:",
        "if zone.pageblocks.migratetype(pfn) != HIGHATOMIC:",
    ),
)
