"""Broken twins of the typed zone's per-CPU lists, as its small states and its runs see them."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "pcp-drains-as-cached",
        "linux.pcp",
        "if zone.nr_isolate_pageblock != 0:",
        "if zone.nr_isolate_pageblock < 0:",
        "Linux 51bb1a4093cc",
    ),
    Twin(
        "pcp-one-list-for-all-types",
        "linux.pcp",
        "return PCPTYPES * order + migratetype",
        "return PCPTYPES * order + MOVABLE",
        "Linux 535131e6925b",
    ),
    Twin(
        "pcp-one-huge-list",
        "linux.pcp",
        "return NR_PCP_LISTS - 1 if migratetype == MOVABLE else NR_PCP_LISTS - 2",
        "return NR_PCP_LISTS - 1",
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
        "pcp-refills-at-the-head",
        "linux.pcp",
        "pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)",
        "pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=False)",
    ),
    Twin(
        "pcp-refill-keeps-the-pages-free",
        "linux.pcp",
        "    pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)\n",
        "    pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)\n"
        "    zone.free_area.add(pfn, order, migratetype, tail=True)\n",
    ),
    Twin(
        "pcp-refill-of-one",
        "linux.pcp",
        "return max(batch >> order, 2) if batch > 1 else batch",
        "return max(batch >> order, 1)",
    ),
    Twin(
        "pcp-hands-out-and-keeps",
        "linux.pcp",
        "    if pfn is not None:\n        pcp.remove(pindex, pfn)\n",
        "    if pfn is not None:\n        pcp.lists[pindex].move_to_end(pfn)\n",
    ),
    Twin(
        "pcp-counts-blocks",
        "linux.pcp",
        "self.count += PCP_PAGES[pindex]",
        "self.count += 1",
    ),
    Twin(
        "pcp-caches-order-four",
        "linux.pcp",
        "return order <= COSTLY_ORDER or order == P",
        "return order <= 4 or order == P",
    ),
    Twin(
        "pcp-order-of-a-list-is-late",
        "linux.pcp",
        "ORDERS[pindex // PCPTYPES] if pindex < NR_PCP_LISTS - 2",
        "ORDERS[pindex // PCPTYPES] if pindex < NR_PCP_LISTS - 1",
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
    Twin(
        "pcp-batch-is-no-power",
        "linux.pcp_limits",
        "(quarter + quarter // 2).bit_length() - 1) - 1, 1)",
        "quarter.bit_length() - 1) - 1, 1)",
    ),
    Twin("pcp-high-is-the-share", "linux.pcp_limits", "4 * batch)", "batch)"),
    Twin(
        "pcp-takes-isolated-pages",
        "linux.zone",
        " and migratetype != ISOLATE:",
        ":",
    ),
    Twin(
        "pcp-bulk-of-one-keeps-the-factor",
        "linux.zone",
        "        while pages > 1 and",
        "        while pages > 0 and",
    ),
    Twin(
        "pcp-bulk-of-nothing-is-the-end",
        "linux.zone",
        "if pages > 0 and not got and",
        "if pages == 1 and not got and",
    ),
    Twin(
        "pcp-request-of-any-type",
        "linux.zone",
        "not 0 <= migratetype < PCPTYPES",
        "not 0 <= migratetype <= PCPTYPES",
    ),
    Twin("pcp-count-may-be-negative", "linux.zone", "or not least <= count <= most", "or not count <= most"),
)
"""What breaks the per-CPU lists, their figures, or who may use them."""
