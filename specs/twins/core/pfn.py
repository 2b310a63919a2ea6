"""Broken twins of the page frame arithmetic and of its definitions."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
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
        "covers-nothing-asked",
        "pfn",
        "pre: is_aligned(pfn, order)\n    post: __return__ == (pfn <= page",
        "pre: page < pfn and pfn < page\n    post: __return__ == (pfn <= page",
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
    Twin("no-order-32", "pfn", "range(ORDER_LIMIT + 1)", "range(ORDER_LIMIT)"),
    Twin("orders-0-to-9", "pfn", "MAX_ORDER: Final = Order(10)", "MAX_ORDER: Final = Order(9)"),
)
