"""Checking one trace: read it, judge it, and tell where and why it diverges."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO, Final

from verified_buddy.oracle.history import faults, timed
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.neighbourhood import History, around
from verified_buddy.oracle.rules import THEOREMS, Level, Rule
from verified_buddy.oracle.source import BreaksOff, Unusable
from verified_buddy.oracle.trace import Batch, Header, read

NOTHING: Final = "vacuous: there is nothing to judge"

LISTED: Final = 100
"""So many divergences are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """An operation that breaks a rule: where it stands, and what was around."""

    operation: int
    line: int
    rule: Rule
    theorem: str
    message: str
    picture: tuple[str, ...]


@dataclass(slots=True)
class Verdict:
    """What a trace came to."""

    trace: str
    level: Level
    operations: int = 0
    """How many were judged, a diverging one included."""
    divergences: int = 0
    listed: list[Divergence] = field(default_factory=list)
    fault: Unusable | None = None
    """Why it was not judged to its end, if it was not; what is told is of what stands before that."""
    predicted_nothing: bool = False
    """Whether nothing of what was asked for could be held against it, although there are operations."""

    @property
    def vacuous(self) -> bool:
        """Whether there was nothing to judge."""
        return self.divergences == 0 and (self.operations == 0 or self.predicted_nothing)

    @property
    def conforms(self) -> bool:
        """Whether no operation broke a rule; of a vacuous trace that says nothing."""
        return self.divergences == 0

    @property
    def trouble(self) -> Unusable | None:
        """Why this is not the verdict on a whole trace, if it is not."""
        return self.fault or (Unusable(NOTHING) if self.vacuous else None)


def check(
    stream: BinaryIO,
    name: str,
    level: Level = Level.COMPLETE,
    *,
    keep_going: bool = False,
    progress: Callable[[], None] = lambda: None,
    found: Callable[[Divergence], None] = lambda _: None,
) -> Verdict:
    """Judge the trace up to its first divergence, or to its end.  Raises Unusable, OSError.

    A trace that breaks off is judged up to there; so is one that cannot be read further, if it diverged.
    What is listed is handed to ``found`` as soon as it is found.
    """
    verdict = Verdict(name, level)
    with no_garbage_collection():
        header, batches = read(stream)
        try:
            begun = [*until_operations(batches)]
            if timed(begun[-1].events[:1]):
                return overlapping(verdict, header, chain(begun, batches), keep_going=keep_going)
            for divergence in in_order(verdict, header, chain(begun, batches), keep_going, progress):
                found(divergence)
        except Unusable as error:
            if verdict.divergences == 0 and not isinstance(error, BreaksOff):
                raise
            verdict.fault = error
    return verdict


def until_operations(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches up to the first that has an operation."""
    for batch in batches:
        yield batch
        if batch.events:
            return


def in_order(
    verdict: Verdict,
    header: Header,
    batches: Iterable[Batch],
    keep_going: bool,
    progress: Callable[[], None],
) -> Iterator[Divergence]:
    """Judge operations that took effect one after the other; what is listed, as it is found.

    Raises Unusable.
    """
    judge, history = Judge(Memory(header), verdict.level), History()
    for batch in batches:
        history.batches.append(batch)
        for operation, fault in judge.faults(batch.events, batch.first):
            verdict.divergences += 1
            if len(verdict.listed) < LISTED:
                verdict.listed.append(told(judge.memory, fault, operation, batch, history))
                yield verdict.listed[-1]
            if not keep_going:
                verdict.operations = operation
                return
        verdict.operations += len(batch.events)
        progress()


def overlapping(verdict: Verdict, header: Header, texts: Iterable[Batch], *, keep_going: bool) -> Verdict:
    """Judge a history in which calls overlap, which must be whole.  Raises Unusable."""
    try:
        batches = [*texts]
    except BreaksOff as error:
        says = f"{error.reason}; of calls that overlap, what is missing may have come before what is there"
        raise Unusable(says, error.line) from None
    if verdict.level > Level.COMPLETE:
        raise Unusable(f"t0/t1: {verdict.level} depends on the order of effects; complete and safety do not")
    events = timed([event for batch in batches for event in batch.events])
    for number, event in enumerate(events, 1):
        if event.t0 is not None and event.t1 is not None and event.t1 < event.t0:
            raise Unusable("t1 is before t0", line_of(batches, number))
    found = faults(header, events, verdict.level)
    verdict.divergences = len(found) if keep_going else min(1, len(found))
    for number, fault in found[: LISTED if keep_going else 1]:
        line, theorem = line_of(batches, number), THEOREMS[fault.rule]
        verdict.listed.append(Divergence(number, line, fault.rule, theorem, fault.says, ()))
    verdict.operations = len(events) if keep_going or not found else found[0][0]
    return verdict


def line_of(batches: list[Batch], operation: int) -> int:
    """The line that the operation stands in."""
    return next(batch.line_of(operation) for batch in batches if operation < batch.first + len(batch.events))


def told(memory: Memory, fault: Fault, operation: int, batch: Batch, history: History) -> Divergence:
    """The fault, with all that a reader needs."""
    near = around(memory, fault, operation, history)
    message = f"{fault.says}: {near.words}" if near.words else fault.says
    line = batch.line_of(operation)
    return Divergence(operation, line, fault.rule, THEOREMS[fault.rule], message, near.picture)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Judging makes no cycles, and millions of objects that stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
