"""Broken twins of the per-CPU lists: which list, refill, hand out."""

from __future__ import annotations

from specs.ledger.subject import Twin

REFILL = "    pcp.add(order_to_pindex(migratetype, order), pfn, migratetype, tail=True)\n"
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
        "refill-counts-twice",
        "linux.pcp",
        REFILL,
        REFILL + "    pcp.count += PCP_PAGES[order_to_pindex(migratetype, order)]\n",
    ),
    Twin("bulk-goes-on-stealing", "linux.pcp", "    zone.stealing = False\n", ""),
    Twin("bulk-counts-two", "linux.pcp", "        blocks -= 1\n", "        blocks -= 2\n"),
    Twin("bulk-of-one", "linux.pcp", "        blocks -= 1\n", "        return\n"),
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
        "pcp-count-forgets-what-leaves",
        "linux.pcp",
        "        self.count -= PCP_PAGES[pindex]\n",
        "",
    ),
    Twin("pcp-lists-begin-with-a-page", "linux.pcp", "        self.count = 0\n", "        self.count = 1\n"),
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
)
