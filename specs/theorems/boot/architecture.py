"""What ``verified_buddy.boot.architecture`` says of requests: which zone is their highest."""

from __future__ import annotations

from specs.exhaustive import boot
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.boot.architecture"

THEOREMS = (
    Theorem(
        name="architecture-highest-zone",
        says="The zone bits of a request lead to the zone of their name, where the architecture has it, "
        "and else to Normal: high memory to HighMem on 32 bits; and on x86-64 as requests say.",
        about=(f"{MODULE}.highest_zone", f"{MODULE}.zone_names"),
        method="exhaustive",
        check=Checker(boot.highest_zones),
        rejects=("architecture-highmem-is-normal", "architecture-contradiction-is-normal"),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            sizes=("every mask of the eight lowest bits and of none or all others; all architectures",),
        ),
        owes=said_by(boot.highest_zones),
    ),
)
