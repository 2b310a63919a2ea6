"""Broken twins of the zone."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "free-ignores-the-dead",
        "zone",
        "        if self.live.get(pfn) != order:\n",
        "        held = self.live.get(pfn)\n        if held is None:\n"
        "            return\n        if held != order:\n",
    ),
    Twin(
        "free-into-other-lists",
        "zone",
        "buddy.free_one_page(self.free_area, pfn, order, UNMOVABLE)",
        "buddy.free_one_page(FreeArea(self.free_area.max_order), pfn, order, UNMOVABLE)",
    ),
    Twin(
        "alloc-raises-when-empty",
        "zone",
        "        if pfn is not None:\n            self.live[pfn] = order\n        return pfn",
        "        if pfn is None:\n            raise OutOfRange(0)\n"
        "        self.live[pfn] = order\n        return pfn",
    ),
    Twin("alloc-forgets", "zone", "        if pfn is not None:\n            self.live[pfn] = order\n", ""),
    Twin("free-any-order", "zone", "if self.live.get(pfn) != order:", "if pfn not in self.live:"),
    Twin("free-keeps-live", "zone", "        del self.live[pfn]\n", ""),
    Twin(
        "free-trusts",
        "zone",
        "        if self.live.get(pfn) != order:\n"
        "            raise self.why_not_live(pfn, order)\n        del self.live[pfn]",
        "        self.live.pop(pfn, None)",
    ),
    Twin(
        "free-loses-then-rejects",
        "zone",
        "        if self.live.get(pfn) != order:",
        "        if self.live.get(pfn) != order and self.live.pop(pfn, None) is None:",
    ),
    Twin(
        "why-skips-the-parent",
        "zone",
        "for current in ORDERS[order + 1 :",
        "for current in ORDERS[order + 2 :",
    ),
    Twin(
        "adds-twice",
        "zone",
        "        if self.spans.overlaps(start, end):\n            raise Overlap(start, end)\n",
        "",
        "xv6-riscv-fall19 #13",
    ),
    Twin(
        "take-forgets",
        "zone",
        "        self.live[pfn] = order\n        return True",
        "        return True",
    ),
    Twin(
        "order-past-the-top",
        "zone",
        "or not 0 <= order <= max_order:",
        "or not 0 <= order <= max_order + 1:",
    ),
    Twin(
        "pfn-past-the-limit",
        "zone",
        "not 0 <= pfn <= PFN_LIMIT - (1 << order)",
        "not 0 <= pfn <= PFN_LIMIT",
    ),
    Twin(
        "range-may-be-empty",
        "zone",
        "not 0 <= start < end <= PFN_LIMIT",
        "not 0 <= start <= end <= PFN_LIMIT",
    ),
    Twin(
        "take-asks-for-the-first-page",
        "zone",
        "self.spans.covers(pfn, Pfn(pfn + (1 << order)))",
        "self.spans.covers(pfn, Pfn(pfn + 1))",
        "Xen bd0bb8a005",
    ),
    Twin(
        "init-truncates-the-end",
        "zone",
        "buddy.add_range(self.free_area, start, end, UNMOVABLE)",
        "buddy.add_range(self.free_area, start, Pfn(end & 0xFFFFFFFF), UNMOVABLE)",
        "DRM a305177551",
    ),
    Twin(
        "alloc-waits",
        "zone",
        "        pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)\n",
        "        pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)\n"
        "        while pfn is None:\n"
        "            pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)\n",
        "Zephyr #12252",
    ),
    Twin(
        "range-counts-its-own-table",
        "zone",
        "        self.spans.add(start, end)\n",
        "        self.spans.add(Pfn(start + 1), end)\n",
        "unikraft #688",
    ),
    Twin(
        "alloc-subtracts-free-pages-twice",
        "zone",
        "        pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)\n",
        "        left = self.nr_free_pages()\n"
        "        for current in ORDERS[:order]:\n"
        "            left -= 2 * (self.free_area[current].nr_free << current)\n"
        "        if left < 1 << order:\n"
        "            return None\n"
        "        pfn = buddy.rmqueue_smallest(self.free_area, order, UNMOVABLE)\n",
        "Linux 026b08147923",
    ),
)
