"""Which row gates each contract clause of the core: none is left to trust."""

from __future__ import annotations

from specs.contracts import contracts
from specs.crosshair_gate import GATES
from specs.subject import CORE, running


def gates() -> dict[str, str | None]:
    """Every clause in the core's docstrings, with the row that decides it; None would be ungated."""
    found: dict[str, str | None] = {}
    for name in CORE:
        for contract in contracts(getattr(running(), name)):
            function = f"{contract.function.__module__}.{contract.function.__name__}"
            row = "pfn-clauses" if name == "pfn" else GATES.get(function)
            found |= {f"{function}: {clause}": row for clause in contract.post}
    return found
