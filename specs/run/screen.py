"""What a run writes on: progress on a terminal, nothing of it in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

WIDTH = 150
"""Columns of a table in a pipe."""


def screen() -> Console:
    """Standard output, as wide as the terminal is."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[..., None]]:
    """Shows how many of ``total`` are done; call it with how many more are, and with what is done now."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=total)

        def done(more: int = 1, now: str = "") -> None:
            shown.update(task, advance=more, description=now or what)

        yield done
