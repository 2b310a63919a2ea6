"""Rows about slab caches."""

from __future__ import annotations

from specs.theorems.slab import cache, layout, pages, request

PROVED = (*request.ROWS,)
RUN = (*layout.THEOREMS, *pages.THEOREMS, *cache.THEOREMS)
