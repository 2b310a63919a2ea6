"""What the state machines record of the programs that Hypothesis runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, NamedTuple

from hypothesis.stateful import RuleBasedStateMachine

from specs.ledger.refutation import Endless, what_happened
from specs.ledger.subject import Subject


class Finding(NamedTuple):
    """A program that failed."""

    calls: list[str]
    broke: str
    programs: int
    """How many programs had been run."""


class Enough(BaseException):
    """The failing program is short enough; shrinking further takes minutes."""


SHRINKS = 60
"""Programs that are run in search of a shorter one that fails."""


class Programs(RuleBasedStateMachine):
    """What both machines record: how many calls each program made, and the programs that failed."""

    subject: ClassVar[Subject]
    lengths: ClassVar[list[int]]
    findings: ClassVar[list[Finding]]
    stop_shrinking: ClassVar[bool] = False
    shrinks: ClassVar[int] = SHRINKS

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.lengths.append(0)
        if (
            self.stop_shrinking
            and self.findings
            and len(self.lengths) > self.findings[0].programs + self.shrinks
        ):
            raise Enough

    @contextmanager
    def telling(self, call: str) -> Iterator[None]:
        """Record the call, and whatever goes wrong in the body."""
        if call:
            self.calls.append(call)
            self.lengths[-1] += 1
        try:
            yield
        except (Exception, Endless) as error:
            self.findings.append(Finding(self.calls.copy(), what_happened(error), len(self.lengths)))
            raise
