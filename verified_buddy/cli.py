"""The command line: ``verified-buddy check TRACE...``."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from verified_buddy.check import Verdict, check
from verified_buddy.conform.command import conform_command, vectors_command
from verified_buddy.report import as_json, as_table, as_text, printable
from verified_buddy.rules import LEVELS, Level
from verified_buddy.source import Unusable
from verified_buddy.terminal import (
    DIVERGES,
    INTERRUPTED,
    PIPE_CLOSED,
    UNUSABLE,
    complain,
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
    help="How much must conform; each level includes the one before.",
)
@click.option("--keep-going", is_flag=True, help="Judge on after a divergence; list up to 100.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a trace.")
def check_command(traces: tuple[str, ...], level: str, keep_going: bool, json_lines: bool) -> None:
    """Judge recordings of an allocator (buddy-trace v1, plain or gzip; - is standard input).

    The exit status is 0 if all conform, 1 if some diverge, 2 if some cannot be read.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    verdicts = []
    status = 0
    try:
        for name in traces:
            verdict = judged(name, LEVELS[level], keep_going=keep_going)
            if verdict is None:
                status = UNUSABLE
                continue
            verdicts.append(verdict)
            if json_lines:
                click.echo(as_json(verdict, every=keep_going), nl=False)
            elif not verdict.conforms:
                say(as_text(verdict))
        if verdicts and not json_lines:
            say(as_table(verdicts))
    except KeyboardInterrupt:
        complain("interrupted")
        status = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes there
        status = PIPE_CLOSED
    except OSError as error:
        complain(f"standard output: {error.strerror}")
        status = UNUSABLE
    sys.exit(status or (DIVERGES if any(not verdict.conforms for verdict in verdicts) else 0))


def judged(name: str, level: Level, *, keep_going: bool) -> Verdict | None:
    """The verdict on the trace; None, and the reason on standard error, if it is unusable."""
    try:
        with opened(name) as stream, progress(name, stream) as advance:
            return check(stream, printable(name), level, keep_going=keep_going, progress=advance)
    except Unusable as error:
        reason = str(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except MemoryError:
        reason = "not enough memory"
    complain(f"{printable(name)}: {reason}")
    return None


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The bytes of the file, or of standard input."""
    if name != "-":
        with open(name, "rb") as stream:
            yield stream
    elif sys.stdin is None:
        raise Unusable("standard input is closed")
    else:
        yield sys.stdin.buffer


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
