"""Checking one trace: read it, judge it, and tell where and why it diverges."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from verified_buddy.judge import Fault, Judge
from verified_buddy.memory import Memory
from verified_buddy.neighbourhood import History, around
from verified_buddy.rules import THEOREMS, Level, Rule
from verified_buddy.trace import Batch, read

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
