"""Broken twins of the zone that counts its pages."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.counted_zone"
TAKEN = "        if pfn is not None:\n            self.pgalloc += 1 << order\n"
KEPT_OFF = "if not (pcp_allowed_order(order) and kept_off):"


def _event(name: str, old: str, new: str) -> Twin:
    return Twin(f"page-events-{name}", MODULE, old, new)


TWINS = (
    Twin(
        "counted-zone-forgets-a-refill",
        MODULE,
        "        for pages in lists.refills:\n            self.counter.add(cpu, -pages)\n",
        "",
        "Linux 72853e2991a2",
    ),
    Twin(
        "counted-zone-cached-pages-are-free",
        MODULE,
        "        if not self.noted[cpu].put:\n",
        "        if True:\n",
        "truenas/os #156",
    ),
    Twin(
        "counted-zone-counts-where-pages-were",
        MODULE,
        "        self.drained(cpu, counts)\n",
        "        self.drained(cpu, cpu)\n",
    ),
    _event("of-blocks", TAKEN, TAKEN.replace("1 << order", "1")),
    _event("of-refusals", TAKEN, "        self.pgalloc += 1 << order\n"),
    _event("bulk-twice", "self.pgalloc = before + len(got)", "self.pgalloc += len(got)"),
    _event("of-isolated-pages", KEPT_OFF, "if pcp_locked or not pcp_allowed_order(order):"),
    _event("none-past-the-lists", KEPT_OFF, "if not kept_off:"),
)
