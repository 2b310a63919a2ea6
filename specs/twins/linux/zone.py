"""Broken twins of the typed zone, as its small states and its runs see it."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "typed-merge-asks-one-side",
        "linux.mobility",
        "not may_merge(migratetype, zone.pageblocks.migratetype(buddy))",
        "not is_mergeable(migratetype)",
        "Linux d9dddbf55667",
    ),
    Twin(
        "typed-merge-asks-nobody",
        "linux.mobility",
        "not may_merge(migratetype, zone.pageblocks.migratetype(buddy))",
        "False",
    ),
    Twin(
        "typed-merge-takes-the-buddys-type",
        "linux.mobility",
        "        area.remove(Pfn(buddy), order)\n",
        "        migratetype = area.remove(Pfn(buddy), order)\n",
        "Xen 1e2df96088",
    ),
    Twin(
        "typed-mergeable-if-reserved",
        "linux.migratetype",
        "return migratetype < PCPTYPES",
        "return migratetype < 4",
    ),
    Twin(
        "typed-mergeable-with-its-like",
        "linux.mobility",
        "return migratetype == other or (is_mergeable(migratetype) and is_mergeable(other))",
        "return migratetype == other or is_mergeable(migratetype)",
    ),
    Twin(
        "typed-moves-to-the-head",
        "linux.mobility",
        "    area.remove(pfn, order)\n    area.add(pfn, order, migratetype, tail=True)",
        "    area.remove(pfn, order)\n    area.add(pfn, order, migratetype, tail=False)",
    ),
    Twin(
        "typed-moves-past-the-zone",
        "linux.mobility",
        "    if not zone.spans(end - 1):\n        return 0\n",
        "",
    ),
    Twin(
        "typed-offline-comes-back-to-the-tail",
        "linux.zone",
        "        if pfn in self.offlined:\n            self.offlined.remove(pfn)\n",
        "        self.offlined.discard(pfn)\n        if pfn in self.offlined:\n",
    ),
    Twin(
        "typed-boot-memory-stays-unmovable",
        "linux.mobility",
        "zone.pageblocks.set(pfn, MOVABLE)",
        "zone.pageblocks.set(pfn, zone.pageblocks.migratetype(pfn))",
    ),
    Twin(
        "typed-counts-isolated-pages",
        "linux.mobility",
        "return self.free_area.nr_free_pages() - isolated",
        "return self.free_area.nr_free_pages()",
    ),
    Twin(
        "typed-pageblock-of-a-page-late",
        "linux.pageblock",
        "return Pfn(pfn & -PAGEBLOCK_PAGES)",
        "return Pfn((pfn + 1) & -PAGEBLOCK_PAGES)",
    ),
    Twin(
        "typed-fallback-in-another-order",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE)",
        "MOVABLE: (UNMOVABLE, RECLAIMABLE)",
    ),
    Twin(
        "typed-fallback-to-the-reserve",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE)",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE, HIGHATOMIC)",
    ),
    Twin(
        "typed-fallback-skips-a-type",
        "linux.migratetype",
        "RECLAIMABLE: (UNMOVABLE, MOVABLE)",
        "RECLAIMABLE: (UNMOVABLE,)",
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
    Twin(
        "typed-steal-forgets-the-upper-pageblock",
        "linux.fallback",
        "for offset in range(0, 1 << order, PAGEBLOCK_PAGES):",
        "for offset in range(0, PAGEBLOCK_PAGES, PAGEBLOCK_PAGES):",
    ),
    Twin(
        "typed-fallback-that-fails-moves",
        "linux.versions.v6_1",
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n    return rm",
        "    steal_suitable_fallback(zone, victim, migratetype, movable_pages)\n"
        "    return None if victim.order == order else rm",
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
    Twin(
        "typed-isolation-is-not-counted",
        "linux.isolation",
        "    zone.nr_isolate_pageblock += 1\n",
        "",
    ),
    Twin(
        "typed-isolation-leaves-the-free-pages",
        "linux.isolation",
        "    move_freepages_block(zone, pfn, ISOLATE)\n",
        "",
    ),
    Twin(
        "typed-comes-back-alone",
        "linux.isolation",
        "    rejoins = joins_its_buddy(zone, start)\n",
        "    rejoins = False\n",
    ),
    Twin("typed-isolates-below-the-mark", "linux.isolation", "> mark + (1 << order)", "> mark"),
    Twin(
        "typed-split-forgets-the-upper-part",
        "linux.isolation",
        "free_range(zone, split, Pfn(pfn + (1 << order)), to_tail=False)",
        "free_range(zone, split, Pfn(pfn + (1 << order) - 1), to_tail=False)",
    ),
    Twin(
        "typed-range-outside-the-zone",
        "linux.zone",
        "if not (self.mobility.spans(start) and self.mobility.spans(end - 1)):",
        "if not self.mobility.spans(end - 1):",
        "Xen 762b9a2d99",
    ),
)
"""What breaks the types, the lists, fallback, the reserve or isolation."""
