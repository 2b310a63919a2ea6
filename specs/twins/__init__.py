"""Broken twins of the core: bugs that real allocators shipped, and some of ours.

Each is a patch of the running code, applied to a copy in memory.  ``source`` names where it shipped; the
ledger says which theorem rejects which twin.
"""

from __future__ import annotations

from specs.twins import buddy, init, pfn, typed, zone

TWINS = {twin.name: twin for twin in (*pfn.TWINS, *buddy.TWINS, *init.TWINS, *zone.TWINS, *typed.TWINS)}
