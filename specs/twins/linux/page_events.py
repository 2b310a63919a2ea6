"""Broken twins of the events of pages."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.page_events"
TAKEN = "        if pfn is not None:\n            self.pgalloc += 1 << order\n"
KEPT_OFF = "if not (pcp_allowed_order(order) and kept_off):"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"page-events-{name}", MODULE, old, new)


TWINS = (
    _twin("of-blocks", TAKEN, TAKEN.replace("1 << order", "1")),
    _twin("of-refusals", TAKEN, "        self.pgalloc += 1 << order\n"),
    _twin("bulk-twice", "self.pgalloc = before + len(got)", "self.pgalloc += len(got)"),
    _twin("of-isolated-pages", KEPT_OFF, "if pcp_locked or not pcp_allowed_order(order):"),
    _twin("none-past-the-lists", KEPT_OFF, "if not kept_off:"),
)
