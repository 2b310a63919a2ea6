"""What a counted zone counts of its pages' events."""

from __future__ import annotations

from specs.exhaustive import counted_zone
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

ROWS = (
    Theorem(
        name="page-events-counted",
        says="Each page that is handed out counts once, and each that comes back; but for one of an order "
        "that per-CPU lists have, if it goes past them.",
        about=tuple(
            f"verified_buddy.linux.counted_zone.CountedZone.{name}"
            for name in ("alloc", "alloc_bulk", "free")
        ),
        method="exhaustive",
        check=Checker(counted_zone.visit),
        rejects=(
            "page-events-of-blocks",
            "page-events-of-refusals",
            "page-events-bulk-twice",
            "page-events-of-isolated-pages",
            "page-events-none-past-the-lists",
        ),
        domain=Domain(
            starts="zones with all memory free",
            pages="below 2048",
            max_orders=(10,),
            sizes=counted_zone.SIZES,
        ),
        owes=said_by(counted_zone.visit),
    ),
)
