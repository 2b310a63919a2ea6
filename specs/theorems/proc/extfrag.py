"""What ``verified_buddy.proc.extfrag`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.extfrag"

ROWS = (
    Theorem(
        name="extfrag-read-back",
        says="Both indices of each order are read back as what the definitions say, below 0 too.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_extfrag_index",
                "show_unusable_index",
                "show",
                "thousandths",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.extfrag),
        rejects=tuple(
            f"extfrag-{name}"
            for name in (
                "rounds-down",
                "narrow",
                "wide",
                "of-the-next-order",
            )
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            sizes=("free blocks: one of an order, none, and three lists; zones: six of four nodes",),
        ),
        owes=said_by(proc_files.extfrag),
    ),
)
