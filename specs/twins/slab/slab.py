"""Broken twins of a slab and its objects."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("slab-fifo", "slab.slab", "self.free_list.append(index)", "self.free_list.insert(0, index)"),
    Twin("slab-hands-out-the-oldest", "slab.slab", "self.free_list.pop()", "self.free_list.pop(0)"),
    Twin("slab-hands-out-and-keeps", "slab.slab", "self.free_list.pop()", "self.free_list[-1]"),
    Twin("slab-object-counted-twice", "slab.slab", "self.in_use.remove(index)\n", "pass\n"),
    Twin("slab-object-not-counted", "slab.slab", "self.in_use.add(index)\n", "pass\n"),
    Twin(
        "slab-first-list-descends", "slab.slab", "if index < self.objects][::-1]", "if index < self.objects]"
    ),
    Twin("slab-short-slab-is-cut-as-usual", "slab.slab", " if index < self.objects]", "]"),
    Twin("slab-objects-share-a-byte", "slab.slab", "+ index * size\n", "+ index * (size - 1)\n"),
    Twin(
        "slab-objects-behind-the-page",
        "slab.slab",
        "PAGE_SIZE * pfn + index",
        "PAGE_SIZE * (pfn + 1) + index",
    ),
    Twin("slab-middle-of-an-object", "slab.slab", " or offset % size != 0", ""),
    Twin("slab-object-behind-the-last", "slab.slab", "offset < objects * size", "offset <= objects * size"),
    Twin("slab-has-one-page", "slab.slab", "self.pfn + (1 << self.order)", "self.pfn + 1"),
)
