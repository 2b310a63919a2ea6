"""What every command shares: exit statuses, and how something is said to a person or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Final, TextIO

import click
from rich.console import Console, RenderableType

DIVERGES: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
WIDE: Final = 10_000
"""Columns of what is no terminal: nothing is wrapped or cut there."""


def say(what: RenderableType) -> None:
    """Print to standard output, at once."""
    console = Console(width=None if on_terminal(sys.stdout) else WIDE, highlight=False)
    with console.capture() as captured:
        console.print(what)
    lines = captured.get().splitlines()
    click.echo("".join(f"{line.rstrip()}\n" for line in lines), nl=False)


def on_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def complain(what: str) -> None:
    """One line on standard error."""
    click.echo(f"verified-buddy: {what}", err=True)


def ended(work: Callable[[], int]) -> int:
    """The exit status of the work, whatever happens to it or to the streams."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return work()
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes there
        return PIPE_CLOSED
    except OSError as error:
        complain(f"standard output: {error.strerror}")
        return UNUSABLE
