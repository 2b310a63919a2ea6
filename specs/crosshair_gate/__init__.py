"""The rows of the ledger that CrossHair decides: confirmed over all paths, or not at all."""

from __future__ import annotations

from specs.crosshair_gate import arguments, arithmetic, fragmentation, slab, tiny_zone, vmstat, watermark
from specs.crosshair_gate import linux as typed
from specs.ledger.theorem import Theorem

THEOREMS: tuple[Theorem, ...] = (
    arithmetic.THEOREM,
    arguments.THEOREM,
    tiny_zone.THEOREM,
    *typed.THEOREMS,
    vmstat.THEOREM,
    fragmentation.THEOREM,
    watermark.THEOREM,
    *slab.THEOREMS,
)

GATES: dict[str, str] = {
    function: theorem.name
    for theorem in (
        arithmetic.THEOREM,
        arguments.THEOREM,
        *typed.THEOREMS,
        vmstat.THEOREM,
        fragmentation.THEOREM,
        watermark.THEOREM,
        *slab.THEOREMS,
    )
    for function in theorem.about
}
"""The row that gates the contract clauses of each function; the clauses of others are not CrossHair's."""
