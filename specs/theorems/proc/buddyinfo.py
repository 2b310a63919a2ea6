"""What ``verified_buddy.proc.buddyinfo`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.buddyinfo"

ROWS = (
    Theorem(
        name="buddyinfo-read-back",
        says="The numbers of free blocks stand in the kernel's columns, zone by zone, and what is read "
        "there is what was shown.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_buddyinfo",
                "zone_prefix",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.buddyinfo),
        rejects=tuple(
            f"buddyinfo-{name}"
            for name in (
                "narrow-columns",
                "short-names",
                "no-blank",
            )
        ),
        domain=Domain(starts="nothing but arguments", pages="none", sizes=proc_files.SIZES),
        owes=said_by(proc_files.buddyinfo),
    ),
)
