"""Broken twins of the core: bugs that real allocators shipped, and some of ours.

Each is a patch of the running code, applied to a copy in memory.  ``source`` names the entry of a
public bug list; the ledger says which theorem rejects which twin.
"""

from __future__ import annotations

from specs.subject import Twin

TWINS = {
    twin.name: twin
    for twin in (
        Twin("buddy-adds", "pfn", "return Pfn(pfn ^ (1 << order))", "return Pfn(pfn + (1 << order))"),
        Twin(
            "parent-is-the-block",
            "pfn",
            "return Pfn(pfn & (pfn ^ (1 << order)))",
            "return pfn",
            "mycelium #94",
        ),
        Twin(
            "align-up",
            "pfn",
            "return Pfn(pfn & -(1 << order))",
            "return Pfn((pfn & -(1 << order)) + (1 << order))",
        ),
        Twin(
            "covers-one-less",
            "pfn",
            "return page & -(1 << order) == pfn",
            "return page & -(1 << order) == pfn != page",
        ),
        Twin(
            "merge-ignores-the-order",
            "buddy",
            "if not area.is_free_block(buddy, order):",
            "if not any(area.is_free_block(buddy, any_order) for any_order in ORDERS[: area.max_order + 1]):",
        ),
        Twin(
            "merge-at-the-top",
            "buddy",
            "while order < area.max_order:",
            "while order <= area.max_order:",
            "rcore a51e890",
        ),
        Twin(
            "merge-stops-early",
            "buddy",
            "while order < area.max_order:",
            "while order < area.max_order - 1:",
            "rcore #50",
        ),
        Twin(
            "merge-forgets-the-buddy",
            "buddy",
            "        area.remove(Pfn(buddy), order)\n        pfn =",
            "        pfn =",
            "intel-gfx 2022-01/287373",
        ),
        Twin(
            "merge-lists-the-block-too",
            "buddy",
            "        area.remove(Pfn(buddy), order)\n        pfn =",
            "        area.remove(Pfn(buddy), order)\n"
            "        area.add(pfn, order, migratetype, tail=False)\n        pfn =",
        ),
        Twin("merge-keeps-the-block", "buddy", "        pfn = Pfn(pfn & buddy)\n", "", "mycelium #94"),
        Twin(
            "never-merges",
            "buddy",
            "        if not area.is_free_block(buddy, order):\n            break",
            "        break",
        ),
        Twin(
            "split-returns-the-upper-half",
            "buddy",
            "            return pfn\n    return None",
            "            return Pfn(pfn ^ (1 << order)) if current > order else pfn\n    return None",
        ),
        Twin(
            "split-lists-what-it-returned",
            "buddy",
            "other = Pfn((pfn & -(1 << high)) ^ (1 << high))",
            "other = Pfn(pfn & -(1 << high))",
        ),
        Twin("split-forgets-the-last-half", "buddy", "while low < high:", "while low < high - 1:"),
        Twin(
            "split-from-the-bottom",
            "buddy",
            "        high = ORDERS[high - 1]\n"
            "        other = Pfn((pfn & -(1 << high)) ^ (1 << high))\n"
            "        area.add(other, high, migratetype, tail=False)\n",
            "        other = Pfn((pfn & -(1 << low)) ^ (1 << low))\n"
            "        area.add(other, low, migratetype, tail=False)\n"
            "        low = ORDERS[low + 1]\n",
        ),
        Twin(
            "refuses-the-top-order",
            "buddy",
            "for current in ORDERS[order : area.max_order + 1]:\n        pfn = area.first",
            "for current in ORDERS[order : area.max_order]:\n        pfn = area.first",
            "pKVM, 5.10 era",
        ),
        Twin(
            "takes-the-largest",
            "buddy",
            "for current in ORDERS[order : area.max_order + 1]:\n        pfn = area.first",
            "for current in ORDERS[order : area.max_order + 1][::-1]:\n        pfn = area.first",
            "Linux c2f6ea38fc1b",
        ),
        Twin(
            "returns-less-than-asked",
            "buddy",
            "for current in ORDERS[order : area.max_order + 1]:\n        pfn = area.first",
            "for current in ORDERS[max(order - 1, 0) : area.max_order + 1]:\n        pfn = area.first",
            "DRM d828ff14f3",
        ),
        Twin(
            "refusal-drops-a-block",
            "buddy",
            "            return pfn\n    return None",
            "            return pfn\n    if order > 0 and area.is_free_block(0, 0):\n"
            "        area.remove(Pfn(0), ORDERS[0])\n    return None",
            "DRM c3fc9e9ac5",
        ),
        Twin(
            "always-head", "buddy", "tail = to_tail or buddy_merge_likely(area, pfn, order)", "tail = False"
        ),
        Twin(
            "likely-at-the-top",
            "buddy",
            "if above >= area.max_order:",
            "if above > area.max_order:",
        ),
        Twin(
            "take-skips-the-top",
            "buddy",
            "for current in ORDERS[order : area.max_order + 1]:\n        head",
            "for current in ORDERS[order : area.max_order]:\n        head",
        ),
        Twin(
            "take-keeps-the-block-listed",
            "buddy",
            "migratetype = area.remove(Pfn(head), current)",
            "migratetype = Migratetype(0)",
            "truenas/os #156",
        ),
        Twin(
            "take-takes-it-all",
            "buddy",
            "            expand(area, pfn, order, current, migratetype)\n            return True",
            "            return True",
        ),
        Twin(
            "init-past-the-end",
            "buddy",
            "while order > 0 and end - pfn < 1 << order:",
            "while order > 0 and end - pfn < (1 << order) - 1:",
            "Xen 87c0718ce7",
        ),
        Twin(
            "init-ignores-alignment",
            "buddy",
            "while order > 0 and pfn & ((1 << order) - 1) != 0:",
            "while order > 0 and pfn & ((1 << order) - 1) == 1 << order:",
            "DRM ce6592bcef",
        ),
        Twin(
            "init-feeds-the-start",
            "buddy",
            "free_one_page(area, pfn, order, migratetype, to_tail=True)",
            "free_one_page(area, start, order, migratetype, to_tail=True)",
        ),
        Twin(
            "init-stops-early",
            "buddy",
            "    pfn = start\n    while pfn < end:\n",
            "    pfn, fed = start, 0\n    while pfn < end:\n        fed += 1\n"
            "        if fed == 5000:\n            return\n",
        ),
        Twin(
            "free-wraps",
            "buddy",
            "buddy = pfn ^ (1 << order)",
            "buddy = (((pfn ^ (1 << order)) + (2**64 - 2**51)) & (2**64 - 1)) - (2**64 - 2**51)",
        ),
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
        Twin("init-skips", "buddy", "pfn = Pfn(pfn + (1 << order))", "pfn = Pfn(pfn + (2 << order))"),
        Twin(
            "init-small-blocks",
            "buddy",
            "        order = area.max_order\n",
            "        order = ORDERS[max(area.max_order - 1, 0)]\n",
        ),
        Twin(
            "init-to-head",
            "buddy",
            "free_one_page(area, pfn, order, migratetype, to_tail=True)",
            "free_one_page(area, pfn, order, migratetype)",
        ),
        Twin(
            "alloc-forgets", "zone", "        if pfn is not None:\n            self.live[pfn] = order\n", ""
        ),
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
            "list-forgets-its-count",
            "free_area",
            "        self._list_of[order][pfn] = free_list\n",
            "        self._list_of[order].setdefault(pfn, free_list) if tail else None\n",
            "Linux 72853e2991a2",
        ),
        Twin("list-always-tail", "free_area", "        if not tail:\n", "        if tail:\n"),
        Twin(
            "removes-the-head",
            "free_area",
            "return self._list_of[order].pop(pfn).pop(pfn)",
            "return self._list_of[order].pop(pfn).popitem(last=False)[1]",
        ),
        Twin(
            "any-order-is-free",
            "free_area",
            "return pfn in self._list_of[order]",
            "return any(pfn in index for index in self._list_of)",
        ),
        Twin(
            "spans-touch-is-overlap",
            "spans",
            "index = bisect_right(self.ends, start)",
            "index = bisect_left(self.ends, start)",
        ),
        Twin(
            "spans-forget",
            "spans",
            "self.ends[low:high] = [end]",
            "self.ends[low:high] = [end]\n        del self.starts[:-3], self.ends[:-3]",
        ),
        Twin("size-is-linear", "definitions", "power: int = 2**order", "power: int = 2 * order"),
        Twin(
            "aligned-to-the-half",
            "definitions",
            "return pfn % size(order) == 0",
            "return 2 * pfn % size(order) == 0",
        ),
        Twin(
            "buddy-always-above",
            "definitions",
            "return pfn + size(order) if aligned(pfn, order + 1) else pfn - size(order)",
            "return pfn + size(order)",
        ),
        Twin(
            "align-down-goes-up",
            "definitions",
            "return pfn - pfn % size(order)\n",
            "return pfn + -pfn % size(order)\n",
        ),
        Twin(
            "parent-is-the-upper-half",
            "definitions",
            "return pfn - pfn % size(order + 1)",
            "return pfn - pfn % size(order + 1) + size(order)",
        ),
        Twin("covers-past-the-end", "definitions", "page < pfn + size(order)", "page <= pfn + size(order)"),
        Twin(
            "neighbours-are-not-disjoint",
            "definitions",
            "return pfn + size(order) <= other or",
            "return pfn + size(order) < other or",
        ),
    )
}
