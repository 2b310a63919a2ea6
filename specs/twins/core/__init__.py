"""Broken twins of the core."""

from __future__ import annotations

from specs.twins.core import buddy, buddy_init, pfn, zone

PARTS = (pfn, buddy, buddy_init, zone)
