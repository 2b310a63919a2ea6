"""Broken twins of slab caches."""

from __future__ import annotations

from specs.twins.slab import cache, layout, pages, request, slab

PARTS = (layout, request, slab, pages, cache)
