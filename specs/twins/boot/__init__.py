"""Broken twins of a machine's start."""

from __future__ import annotations

from specs.twins.boot import architecture, contents, feed, memory_map, page_ranges, zones

PARTS = (page_ranges, architecture, memory_map, zones, feed, contents)
