"""Checking one trace: read it, judge it, and tell where and why it diverges."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from verified_buddy.oracle.history import faults, timed
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.neighbourhood import History, around
from verified_buddy.oracle.rules import THEOREMS, Level, Rule
from verified_buddy.oracle.source import Unusable
from verified_buddy.oracle.trace import Batch, Header, read

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

    @property
    def conforms(self) -> bool:
        """Whether no operation broke a rule."""
        return self.divergences == 0


def check(
    stream: BinaryIO,
    name: str,
    level: Level = Level.COMPLETE,
    *,
    keep_going: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> Verdict:
    """Judge the trace up to its first divergence, or to its end.  Raises Unusable, OSError."""
    verdict = Verdict(name, level)
    with no_garbage_collection():
        header, batches = read(stream)
        judge, history = Judge(Memory(header), level), History()
        for batch in batches:
            if timed(batch.events[:1]):
                return overlapping(verdict, header, [batch, *batches], keep_going=keep_going)
            history.batches.append(batch)
            for operation, fault in judge.faults(batch.events, batch.first):
                verdict.divergences += 1
                if len(verdict.listed) < LISTED:
                    verdict.listed.append(told(judge.memory, fault, operation, batch, history))
                if not keep_going:
                    verdict.operations = operation
                    return verdict
            verdict.operations += len(batch.events)
            progress()
    return verdict


def overlapping(verdict: Verdict, header: Header, batches: list[Batch], *, keep_going: bool) -> Verdict:
    """Judge a history in which calls overlap.  Raises Unusable."""
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
