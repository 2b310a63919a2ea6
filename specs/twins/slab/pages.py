"""Broken twins of where the pages of slabs come from."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("slab-pages-of-any-type", "slab.pages", "gfp_migratetype(gfp_mask), self", "0, self"),
    Twin("slab-pages-of-another-cpu", "slab.pages", "gfp_mask), self.cpu)", "gfp_mask), 0)"),
    Twin("slab-pages-to-another-cpu", "slab.pages", "(pfn, order, self.cpu)", "(pfn, order, 0)"),
)
