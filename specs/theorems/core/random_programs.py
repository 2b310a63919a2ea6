"""The ledger rows that Hypothesis tests: the same programs each time, so a verdict repeats."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Endless, what_happened
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from specs.model.abstract import ORDERS_ACCEPTED
from specs.random.programs import Enough, Programs
from specs.random.statemachines import MOST_BLOCKS, FreeAreaMachine, ZoneMachine
from specs.theorems.core.small_states import AREA, ZONE

PROGRAMS = 100
LEDGER = settings(
    max_examples=PROGRAMS,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
)


def machine_for(subject: Subject, machine: type[Programs], *, stop_shrinking: bool = False) -> type[Programs]:
    """The state machine, to be run on the subject."""
    facts = {"subject": subject, "lengths": [], "findings": [], "stop_shrinking": stop_shrinking}
    return type(machine.__name__, (machine,), facts)


@dataclass(frozen=True)
class Tester:
    """A ledger row's check: random programs for the subject; the shortest that failed is the story."""

    machine: type[Programs]
    programs: int

    def __call__(self, subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
        """Run them all, or until one fails."""
        under_test = machine_for(subject, self.machine, stop_shrinking=True)
        broke = ""
        try:
            with with_reporter(lambda text: None):
                run_state_machine_as_test(under_test, settings=settings(LEDGER, max_examples=self.programs))
        except (Exception, Endless, Enough) as error:  # whatever broken code does is the finding
            broke = what_happened(error)
        visited = len(under_test.lengths), sum(under_test.lengths)
        if under_test.findings:
            shortest = min(under_test.findings, key=lambda finding: len("".join(finding.calls)))
            *before, last = shortest.calls
            return Outcome("refuted", *visited, story=f"{'; '.join(before)}\n{last}\n{shortest.broke}")
        return Outcome("refuted" if broke else "holds", *visited, story=broke)


def drawn(programs: int, pages: str, max_orders: tuple[int, ...], *sizes: str) -> Domain:
    """So many programs, drawn once and for all; the tests draw others."""
    steps = f"at most {LEDGER.stateful_step_count} steps each; the same programs every time"
    return Domain("nothing: each program begins anew", pages, max_orders, (steps, *sizes), programs)


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
