"""Which row gates each contract clause of the core: none is left to trust."""

from __future__ import annotations

from specs.crosshair_gate import GATES
from specs.ledger.contracts import contracts
from specs.ledger.subject import UNDER_PROOF, running

CLAUSES = {
    "pfn": "pfn-clauses",
    "linux.pageblock": "pageblock-clauses",
    "linux.alloc_flags": "alloc-flags-nofragment",
}
"""The rows that gate every clause of a module: their operators are beyond CrossHair."""


def gates() -> dict[str, str | None]:
    """Every clause in the core's docstrings, with the row that decides it; None would be ungated."""
    found: dict[str, str | None] = {}
    for name in UNDER_PROOF:
        for contract in contracts(running().module(name)):
            function = f"{contract.function.__module__}.{contract.function.__name__}"
            row = CLAUSES.get(name) or GATES.get(function)
            found |= {f"{function}: {clause}": row for clause in contract.post}
    return found
