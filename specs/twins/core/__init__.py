"""Broken twins of the core."""

from __future__ import annotations

from specs.twins.core import buddy, buddy_init, free_area, pfn, spans, zone

PARTS = (pfn, buddy, buddy_init, zone, free_area, spans)
