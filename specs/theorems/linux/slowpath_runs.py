"""What whole requests do on the slow path of ``verified_buddy.linux.slowpath``."""

from __future__ import annotations

from specs.exhaustive import slowpath_runs
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

THEOREMS = (
    Theorem(
        "slowpath-runs",
        "Whole requests take every transition of the table, which is that of the specification, and "
        "no other; a "
        "page is returned exactly by those that end with one, prepared once; who fails is told of once.",
        ("verified_buddy.linux.slowpath.slowpath",),
        "exhaustive",
        Checker(slowpath_runs.walk),
        ("slowpath-table-without-restart", "slowpath-failure-not-told", "slowpath-atomic-may-wait"),
        domain=Domain(
            "requests with nothing tried yet",
            "none: a block is its name",
            sizes=(
                slowpath_runs.MASKS_SAID,
                f"orders: {', '.join(map(str, slowpath_runs.ORDERS))}",
                f"all answers the same but {slowpath_runs.TURNED} of the first {slowpath_runs.FIRST}",
            ),
        ),
        owes=said_by(slowpath_runs.walk),
    ),
)
