"""How many paths the operations of per-CPU lists have, with pageblocks of order 2."""

from __future__ import annotations

from specs.prover.method.operations import Operation
from specs.prover.models.zone.paths import PATHS as OF_ZONES

PATHS = {
    "pcp.refill_one": (24, 0),
    "pcp.rmqueue_bulk": (48, 12),  # no block at all is asked for
    "pcp.rmqueue_pcplist": (39, 13),  # a list that is empty after it was refilled
    "pcp.drain_one": (24, 0),
    "pcp.next_pindex": (72, 0),
    "pcp.free_pcppages_bulk": (10, 0),
    "pcp.free_unref_page_commit": (30, 0),
    "pcp.drain_pages_zone": (3, 0),
}
"""By operation: the paths that some state walks, and those that none does."""


def expected(operation: Operation, top: int) -> tuple[int, int]:
    """The same, of a zone's operations too; at one top order only."""
    return (OF_ZONES | PATHS)[operation.name]
