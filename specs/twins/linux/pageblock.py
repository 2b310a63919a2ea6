"""Broken twins of the pageblocks' types."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "pageblock-of-half", "linux.pageblock", "return Pfn(pfn & -PAGEBLOCK_PAGES)", "return Pfn(pfn & -256)"
    ),
    Twin(
        "typed-pageblock-of-a-page-late",
        "linux.pageblock",
        "return Pfn(pfn & -PAGEBLOCK_PAGES)",
        "return Pfn((pfn + 1) & -PAGEBLOCK_PAGES)",
    ),
    Twin(
        "pageblocks-tell-no-type",
        "linux.pageblock",
        "        yield from sorted(self._types.items())\n",
        "        return iter(())\n",
    ),
    Twin(
        "pageblocks-out-of-order",
        "linux.pageblock",
        "yield from sorted(self._types.items())",
        "yield from self._types.items()",
    ),
)
