"""How far a search is, on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from verified_buddy.conform.board import Board

OFTEN = 0.2


@contextmanager
def bar(seconds: float) -> Iterator[Callable[[Board], None]]:
    """A bar of the time, with the operations done; no thread refreshes it, since we fork."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[what]}")
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as shown:
        task = shown.add_task("conform", total=seconds, what="")
        begun = last = time.monotonic()

        def watch(board: Board) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last > OFTEN:
                last = now
                what = f"{board.operations():,} operations"
                shown.update(task, completed=min(now - begun, seconds), what=what)
                shown.refresh()

        yield watch
