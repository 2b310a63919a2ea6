"""What every command shares: exit statuses, and how something is said to a person or a pipe."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from threading import current_thread, main_thread
from typing import BinaryIO, Final, TextIO

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

DIVERGES: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
WIDE: Final = 10_000
"""Columns of what is no terminal: nothing is wrapped or cut there."""


def say(what: RenderableType) -> None:
    """Print to standard output, at once."""
    console = Console(width=None if on_terminal(sys.stdout) else WIDE, highlight=False)
    click.echo(printed(console, what), nl=False)


def plain(what: RenderableType) -> str:
    """The text of it, without colours."""
    return printed(Console(width=WIDE, highlight=False, no_color=True, force_terminal=False), what)


def printed(console: Console, what: RenderableType) -> str:
    """What the console would print, without blanks at the ends of lines."""
    with console.capture() as captured:
        console.print(what)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def on_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def complain(what: str) -> None:
    """One line on standard error, if that takes one."""
    with suppress(OSError):
        click.echo(f"verified-buddy: {what}", err=True)


def ended(work: Callable[[], int]) -> int:
    """The exit status of the work, whatever happens to it or to the streams."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with interruptible():
            return work()
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except OSError as error:
        return failed(error)


def failed(error: OSError) -> int:
    """The exit status, now that nothing can be written any more; what is left to flush goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    complain(f"standard output: {error.strerror}")
    return UNUSABLE


@contextmanager
def interruptible() -> Iterator[None]:
    """Here an interrupt is a KeyboardInterrupt, so that what was begun is cleaned up."""
    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, signal.default_int_handler) or current_thread() is not main_thread():
        yield
        return
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
        task = bar.add_task(name, total=size)
        yield lambda: bar.update(task, completed=0 if size is None else stream.tell())
