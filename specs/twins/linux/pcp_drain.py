"""Broken twins of what leaves the per-CPU lists: take back, drain."""

from __future__ import annotations

from specs.ledger.subject import Twin

CACHED = "    if zone.nr_isolate_pageblock != 0:\n        migratetype = zone.pageblocks.migratetype(pfn)\n"
SPENT = "        pages -= PCP_PAGES[pindex]\n"
FREE = "    pcp.add(pindex, pfn, migratetype, tail=False)\n"

TWINS = (
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
        "drain-counts-twice",
        "linux.pcp",
        "    migratetype = pcp.remove(pindex, pfn)\n",
        "    migratetype = pcp.remove(pindex, pfn)\n    pcp.count -= PCP_PAGES[pindex]\n",
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
    Twin(
        "pcp-drains-as-cached",
        "linux.pcp",
        "if zone.nr_isolate_pageblock != 0:",
        "if zone.nr_isolate_pageblock < 0:",
        "Linux 51bb1a4093cc",
    ),
    Twin(
        "pcp-drain-wraps",
        "linux.pcp",
        "    while pages > 0:\n        found",
        "    while pages != 0:\n        found",
        "Linux abe5f972912d",
    ),
    Twin(
        "pcp-drains-one-list-only",
        "linux.pcp",
        "    for step in range(NR_PCP_LISTS):",
        "    for step in range(NR_PCP_LISTS - pindex):",
    ),
    Twin(
        "pcp-drains-the-newest", "linux.pcp", "    pfn = pcp.last(pindex)\n", "    pfn = pcp.first(pindex)\n"
    ),
    Twin(
        "pcp-limit-of-reclaim-is-high",
        "linux.pcp",
        "return min(pcp.batch << 2, pcp.high) if reclaim_active else pcp.high",
        "return pcp.high",
    ),
    Twin("pcp-never-drains-twice-as-much", "linux.pcp", "        pcp.free_factor += 1\n", "        pass\n"),
    Twin(
        "pcp-drains-too-many",
        "linux.pcp",
        "return min(max(pcp.batch, pages), most)",
        "return max(pcp.batch, pages)",
    ),
    Twin(
        "pcp-drain-leaves-the-rest",
        "linux.pcp",
        "    while pcp.count > 0:\n",
        "    if pcp.count > 0:\n",
    ),
)
