"""The ledger rows that Hypothesis tests: the same programs each time, so a verdict repeats."""

from __future__ import annotations

from specs.ledger.domain import said_by
from specs.ledger.theorem import Theorem
from specs.model.abstract import ORDERS_ACCEPTED
from specs.random.statemachines import MOST_BLOCKS, FreeAreaMachine, ZoneMachine
from specs.random.tester import PROGRAMS, Tester, drawn
from specs.theorems.core.small_states import AREA, ZONE

THEOREMS = (
    Theorem(
        name="zone-machine",
        says="Random programs of valid, invalid and hostile calls on zones of real sizes, anywhere below "
        "2^52 and with max_order 0..32, answer, change, reject and order the lists as specified.",
        about=ZONE,
        method="hypothesis",
        check=Tester(ZoneMachine, PROGRAMS),
        rejects=(
            "merge-stops-early",
            "takes-the-largest",
            "free-keeps-live",
            "adds-twice",
            "order-past-the-top",
            "pfn-past-the-limit",
            "spans-touch-is-overlap",
        ),
        domain=drawn(
            PROGRAMS,
            "below 2^52, and what is no page",
            tuple(ORDERS_ACCEPTED),
            f"ranges of up to {MOST_BLOCKS} blocks of the top order, or pages",
        ),
        owes=said_by(ZoneMachine.both, ZoneMachine.agree),
    ),
    Theorem(
        name="free-area-machine",
        says="Random programs of the free area's primitives, with up to 33 orders and 4 migratetypes, "
        "show what plain lists show.",
        about=AREA,
        method="hypothesis",
        check=Tester(FreeAreaMachine, PROGRAMS),
        rejects=("list-forgets-its-count", "list-always-tail", "any-order-is-free"),
        domain=drawn(PROGRAMS, "below 2^52", tuple(ORDERS_ACCEPTED), "1..4 migratetypes"),
        owes=said_by(FreeAreaMachine.agree),
    ),
)
