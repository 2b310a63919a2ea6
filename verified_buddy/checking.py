"""Judging one trace after another, of whatever kind, and telling what each came to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from verified_buddy import junit
from verified_buddy.kernel_calls.check import CallsVerdict
from verified_buddy.kernel_calls.check import check as check_calls
from verified_buddy.kernel_calls.verdicts import as_line as calls_line
from verified_buddy.kernel_calls.verdicts import facts as calls_facts
from verified_buddy.kmem.kind import kind_of
from verified_buddy.oracle.check import Divergence, Verdict, check, no_garbage_collection
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.source import Unusable, pieces, printable, twice
from verified_buddy.oracle.verdicts import (
    NOTHING_MORE,
    as_json,
    as_line,
    as_table,
    as_text,
    no_verdict,
    one_text,
    unlisted,
)
from verified_buddy.replay.files import Files
from verified_buddy.replay.findings import Violation
from verified_buddy.replay.recording import Given, Judgement, judge
from verified_buddy.replay.verdicts import as_lines, divergence, facts, verdict_of
from verified_buddy.terminal import DIVERGES, UNUSABLE, complain, plain, progress, say


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    level: Level | None
    """None: as much as is usual for a trace of its kind."""
    keep_going: bool
    json_lines: bool
    files: Files
    junit: str | None = None
    strict: bool = False

    def at_once(self, stream: BinaryIO) -> bool:
        """Whether each divergence is told when it is found: of a pipe, whose end may be far."""
        return self.keep_going and not self.json_lines and not stream.seekable()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a trace: a verdict, or the reason why there is none."""

    trace: str
    verdict: Verdict | None = None
    recording: Judgement | None = None
    """What more is known, if it is a kernel's trace."""
    trouble: Unusable | None = None
    """Why there is no verdict, or not one on a whole trace."""
    told: bool = False
    """Whether its divergences were told when they were found."""

    @property
    def status(self) -> int:
        """The exit status that it stands for."""
        if self.verdict is not None and self.verdict.divergences:
            return DIVERGES
        return UNUSABLE if self.trouble else 0


def checked(traces: tuple[str, ...], wanted: Wanted) -> int:
    """Judge each trace and tell what it comes to; the exit status."""
    outcomes, cases = list[Outcome](), list[junit.Case]()
    begun = time.monotonic()
    for outcome in outcomes_of(traces, wanted):
        outcomes.append(outcome)
        cases.append(as_case(outcome, time.monotonic() - begun))
        begun = time.monotonic()
    verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict is not None]
    if verdicts and not wanted.json_lines:
        say(as_table(verdicts))
    if wanted.junit is not None:
        try:
            junit.write(Path(wanted.junit), "check", cases)
        except OSError as error:
            complain(f"{printable(wanted.junit)}: {error.strerror}")
            return UNUSABLE
    return max(outcome.status for outcome in outcomes)


def outcomes_of(traces: tuple[str, ...], wanted: Wanted) -> Iterator[Outcome]:
    """What becomes of each trace, which is told."""
    try:
        given = wanted.files.given()
    except Unusable as error:
        complain(printable(str(error)))
        for name in traces:
            outcome = Outcome(printable(name), trouble=error)
            tell(outcome, wanted)
            yield outcome
        return
    for name in traces:
        outcome = judged(name, wanted, given)
        if outcome.trouble is not None:
            complain(printable(f"{outcome.trace}: {outcome.trouble}"))
        tell(outcome, wanted)
        yield outcome


def tell(outcome: Outcome, wanted: Wanted) -> None:
    """Print what a trace came to, but for the table's row, and for what was told already."""
    verdict, recording = outcome.verdict, outcome.recording
    if wanted.json_lines:
        more = NOTHING_MORE if recording is None else facts(recording)
        more = calls_facts(verdict) if isinstance(verdict, CallsVerdict) else more
        if verdict is None:
            assert outcome.trouble is not None
            click.echo(no_verdict(outcome.trace, outcome.trouble), nl=False)
        else:
            click.echo(as_json(verdict, every=wanted.keep_going, more=more), nl=False)
        return
    if verdict is not None and verdict.divergences:
        say(unlisted(verdict) if outcome.told else as_text(verdict))
    if recording is not None:
        say(as_lines(recording))
    if isinstance(verdict, CallsVerdict):
        say(calls_line(verdict))


