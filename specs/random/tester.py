"""A row that Hypothesis tests: the same programs each time, so a verdict repeats."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from specs.ledger.domain import Domain
from specs.ledger.refutation import Endless, what_happened
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome
from specs.random.programs import Enough, Programs

PROGRAMS = 100
SETTINGS = settings(
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
                run_state_machine_as_test(under_test, settings=settings(SETTINGS, max_examples=self.programs))
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
    steps = f"at most {SETTINGS.stateful_step_count} steps each; the same programs every time"
    return Domain("nothing: each program begins anew", pages, max_orders, (steps, *sizes), programs)
