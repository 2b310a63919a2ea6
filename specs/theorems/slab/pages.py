"""The row about where the pages of slabs come from."""

from __future__ import annotations

from specs.exhaustive import slab_figures
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

THEOREMS = (
    Theorem(
        name="slab-pages",
        says="The pages of a slab are asked of the zone with their order, with the type that the flags say, "
        "and on the CPU of the cache; and go back to the same CPU with that order.",
        about=tuple(
            f"verified_buddy.slab.pages.{name}"
            for name in ("Pages.alloc", "Pages.free", "ZonePages.alloc", "ZonePages.free")
        ),
        method="exhaustive",
        check=Checker(slab_figures.of_zone),
        rejects=("slab-pages-of-any-type", "slab-pages-of-another-cpu", "slab-pages-to-another-cpu"),
        domain=Domain(
            starts="a zone that writes down what it is asked for",
            pages="page 8",
            sizes=("orders 0, 3, 10; every legal choice of a cache's flags; CPUs 0, 1, 7",),
        ),
        owes=said_by(slab_figures.of_zone),
    ),
)