def judged(name: str, wanted: Wanted, given: Given) -> Outcome:
    """What becomes of the trace."""
    shown = printable(name)
    try:
        with opened_trace(name) as stream, progress(shown, stream) as advance:
            begin, rewind = twice(stream)
            kind = kind_of(pieces(begin))
            rewind()
            if kind == "recording":
                return of_a_kernel(begin, shown, wanted, given, advance)
            if kind == "kernel-calls":
                return of_calls(begin, shown, wanted, advance)
            return of_operations(begin, shown, wanted, advance)
    except Unusable as error:
        return Outcome(shown, trouble=error)
    except MemoryError:
        return Outcome(shown, trouble=Unusable("not enough memory"))


@contextmanager
def opened_trace(name: str) -> Iterator[BinaryIO]:
    """The bytes of the file, or of standard input.  Raises Unusable."""
    if name == "-":
        if sys.stdin is None:
            raise Unusable("standard input is closed")
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(open(name, "rb"))
        except OSError as error:
            raise Unusable(error.strerror or type(error).__name__) from None
        yield stream


def of_a_kernel(
    stream: BinaryIO, name: str, wanted: Wanted, given: Given, advance: Callable[[], None]
) -> Outcome:
    """What becomes of a kernel's trace.  Raises Unusable."""
    level = wanted.level
    if given.start is None and level is not None and level > Level.SAFETY:
        raise Unusable(f"--level {level}: without --snapshot a kernel's trace is judged for safety alone")
    if given.start is not None and level not in {None, Level.EXACT}:
        raise Unusable(f"--level {level}: with --snapshot a kernel's trace is judged exactly")
    at_once = wanted.at_once(stream)

    def found(violation: Violation) -> bool:
        if at_once:
            say(one_text(name, divergence(violation)))
        return not wanted.keep_going

    with no_garbage_collection():
        recording = judge(stream, name, given, advance, None if stream.seekable() else found)
    verdict = verdict_of(recording, every=wanted.keep_going, strict=wanted.strict)
    return Outcome(name, verdict, recording, verdict.trouble, at_once and given.start is None)


def of_operations(stream: BinaryIO, name: str, wanted: Wanted, advance: Callable[[], None]) -> Outcome:
    """What becomes of a buddy-trace.  Raises Unusable."""
    option = wanted.files.named()
    if option is not None:
        raise Unusable(f"not a kernel's trace, which --{option} is about")
    level = Level.COMPLETE if wanted.level is None else wanted.level
    at_once = wanted.at_once(stream)

    def found(divergence: Divergence) -> None:
        if at_once:
            say(one_text(name, divergence))

    verdict = check(stream, name, level, keep_going=wanted.keep_going, progress=advance, found=found)
    return Outcome(name, verdict, None, verdict.trouble, at_once)


def of_calls(stream: BinaryIO, name: str, wanted: Wanted, advance: Callable[[], None]) -> Outcome:
    """What becomes of calls of the kernel's own functions.  Raises Unusable."""
    option = wanted.files.named()
    if option is not None:
        raise Unusable(f"not a kernel's trace, which --{option} is about")
    verdict = check_calls(stream, name, keep_going=wanted.keep_going, progress=advance)
    if verdict.breaks_off:
        verdict.fault = Unusable(verdict.breaks_off)
    return Outcome(name, verdict, None, verdict.trouble)


def as_case(outcome: Outcome, seconds: float) -> junit.Case:
    """The outcome as a test case of JUnit."""
    verdict = outcome.verdict
    if verdict is not None and verdict.divergences:
        text = plain(as_text(verdict))
        return junit.Case(outcome.trace, "failure", as_line(verdict), text, seconds)
    if outcome.trouble is not None:
        return junit.Case(outcome.trace, "error", str(outcome.trouble), "", seconds)
    return junit.Case(outcome.trace, seconds=seconds)
