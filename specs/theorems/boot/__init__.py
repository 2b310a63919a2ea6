"""Rows about a machine's start."""

from __future__ import annotations

from specs.theorems.boot import architecture, contents, feed, page_ranges, zones

PROVED = (*page_ranges.ROWS, *zones.ROWS)
RUN = (*page_ranges.THEOREMS, *zones.THEOREMS, *architecture.THEOREMS, *feed.THEOREMS, *contents.THEOREMS)
