"""Broken twins of isolation."""

from __future__ import annotations

from specs.ledger.subject import Twin

REJOINS = "        zone.free_area.is_free_block(start, PAGEBLOCK_ORDER)\n        and "

TWINS = (
    Twin(
        "isolates-twice",
        "linux.isolation",
        "    if zone.pageblocks.migratetype(pfn) == ISOLATE:\n        return False\n",
        "",
    ),
    Twin(
        "isolate-leaves-the-blocks", "linux.isolation", "    move_freepages_block(zone, pfn, ISOLATE)\n", ""
    ),
    Twin(
        "unisolate-loses-the-pageblock",
        "linux.isolation",
        "        putback_isolated_page(zone, start, PAGEBLOCK_ORDER, migratetype)\n",
        "        pass\n",
    ),
    Twin("unisolate-always-rejoins", "linux.isolation", REJOINS, "        "),
    Twin(
        "unisolate-never-rejoins",
        "linux.isolation",
        "    rejoins = joins_its_buddy(zone, start)\n",
        "    rejoins = joins_its_buddy(zone, start) and zone is None\n",
    ),
    Twin(
        "isolate-free-asks-nobody",
        "linux.isolation",
        "    if zone.pageblocks.migratetype(pfn) != ISOLATE and not leaves(zone, order, mark):\n"
        "        return False\n",
        "",
    ),
    Twin(
        "isolate-free-keeps-it-listed",
        "linux.isolation",
        "    zone.free_area.remove(pfn, order)\n    if order",
        "    if order",
    ),
    Twin(
        "isolate-free-claims-the-isolated",
        "linux.isolation",
        "            if is_mergeable(zone.pageblocks.migratetype(page)):\n",
        "            if zone.pageblocks.migratetype(page) != MOVABLE:\n",
    ),
    Twin(
        "isolate-free-one-pageblock",
        "linux.isolation",
        "for offset in range(0, 1 << order, PAGEBLOCK_PAGES):",
        "for offset in (0,):",
    ),
    Twin(
        "putback-to-the-head",
        "linux.isolation",
        "free_one_page(zone, pfn, order, migratetype, to_tail=True)",
        "free_one_page(zone, pfn, order, migratetype)",
    ),
    Twin(
        "put-back-as-unmovable",
        "linux.isolation",
        "free_one_page(zone, pfn, ORDERS[0], zone.pageblocks.migratetype(pfn))",
        "free_one_page(zone, pfn, ORDERS[0], Migratetype(0))",
    ),
    Twin(
        "offline-skips-the-top",
        "linux.isolation",
        "ORDERS[: zone.free_area.max_order + 1]",
        "ORDERS[: zone.free_area.max_order]",
    ),
    Twin(
        "offline-takes-it-all",
        "linux.isolation",
        "            expand(zone.free_area, pfn, ORDERS[0], order, zone.pageblocks.migratetype(head))\n",
        "",
    ),
    Twin(
        "offline-under-the-old-type",
        "linux.isolation",
        "            zone.free_area.remove(head, order)\n"
        "            expand(zone.free_area, pfn, ORDERS[0], order, zone.pageblocks.migratetype(head))\n",
        "            expand(zone.free_area, pfn, ORDERS[0], order, zone.free_area.remove(head, order))\n",
    ),
    Twin(
        "split-free-keeps-it-listed",
        "linux.isolation",
        "    zone.free_area.remove(pfn, order)\n    free_range",
        "    free_range",
    ),
    Twin(
        "split-free-loses-the-upper-part",
        "linux.isolation",
        "    free_range(zone, split, Pfn(pfn + (1 << order)), to_tail=False)\n",
        "",
    ),
    Twin(
        "split-free-in-one-part",
        "linux.isolation",
        "    free_range(zone, pfn, split, to_tail=False)\n    free_range(zone, split, ",
        "    free_range(zone, pfn, ",
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
)
