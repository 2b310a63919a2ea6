"""Broken twins of addresses and page tables."""

from __future__ import annotations

from specs.twins.addressing import address, paging, segment

PARTS = (address, segment, paging)
