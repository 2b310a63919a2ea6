"""The rows of the core that Hypothesis tests."""

from __future__ import annotations

from specs.ledger.theorem import Theorem
from specs.random.statemachines import FreeAreaMachine, ZoneMachine
from specs.random.tester import SETTINGS, tester
from specs.theorems.core.small_states import AREA, ZONE

THEOREMS = (
    Theorem(
        name="zone-machine",
        says="Random programs of valid, invalid and hostile calls on zones of real sizes, anywhere below "
        "2^52 and with max_order 0..32, answer, change, reject and order the lists as specified.",
        about=ZONE,
        method="hypothesis",
        check=tester(ZoneMachine, SETTINGS.max_examples),
        rejects=(
            "merge-stops-early",
            "takes-the-largest",
            "free-keeps-live",
            "adds-twice",
            "order-past-the-top",
            "pfn-past-the-limit",
            "spans-touch-is-overlap",
        ),
        assumptions=("a fixed set of random programs; the tests run others",),
    ),
    Theorem(
        name="free-area-machine",
        says="Random programs of the free area's primitives, with up to 33 orders and 4 migratetypes, "
        "show what plain lists show.",
        about=AREA,
        method="hypothesis",
        check=tester(FreeAreaMachine, SETTINGS.max_examples),
        rejects=("list-forgets-its-count", "list-always-tail", "any-order-is-free"),
        assumptions=("a fixed set of random programs; the tests run others",),
    ),
)
