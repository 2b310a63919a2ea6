"""The ledger rows that are checked in every state of something small."""

from __future__ import annotations

from specs.exhaustive import area_walk, small_zones, zone_walk
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Assumption, Theorem
from specs.model.invariants import INVARIANTS

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
MAX_ORDERS = range(4)
SPANS = tuple(f"verified_buddy.spans.Spans.{name}" for name in ("overlaps", "covers", "add", "ranges"))

THEOREMS = (
    Theorem(
        name="zone-small-states",
        says="In every state of a small zone, list order included, every call, valid or not, answers, "
        "changes, rejects and orders the lists exactly as the specification and its Linux policy say.",
        about=ZONE,
        method="exhaustive",
        check=Checker(zone_walk.visit, MAX_ORDERS),
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
        assumes=(Assumption(("free-area-conforms",), "of a free area nothing but the lists matters"),),
        domain=Domain(
            starts="a zone without pages, and each state that its calls lead to",
            pages="those of the zone, some just outside, and the first that are too large",
            max_orders=tuple(MAX_ORDERS),
            sizes=tuple(small_zones.sizes(max_order) for max_order in MAX_ORDERS),
        ),
        owes=(zone_walk.SPECIFIED, *said_by(*INVARIANTS, zone_walk.Explorer.check_numbers)),
    ),
    Theorem(
        name="free-area-conforms",
        says="In every state of a small free area, list order included, the primitives and all that it "
        "shows are those of plain lists.",
        about=AREA,
        method="exhaustive",
        check=Checker(area_walk.visit_free_areas),
        rejects=(
            "list-forgets-its-count",
            "list-always-tail",
            "removes-the-head",
            "any-order-is-free",
        ),
        domain=Domain(
            starts="empty lists, and each state that the primitives lead to",
            pages="as many as there are; nothing but their being different is looked at",
            max_orders=(max(area_walk.ORDERS),),
            sizes=(
                f"{len(area_walk.TYPES)} migratetypes",
                f"{len(area_walk.UNDER_BOTH)} pages that may be listed under both orders at once",
                f"{len(area_walk.UNDER_ONE)} pages that may not",
            ),
        ),
        owes=(area_walk.PLAIN,),
    ),
    Theorem(
        name="spans-conform",
        says="For every set of ten pages, reached by disjoint ranges in any order, the spans answer as the "
        "set of pages does.",
        about=SPANS,
        method="exhaustive",
        check=Checker(area_walk.visit_spans),
        rejects=(
            "spans-touch-is-overlap",
            "spans-forget",
        ),
        domain=Domain(
            starts="no pages, and each set of pages that disjoint ranges lead to",
            pages=f"0..{area_walk.SPANS_PAGES - 1}",
            sizes=(f"{area_walk.SPANS_PAGES} pages", "every range of them that is not empty"),
        ),
        owes=(area_walk.SETS,),
    ),
)
