"""What ``verified_buddy.proc.slabinfo`` shows, read back."""

from __future__ import annotations

from specs.exhaustive import proc_caches, proc_files
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.slabinfo"

ROWS = (
    Theorem(
        name="slabinfo-read-back",
        says="The figures of a cache stand in the kernel's columns, and what is read there is what was "
        "shown.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                "show_slabinfo",
                "cache_line",
            )
        ),
        method="exhaustive",
        check=Checker(proc_files.slabinfo),
        rejects=tuple(
            f"slabinfo-{name}"
            for name in (
                "objects-swapped",
                "short-names",
                "no-head",
            )
        ),
        domain=Domain(starts="nothing but arguments", pages="none", sizes=proc_files.SIZES),
        owes=said_by(proc_files.slabinfo),
    ),
    Theorem(
        name="slabinfo-of-live-caches",
        says="The counts of a live cache are those of its slabs and objects, of which the free ones of "
        "partial slabs alone are not in use.",
        about=(f"{MODULE}.cache_counts",),
        method="exhaustive",
        check=Checker(proc_caches.visit),
        rejects=("slabinfo-slabs-by-page", "slabinfo-active-slab-has-free-ones", "slabinfo-order-for-pages"),
        domain=Domain(
            starts="caches without a slab", pages="below 1024", max_orders=(10,), sizes=proc_caches.SIZES
        ),
        owes=said_by(proc_caches.visit),
    ),
)
