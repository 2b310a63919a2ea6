"""What ``verified_buddy.proc.vmstat`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.vmstat"

ROWS = (
    Theorem(
        name="vmstat-read-back",
        says="The counters that somebody counts stand there by their names in the kernel's order, and no "
        "others.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_vmstat",
                "named",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.vmstat),
        rejects=tuple(
            f"vmstat-{name}"
            for name in (
                "zones-out-of-order",
                "shows-what-nobody-counts",
                "pgfree-first",
            )
        ),
        domain=Domain(starts="nothing but arguments", pages="none", sizes=proc_files.SIZES),
        owes=said_by(proc_files.vmstat),
    ),
)
