"""Rows about addresses and page tables."""

from __future__ import annotations

from specs.theorems.addressing import address, page_table, paging, segment, table_walk

PROVED = (*address.ROWS, *segment.ROWS, *paging.ROWS, *table_walk.ROWS)
RUN = (*paging.THEOREMS, *page_table.THEOREMS)
