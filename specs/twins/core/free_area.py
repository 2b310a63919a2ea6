"""Broken twins of the free lists."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
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
)
