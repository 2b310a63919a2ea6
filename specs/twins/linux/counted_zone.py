"""Broken twins of the zone that counts its free pages."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "counted-zone-forgets-a-refill",
        "linux.counted_zone",
        "        for pages in lists.refills:\n            self.counter.add(cpu, -pages)\n",
        "",
        "Linux 72853e2991a2",
    ),
    Twin(
        "counted-zone-cached-pages-are-free",
        "linux.counted_zone",
        "        if not self.noted[cpu].put:\n",
        "        if True:\n",
        "truenas/os #156",
    ),
    Twin(
        "counted-zone-counts-where-pages-were",
        "linux.counted_zone",
        "        self.drained(cpu, counts)\n",
        "        self.drained(cpu, cpu)\n",
    ),
)
