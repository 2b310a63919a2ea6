"""The command line: ``verified-buddy check TRACE...``."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import BinaryIO, cast

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from verified_buddy.conform.command import conform_command, vectors_command
from verified_buddy.kmem.lines import is_recording
from verified_buddy.oracle.check import Verdict, check, no_garbage_collection
from verified_buddy.oracle.rules import LEVELS, Level
from verified_buddy.oracle.source import Unusable, head, printable
from verified_buddy.oracle.verdicts import NOTHING_MORE, as_json, as_table, as_text
from verified_buddy.replay.files import Files
from verified_buddy.replay.recording import Given, Judgement, judge
from verified_buddy.replay.verdicts import as_lines, facts, verdict_of
from verified_buddy.terminal import (
    DIVERGES,
    UNUSABLE,
    complain,
    ended,
    on_terminal,
    say,
)


@click.group()
@click.version_option(package_name="verified-buddy")
def main() -> None:
    """A formally checked Linux buddy allocator, as an oracle for others."""


@main.command("check")
@click.argument("traces", metavar="TRACE...", nargs=-1, required=True)
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    default=str(Level.COMPLETE),
    show_default=True,
    help="How much of a buddy-trace must conform; each level includes the one before.",
)
@click.option("--keep-going", is_flag=True, help="Judge on after a divergence; list up to 100.")
@click.option("--strict", is_flag=True, help="Of a kernel's trace: what is only noted counts as wrong too.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a trace.")
@click.option("--snapshot", metavar="START", help="Of a kernel's trace: its free lists at the start.")
@click.option("--expect", metavar="END", help="Its free lists at the end, which are compared.")
@click.option("--zoneinfo", metavar="FILE", help="Its /proc/zoneinfo, for the limits of per-CPU lists.")
@click.option(
    "--at",
    type=click.Choice(["marker", "first"]),
    default="marker",
    show_default=True,
    help="Where the replay begins: after `KT snap start end` if that is there, or at the first event.",
)
def check_command(
    traces: tuple[str, ...],
    level: str,
    keep_going: bool,
    strict: bool,
    json_lines: bool,
    at: str,
    **files: str | None,
) -> None:
    """Judge recordings of an allocator: buddy-trace v1, or a Linux kmem trace.

    A kernel's trace is text of tracefs, perf script or trace-cmd report.  Plain or gzip; - is standard
    input.  The exit status is 0 if all conform, 1 if some diverge, 2 if some cannot be read.
    """
    refuse_senseless(traces, files)
    wanted = Wanted(LEVELS[level], keep_going, json_lines, Files(at=at, **files), strict)
    sys.exit(ended(lambda: checked(traces, wanted)))


def checked(traces: tuple[str, ...], wanted: Wanted) -> int:
    """Judge each trace and tell the verdicts; the exit status."""
    try:
        given = wanted.files.given()
    except Unusable as error:
        complain(str(error))
        return UNUSABLE
    verdicts = (judged(name, wanted, given) for name in traces)
    found = [verdict for verdict in verdicts if verdict is not None]
    if found and not wanted.json_lines:
        say(as_table(found))
    if len(found) < len(traces):
        return UNUSABLE
    return 0 if all(verdict.conforms for verdict in found) else DIVERGES


def tell(verdict: Verdict, wanted: Wanted, recording: Judgement | None = None) -> Verdict:
    """Print what a trace came to, but for the table's row."""
    if wanted.json_lines:
        more = NOTHING_MORE if recording is None else facts(recording)
        click.echo(as_json(verdict, every=wanted.keep_going, more=more), nl=False)
        return verdict
    if not verdict.conforms:
        say(as_text(verdict))
    if recording is not None:
        say(as_lines(recording))
    return verdict


def refuse_senseless(traces: tuple[str, ...], files: dict[str, str | None]) -> None:
    """The lists of a kernel are those of one trace, and start somewhere.  Raises UsageError."""
    if files["snapshot"] is not None and len(traces) > 1:
        raise click.UsageError("--snapshot is about one trace")
    for name in ("expect", "zoneinfo"):
        if files[name] is not None and files["snapshot"] is None:
            raise click.UsageError(f"--{name} goes with --snapshot")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    level: Level
    keep_going: bool
    json_lines: bool
    files: Files
    strict: bool = False


def judged(name: str, wanted: Wanted, given: Given) -> Verdict | None:
    """The verdict on the trace, which is told; None, and the reason on standard error, if it is unusable."""
    shown = printable(name)
    try:
        with opened(name) as stream, progress(name, stream) as advance:
            if is_recording(head(stream)):
                with no_garbage_collection():
                    recording = judge(stream, shown, given, advance)
                verdict = verdict_of(recording, every=wanted.keep_going, strict=wanted.strict)
            elif given.start is not None:
                raise Unusable("not a kernel's trace, which --snapshot is about")
            else:
                recording = None
                verdict = check(stream, shown, wanted.level, keep_going=wanted.keep_going, progress=advance)
    except Unusable as error:
        reason = str(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except MemoryError:
        reason = "not enough memory"
    else:
        return tell(verdict, wanted, recording)
    complain(f"{shown}: {reason}")
    return None


@contextmanager
def opened(name: str) -> Iterator[BufferedReader]:
    """The bytes of the file, or of standard input."""
    if name != "-":
        with open(name, "rb") as stream:
            yield stream
    elif sys.stdin is None:
        raise Unusable("standard input is closed")
    else:
        yield cast("BufferedReader", sys.stdin.buffer)


@contextmanager
def progress(name: str, stream: BinaryIO) -> Iterator[Callable[[], None]]:
    """A bar on the terminal, and what advances it; none where nobody looks."""
    if not on_terminal(sys.stderr):
        yield lambda: None
        return
    status = os.fstat(stream.fileno())
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(printable(name), total=size)
        yield lambda: bar.update(task, completed=0 if size is None else stream.tell())


main.add_command(conform_command)
main.add_command(vectors_command)
