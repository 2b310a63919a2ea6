"""Broken twins of ``add_range``, which feeds memory at boot."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "init-past-the-end",
        "buddy",
        "while end - pfn < 1 << order:",
        "while end - pfn < (1 << order) - 1:",
        "Xen 87c0718ce7",
    ),
    Twin(
        "init-ignores-alignment",
        "buddy",
        "while pfn & ((1 << order) - 1) != 0:",
        "while pfn & ((1 << order) - 1) == 1 << order:",
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
        "init-lists-without-merging",
        "buddy",
        "free_one_page(area, pfn, order, migratetype, to_tail=True)",
        "area.add(pfn, order, migratetype, tail=True)",
        "rcore #50, #51",
    ),
)
