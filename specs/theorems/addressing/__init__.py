"""Rows about addresses and page tables."""

from __future__ import annotations

from specs.theorems.addressing import address, paging, segment

PROVED = (*address.ROWS, *segment.ROWS, *paging.ROWS)
RUN = (*paging.THEOREMS,)
