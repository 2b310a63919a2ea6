"""What ``verified_buddy.proc.pagetypeinfo`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.pagetypeinfo"

ROWS = (
    Theorem(
        name="pagetypeinfo-read-back",
        says="Each node has a head of its own; lengths of lists and numbers of pageblocks stand in the "
        "kernel's columns, and what is read there is what was shown; no list is counted beyond "
        "100,000.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_pagetypeinfo",
                "node_lines",
                "list_length",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.pagetypeinfo),
        rejects=tuple(
            f"pagetypeinfo-{name}"
            for name in (
                "one-head",
                "counts-on",
                "counted-too-early",
                "node-as-elsewhere",
                "types-in-narrow-columns",
            )
        ),
        domain=Domain(starts="nothing but arguments", pages="none", sizes=proc_files.SIZES),
        owes=said_by(proc_files.pagetypeinfo),
    ),
)
