"""Every top order that a zone may have: how it begins, and what it does beyond the proved ones."""

from __future__ import annotations

from specs.exhaustive.large_orders import (
    LARGE,
    NO_ORDERS,
    begins,
    compare,
    visit_fresh_zones,
    visit_large_orders,
)
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem
from specs.model.abstract import ORDERS_ACCEPTED
from specs.model.invariants import INVARIANTS

ZONE, AREA, BUDDY = "verified_buddy.zone.Zone", "verified_buddy.free_area.FreeArea", "verified_buddy.buddy"

ROWS = (
    Theorem(
        "fresh-zone",
        "A zone may have each top order 0..32 and no other, has 10 if it is told none, and begins without a "
        "page, with an empty list for each order.",
        (f"{ZONE}.__init__", f"{AREA}.__init__"),
        "exhaustive",
        Checker(visit_fresh_zones),
        ("no-order-32", "orders-0-to-9"),
        domain=Domain(
            starts="nothing: the zone is new",
            pages="none",
            max_orders=tuple(ORDERS_ACCEPTED),
            sizes=(f"what is no order: {', '.join(map(repr, NO_ORDERS))}",),
        ),
        owes=said_by(begins),
    ),
    Theorem(
        "large-orders",
        "For top orders beyond the proved ones (11, 12, 13, 20, 31, 32) a zone does what the abstract "
        "machine and the policy say, in a run of every split, every series of merges and every "
        "cut of a range.",
        (f"{BUDDY}.rmqueue_smallest", f"{BUDDY}.free_one_page", f"{BUDDY}.add_range", f"{BUDDY}.take"),
        "execution",
        Checker(visit_large_orders),
        ("tail-rule-ends-at-20",),
        domain=Domain(
            starts="states of a few blocks, made for each split and each run of merges",
            pages="some at each alignment that there is",
            max_orders=LARGE,
            invariants=tuple(invariant.__name__ for invariant in INVARIANTS),
        ),
        owes=said_by(compare),
    ),
)
