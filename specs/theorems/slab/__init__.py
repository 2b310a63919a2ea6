"""Rows about slab caches."""

from __future__ import annotations

from specs.theorems.slab import cache, layout, request

PROVED = (*request.ROWS,)
RUN = (*layout.THEOREMS, *cache.THEOREMS)
