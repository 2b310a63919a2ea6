"""Broken twins of the per-CPU lists."""

from __future__ import annotations

from specs.ledger.subject import Twin

REFILL = "    pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)\n"
CACHED = "    if zone.nr_isolate_pageblock != 0:\n        migratetype = zone.pageblocks.migratetype(pfn)\n"
SPENT = "        pages -= PCP_PAGES[pindex]\n"
FREE = "    pcp.add(pindex, pfn, migratetype, tail=False)\n"
ASKED = "        if not refill_one(zone, pcp, order, migratetype, movable_pages, no_fragment=no_fragment):\n"

TWINS = (
    Twin(
        "lists-for-all-types",
        "linux.pcp",
        "    return PCPTYPES * order + migratetype\n",
        "    return PCPTYPES * order\n",
        "Linux 535131e6925b",
    ),
    Twin(
        "lists-of-the-next-order",
        "linux.pcp",
        "    if order > COSTLY_ORDER:\n        return",
        "    if order >= COSTLY_ORDER:\n        return",
    ),
    Twin("refill-forgets-the-type", "linux.pcp", REFILL, REFILL.replace("pfn, migratetype", "pfn, MOVABLE")),
    Twin("refill-to-the-head", "linux.pcp", REFILL, REFILL.replace("True", "False")),
    Twin("refill-drops-the-block", "linux.pcp", REFILL, ""),
    Twin(
        "refill-fragments",
        "linux.pcp",
        "pfn = rmqueue(zone, order, migratetype, movable_pages, no_fragment=no_fragment)",
        "pfn = rmqueue(zone, order, migratetype, movable_pages)",
    ),
    Twin("bulk-asks-for-another-type", "linux.pcp", ASKED, ASKED.replace("migratetype,", "MOVABLE,")),
    Twin(
        "bulk-never-begins",
        "linux.pcp",
        "    while blocks > 0:\n",
        "    while blocks > 1:\n        blocks -= 1\n",
    ),
    Twin("bulk-never-ends", "linux.pcp", "        blocks -= 1\n", ""),
    Twin(
        "bulk-stops-early",
        "linux.pcp",
        "    while blocks > 0:\n",
        "    turns = 0\n    while blocks > 0:\n        turns += 1\n"
        "        if turns == 5000:\n            return\n",
    ),
    Twin(
        "pcp-alloc-keeps-it-listed",
        "linux.pcp",
        "    if pfn is not None:\n        pcp.remove(pindex, pfn)\n    return pfn",
        "    return pfn",
    ),
    Twin(
        "pcp-alloc-never-refills", "linux.pcp", "    if pcp.first(pindex) is None:\n", "    if order < 0:\n"
    ),
    Twin(
        "pcp-alloc-takes-the-tail",
        "linux.pcp",
        "    pfn = pcp.first(pindex)\n    if pfn is not None:\n",
        "    pfn = pcp.last(pindex)\n    if pfn is not None:\n",
    ),
    Twin(
        "bulk-halves",
        "linux.pcp",
        "    if not bulk:\n        pcp.free",
        "    if pcp is not None:\n        pcp.free",
    ),
    Twin("drain-under-the-cached-type", "linux.pcp", CACHED, "", "Linux 51bb1a4093cc"),
    Twin(
        "drain-under-the-pageblocks-type",
        "linux.pcp",
        CACHED,
        "    migratetype = zone.pageblocks.migratetype(pfn)\n",
    ),
    Twin(
        "drain-from-the-head",
        "linux.pcp",
        "    pfn = pcp.last(pindex)\n    if pfn is None:\n        return False\n",
        "    pfn = pcp.first(pindex)\n    if pfn is None:\n        return False\n",
    ),
    Twin(
        "drain-loses-the-block",
        "linux.pcp",
        "    free_one_page(zone, pfn, pindex_to_order(pindex), migratetype)\n",
        "",
    ),
    Twin(
        "next-begins-anew",
        "linux.pcp",
        "(pindex + step) % NR_PCP_LISTS",
        "(0 * pindex + step) % NR_PCP_LISTS",
    ),
    Twin(
        "next-misses-the-last",
        "linux.pcp",
        "    for step in range(NR_PCP_LISTS):\n",
        "    for step in range(NR_PCP_LISTS - 1):\n",
    ),
    Twin(
        "drain-wraps-its-count",
        "linux.pcp",
        SPENT,
        "        pages = (pages - PCP_PAGES[pindex]) % (1 << 32)\n",
        "Linux abe5f972912d",
    ),
    Twin("drain-counts-blocks", "linux.pcp", SPENT, "        pages -= 1\n"),
    Twin(
        "drain-restarts-the-round",
        "linux.pcp",
        "found = next_pindex(pcp, pindex)",
        "found = next_pindex(pcp, 0)",
    ),
    Twin("drain-stops-at-once", "linux.pcp", SPENT, SPENT + "        return\n"),
    Twin("pcp-free-to-the-tail", "linux.pcp", FREE, FREE.replace("False", "True")),
    Twin("pcp-free-drains-late", "linux.pcp", "    if pcp.count >= limit:\n", "    if pcp.count > limit:\n"),
    Twin(
        "pcp-free-drains-from-the-first",
        "linux.pcp",
        "pages_to_drain(pcp, order, limit), pindex)",
        "pages_to_drain(pcp, order, limit), 0)",
    ),
    Twin("drain-all-keeps-a-page", "linux.pcp", "    while pcp.count > 0:\n", "    while pcp.count > 1:\n"),
    Twin(
        "drain-all-drains-nothing",
        "linux.pcp",
        "min(pcp.count, pcp.batch << BATCH_SCALE_MAX), 0)",
        "min(0, pcp.count), 0)",
    ),
)
