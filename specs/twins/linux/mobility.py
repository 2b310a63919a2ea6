"""Broken twins of the zone with migratetypes: pageblocks, merging, moving."""

from __future__ import annotations

from specs.ledger.subject import Twin

STOP = "        if not area.is_free_block(buddy, order):\n            break\n"
GUARD = (
    "        if order >= PAGEBLOCK_ORDER"
    " and not may_merge(migratetype, zone.pageblocks.migratetype(buddy)):\n            break\n"
)

TWINS = (
    Twin(
        "typed-merge-forgets-the-buddy",
        "linux.mobility",
        "        area.remove(Pfn(buddy), order)\n",
        "",
    ),
    Twin("typed-merge-keeps-the-block", "linux.mobility", "        pfn = Pfn(pfn & buddy)\n", ""),
    Twin("typed-never-merges", "linux.mobility", STOP, "        break\n"),
    Twin(
        "typed-merge-forgets-the-upper",
        "linux.mobility",
        "        pfn = Pfn(pfn & buddy)\n        order = ORDERS[order + 1]\n",
        "        pfn = Pfn(pfn & buddy)\n        break\n",
        "Xen 1e2df96088",
    ),
    Twin(
        "typed-always-head",
        "linux.mobility",
        "tail = to_tail or buddy_merge_likely(zone, pfn, order)",
        "tail = to_tail",
    ),
    Twin(
        "typed-merge-likely-in-its-own-zone",
        "linux.mobility",
        "area = zone.free_area if zone.start <= page else zone.pageblocks.free_area_of(page)",
        "area = zone.free_area",
    ),
    Twin(
        "merge-only-own-type",
        "linux.mobility",
        GUARD,
        "        if not may_merge(migratetype, zone.pageblocks.migratetype(buddy)):\n            break\n",
    ),
    Twin(
        "merges-pageblocks-of-one-type-only",
        "linux.mobility",
        "return migratetype == other or (is_mergeable(migratetype) and is_mergeable(other))",
        "return migratetype == other",
    ),
    Twin(
        "frees-under-the-buddys-type",
        "linux.mobility",
        "        area.remove(Pfn(buddy), order)\n",
        "        migratetype = area.remove(Pfn(buddy), order)\n",
    ),
    Twin(
        "merge-checks-the-freed-type-alone",
        "linux.mobility",
        "return migratetype == other or (is_mergeable(migratetype) and is_mergeable(other))",
        "return migratetype == other or is_mergeable(migratetype)",
        "Linux d9dddbf55667",
    ),
    Twin(
        "merge-guard-above-the-pageblock",
        "linux.mobility",
        "if order >= PAGEBLOCK_ORDER and not may_merge",
        "if order > PAGEBLOCK_ORDER and not may_merge",
    ),
    Twin(
        "merges-with-page-zero",
        "linux.mobility",
        "        if not area.is_free_block(buddy, order):\n",
        "        if buddy != 0 and not area.is_free_block(buddy, order):\n",
        "Xen 762b9a2d99",
    ),
    Twin(
        "move-past-the-range",
        "linux.mobility",
        "    while pfn < end:\n        pages",
        "    while pfn <= end:\n        pages",
    ),
    Twin(
        "move-skips-the-last-page",
        "linux.mobility",
        "    while pfn < end:\n        pages",
        "    while pfn < end - 1:\n        pages",
    ),
    Twin(
        "move-steps-too-far",
        "linux.mobility",
        "pfn = Pfn(pfn + max(pages, 1))",
        "pfn = Pfn(pfn + 2 * max(pages, 1))",
    ),
    Twin(
        "move-to-the-head",
        "linux.mobility",
        "    area.remove(pfn, order)\n    area.add(pfn, order, migratetype, tail=True)",
        "    area.remove(pfn, order)\n    area.add(pfn, order, migratetype, tail=False)",
    ),
    Twin(
        "move-forgets-the-type",
        "linux.mobility",
        "    area.remove(pfn, order)\n    area.add(pfn, order, migratetype, tail=True)",
        "    area.add(pfn, order, area.remove(pfn, order), tail=True)",
    ),
    Twin("move-counts-blocks", "linux.mobility", "    return 1 << order\n", "    return 1\n"),
    Twin(
        "move-stops-at-a-used-page",
        "linux.mobility",
        "        pages = move_free_block(area, pfn, migratetype)\n",
        "        pages = move_free_block(area, pfn, migratetype)\n"
        "        if pages == 0:\n            break\n",
    ),
    Twin("move-counts-turns", "linux.mobility", "        moved += pages\n", "        moved += 1\n"),
    Twin(
        "move-counts-one-more",
        "linux.mobility",
        "        moved += pages\n",
        "        moved += pages\n        if pages:\n            moved += 1\n",
    ),
    Twin(
        "move-past-the-pageblock",
        "linux.mobility",
        "end = Pfn(pageblock_start(pfn) + PAGEBLOCK_PAGES)",
        "end = Pfn(pageblock_start(pfn) + 2 * PAGEBLOCK_PAGES)",
    ),
    Twin(
        "move-past-the-zone",
        "linux.mobility",
        "    if not zone.spans(end - 1):\n        return 0\n",
        "",
    ),
    Twin(
        "move-before-the-zone",
        "linux.mobility",
        "    return start if zone.start <= start else pfn\n",
        "    return start\n",
    ),
    Twin(
        "range-past-the-end",
        "linux.mobility",
        "while end - pfn < 1 << order:",
        "while end - pfn < (1 << order) - 1:",
    ),
    Twin(
        "range-of-small-blocks",
        "linux.mobility",
        "        order = zone.free_area.max_order\n",
        "        order = ORDERS[zone.free_area.max_order - 1]\n",
    ),
    Twin(
        "range-under-one-type",
        "linux.mobility",
        "free_one_page(zone, pfn, order, zone.pageblocks.migratetype(pfn), to_tail=to_tail)",
        "free_one_page(zone, pfn, order, MOVABLE, to_tail=to_tail)",
    ),
    Twin(
        "range-to-the-head",
        "linux.mobility",
        "free_one_page(zone, pfn, order, zone.pageblocks.migratetype(pfn), to_tail=to_tail)",
        "free_one_page(zone, pfn, order, zone.pageblocks.migratetype(pfn))",
    ),
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
        "typed-boot-memory-stays-unmovable",
        "linux.mobility",
        "zone.pageblocks.set(pfn, MOVABLE)",
        "zone.pageblocks.set(pfn, zone.pageblocks.migratetype(pfn))",
    ),
    Twin(
        "feed-types-the-next-pageblock",
        "linux.mobility",
        "    while pfn < end:\n        zone.pageblocks.set",
        "    while pfn <= end:\n        zone.pageblocks.set",
    ),
    Twin(
        "feed-types-its-first-pageblock",
        "linux.mobility",
        "pfn = Pfn((start + PAGEBLOCK_PAGES - 1) & -PAGEBLOCK_PAGES)",
        "pfn = Pfn(start & -PAGEBLOCK_PAGES)",
    ),
    Twin(
        "typed-counts-isolated-pages",
        "linux.mobility",
        "return self.free_area.nr_free_pages() - isolated",
        "return self.free_area.nr_free_pages()",
    ),
    Twin(
        "steal-claims-the-next-pageblock",
        "linux.mobility",
        "for offset in range(0, 1 << order, PAGEBLOCK_PAGES):",
        "for offset in range(0, 2 << order, PAGEBLOCK_PAGES):",
    ),
    Twin(
        "typed-steal-forgets-the-upper-pageblock",
        "linux.mobility",
        "for offset in range(0, 1 << order, PAGEBLOCK_PAGES):",
        "for offset in range(0, PAGEBLOCK_PAGES, PAGEBLOCK_PAGES):",
    ),
)
