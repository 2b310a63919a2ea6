"""What ``verified_buddy.linux.fragmentation`` computes, beside its definition."""

from __future__ import annotations

from specs.exhaustive import fragmentation
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.linux.fragmentation"

ROWS = (
    Theorem(
        name="fragmentation-exact",
        says="The indices of fragmentation are those of their definitions, block by block, and the part of "
        "the free memory that is of no use grows with the order.",
        about=tuple(f"{MODULE}.{name}" for name in ("contig_pages", *fragmentation.NAMES)),
        method="exhaustive",
        check=Checker(fragmentation.visit),
        rejects=(
            "fragmentation-suitable-of-one-order",
            "fragmentation-counts-lists",
            "fragmentation-suitable-last",
            "fragmentation-rounds-down",
            "fragmentation-without-the-one",
            "fragmentation-of-blocks-not-pages",
            "fragmentation-none-is-all-usable",
            "fragmentation-percent-of-none",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            max_orders=(fragmentation.TOP,),
            sizes=fragmentation.SIZES,
        ),
        owes=said_by(fragmentation.visit),
    ),
)
