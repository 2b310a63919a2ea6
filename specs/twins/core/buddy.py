"""Broken twins of the buddy operations."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
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
        "rcore #50, #51",
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
        "pKVM (5.10 era)",
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
        "            return pfn\n    for current in ORDERS[:order]:\n"
        "        pfn = area.first(current, migratetype)\n        if pfn is not None:\n"
        "            area.remove(pfn, current)\n    return None",
        "DRM c3fc9e9ac5",
    ),
    Twin("always-head", "buddy", "tail = to_tail or buddy_merge_likely(area, pfn, order)", "tail = False"),
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
        "take-lists-what-is-left-misaligned",
        "buddy",
        "            expand(area, pfn, order, current, migratetype)\n            return True",
        "            rest = Pfn(pfn + (1 << order))\n"
        "            if pfn != head:\n"
        "                expand(area, pfn, order, current, migratetype)\n"
        "                return True\n"
        "            for high in ORDERS[order:current][::-1]:\n"
        "                area.add(rest, high, migratetype, tail=False)\n"
        "                rest = Pfn(rest + (1 << high))\n"
        "            return True",
        "Xen 2026, reserve_offlined_page()",
    ),
    Twin(
        "free-wraps",
        "buddy",
        "buddy = pfn ^ (1 << order)",
        "buddy = (((pfn ^ (1 << order)) + (2**64 - 2**51)) & (2**64 - 1)) - (2**64 - 2**51)",
    ),
    Twin(
        "tail-rule-ends-at-20", "buddy", "if above >= area.max_order:", "if above >= min(area.max_order, 20):"
    ),
    Twin(
        "merge-looks-past-the-end",
        "buddy",
        "        if not area.is_free_block(buddy, order):\n            break",
        "        completes = order + 1 == area.max_order and buddy > pfn\n"
        "        if not completes and not area.is_free_block(buddy, order):\n"
        "            break",
        "lkml 0605.2/1279",
    ),
    Twin(
        "merge-takes-the-reserved",
        "buddy",
        "        if not area.is_free_block(buddy, order):\n"
        "            break\n"
        "        area.remove(Pfn(buddy), order)\n",
        "        if area.is_free_block(buddy, order):\n"
        "            area.remove(Pfn(buddy), order)\n"
        "        elif order > 0:\n"
        "            break\n",
        "Xen 7d3f8a2a26",
    ),
    Twin(
        "alloc-avoids-its-own-order",
        "buddy",
        "for current in ORDERS[order : area.max_order + 1]:\n        pfn = area.first",
        "for current in ORDERS[order + 1 : area.max_order + 1]:\n        pfn = area.first",
        "Xen 5ac2dddb17",
    ),
    Twin(
        "alloc-stops-at-an-empty-list",
        "buddy",
        "        if pfn is not None:\n            area.remove",
        "        if pfn is None:\n            break\n        else:\n            area.remove",
        "DRM 0522114626",
    ),
    Twin(
        "refusal-asserts",
        "buddy",
        "            return pfn\n    return None",
        '            return pfn\n    raise AssertionError("no block is large enough")',
        "dc0e3aa54eaa",
    ),
    Twin(
        "take-succeeds-with-nothing",
        "buddy",
        "            return True\n    return False",
        "            return True\n    return True",
        "Zephyr 2c7d68009a",
    ),
)
