"""What ``verified_buddy.boot.contents`` knows of pages that are handed out."""

from __future__ import annotations

from specs.exhaustive import boot_contents
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.boot.contents"

THEOREMS = (
    Theorem(
        name="contents-as-they-should-be",
        says="Which pages are zero and which are poisoned is as a record of every page says; and what is "
        "handed out is found wrong if and only if a page of it was written to where that shows.",
        about=tuple(f"{MODULE}.Contents.{name}" for name in ("freed", "written", "handed_out")),
        method="exhaustive",
        check=Checker(boot_contents.programs),
        rejects=(
            "contents-zero-after-writing",
            "contents-poison-not-checked",
            "contents-zeroed-without-being-asked",
            "contents-zero-on-free-beats-poison",
        ),
        domain=Domain(
            starts="memory of which nothing is known",
            pages="0..2",
            sizes=("programs of three calls, on every range of three pages; all ways to start a kernel",),
        ),
        owes=said_by(boot_contents.programs),
    ),
)
