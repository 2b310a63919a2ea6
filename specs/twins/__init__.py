"""Broken twins of the code under proof: bugs that real allocators shipped, and some of ours."""

from __future__ import annotations

from specs.ledger.subject import Twin
from specs.twins import addressing, boot, core, linux, proc, slab

PARTS = (
    *core.PARTS,
    *linux.PARTS,
    *slab.PARTS,
    *boot.PARTS,
    *addressing.PARTS,
    *proc.PARTS,
)

TWINS: dict[str, Twin] = {twin.name: twin for part in PARTS for twin in part.TWINS}
"""By name: each a patch of the running code, applied to a copy in memory.

``source`` names where it shipped; the ledger says which theorem rejects which twin.
"""
