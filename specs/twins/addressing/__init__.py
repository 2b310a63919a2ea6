"""Broken twins of addresses and page tables."""

from __future__ import annotations

from specs.twins.addressing import address, page_table, paging, segment, table_walk

PARTS = (address, segment, paging, table_walk, page_table)
