"""The ledger rows that are checked in every state of something small."""

from __future__ import annotations

from specs.exhaustive import area_walk, zone_walk
from specs.ledger.refutation import checker
from specs.ledger.theorem import Theorem

ZONE = tuple(
    f"verified_buddy.zone.Zone.{name}" for name in ("add_range", "alloc", "free", "take", "nr_free_pages")
)
AREA = tuple(
    f"verified_buddy.free_area.{name}"
    for name in (
        "FreeArea.add",
        "FreeArea.remove",
        "FreeArea.first",
        "FreeArea.is_free_block",
        "FreeArea.nr_free_pages",
        "FreeArea.blocks",
        "FreeAreaOrder.nr_free",
    )
)
SPANS = tuple(f"verified_buddy.spans.Spans.{name}" for name in ("overlaps", "covers", "add", "ranges"))

THEOREMS = (
    Theorem(
        name="zone-small-states",
        says="In every state of a small zone, list order included, every call, valid or not, answers, "
        "changes, rejects and orders the lists exactly as the specification and its Linux policy say.",
        about=ZONE,
        method="exhaustive",
        check=checker(zone_walk.visit, range(4)),
        rejects=(
            "merge-ignores-the-order",
            "merge-at-the-top",
            "merge-stops-early",
            "merge-forgets-the-buddy",
            "merge-lists-the-block-too",
            "merge-keeps-the-block",
            "never-merges",
            "split-returns-the-upper-half",
            "split-lists-what-it-returned",
            "split-forgets-the-last-half",
            "refuses-the-top-order",
            "takes-the-largest",
            "returns-less-than-asked",
            "refusal-drops-a-block",
            "always-head",
            "likely-at-the-top",
            "take-skips-the-top",
            "take-keeps-the-block-listed",
            "take-takes-it-all",
            "init-past-the-end",
            "init-ignores-alignment",
            "init-skips",
            "init-to-head",
            "alloc-forgets",
            "free-any-order",
            "free-keeps-live",
            "free-trusts",
            "free-loses-then-rejects",
            "why-skips-the-parent",
            "adds-twice",
            "take-forgets",
            "order-past-the-top",
            "pfn-past-the-limit",
            "range-may-be-empty",
            "list-forgets-its-count",
            "list-always-tail",
            "removes-the-head",
            "any-order-is-free",
            "spans-touch-is-overlap",
            "merge-looks-past-the-end",
            "merge-takes-the-reserved",
            "alloc-avoids-its-own-order",
            "alloc-stops-at-an-empty-list",
            "alloc-subtracts-free-pages-twice",
            "alloc-waits",
            "refusal-asserts",
            "take-succeeds-with-nothing",
            "take-asks-for-the-first-page",
            "range-counts-its-own-table",
        ),
        twin_orders=(1, 2),
        assumptions=(
            "zones of 1..8 pages, max_order 0..3; with max_order 0 at most 6 pages, since each permutation "
            "of the list is a state there; two ranges of at most 6 pages in all",
        ),
    ),
    Theorem(
        name="free-area-conforms",
        says="In every state of a small free area, list order included, the primitives and all that it "
        "shows are those of plain lists.",
        about=AREA,
        method="exhaustive",
        check=checker(area_walk.visit_free_areas),
        rejects=(
            "list-forgets-its-count",
            "list-always-tail",
            "removes-the-head",
            "any-order-is-free",
        ),
    ),
    Theorem(
        name="spans-conform",
        says="For every set of ten pages, reached by disjoint ranges in any order, the spans answer as the "
        "set of pages does.",
        about=SPANS,
        method="exhaustive",
        check=checker(area_walk.visit_spans),
        rejects=(
            "spans-touch-is-overlap",
            "spans-forget",
        ),
    ),
)
