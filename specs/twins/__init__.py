"""Broken twins of the core: bugs that real allocators shipped, and some of ours.

Each is a patch of the running code, applied to a copy in memory.  ``source`` names where it shipped; the
ledger says which theorem rejects which twin.
"""

from __future__ import annotations

from specs.subject import Twin
from specs.twins import buddy, fallback, init, isolation, mobility, pcp, pfn, typed, typed_pcp, zone

PARTS = (pfn, buddy, init, zone, mobility, fallback, isolation, pcp, typed, typed_pcp)
TWINS: dict[str, Twin] = {twin.name: twin for part in PARTS for twin in part.TWINS}
