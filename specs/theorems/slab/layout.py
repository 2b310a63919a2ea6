"""The rows about the figures of slab caches that are checked in every case of a kind."""

from __future__ import annotations

from specs.exhaustive import slab_figures
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.slab.layout"

THEOREMS = (
    Theorem(
        name="slab-order",
        says="The order of a cache's slabs is that of the definition: as many of the wanted objects as leave "
        "over no more than a quarter, of these the least waste by halves, of these the smallest slab; an "
        "object that fits in no block has none.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "calculate_order",
                "calc_slab_order",
                "order_for_bytes",
                "objects_per_slab",
                "slab_bytes",
            )
        ),
        method="exhaustive",
        check=Checker(slab_figures.visit),
        rejects=(
            "slab-order-wastes-a-half",
            "slab-order-wastes-a-quarter-at-once",
            "slab-order-wastes-less",
            "slab-order-wants-one-as-well",
            "slab-order-of-the-largest",
            "slab-order-has-no-limit",
            "slab-order-one-too-large",
            "slab-bytes-are-linear",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            sizes=(
                "sizes: every one of 8..8192 bytes at slub_max_order 3",
                f"{len(slab_figures.OTHERS)} others up to 4 MiB, at slub_max_order 3, 0, 1, 2, 4 and 10",
                "objects: every number from 0 to one more than a slab of that order holds, and 1,000,000",
            ),
        ),
        owes=said_by(slab_figures.visit),
    ),
)
