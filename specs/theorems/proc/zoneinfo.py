"""What ``verified_buddy.proc.zoneinfo`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.zoneinfo"

ROWS = (
    Theorem(
        name="zoneinfo-read-back",
        says="Every figure of a zone stands on a line of its own under the kernel's label, in the kernel's "
        "order, the marks with the boost; a zone without memory has fewer lines.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_zoneinfo",
                "zone_lines",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.zoneinfo),
        rejects=tuple(
            f"zoneinfo-{name}"
            for name in (
                "mark-without-boost",
                "sets-of-no-cpu",
                "empty-zones-too",
                "reserves-without-blanks",
            )
        ),
        domain=Domain(starts="nothing but arguments", pages="none", sizes=proc_files.SIZES),
        owes=said_by(proc_files.zoneinfo),
    ),
)
