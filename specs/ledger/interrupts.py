"""An interrupt ends a run with one line and status 130, whichever process it falls into."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

NOTICE = "specs: interrupted\n"
STATUS = 130


class Interruptible(click.Group):
    """Commands that say so, once, if they are interrupted."""

    def invoke(self, ctx: click.Context) -> Any:
        """As it is; what was begun is cleaned up before the line is written."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            sys.stderr.write(NOTICE)
            sys.exit(STATUS)


@contextmanager
def unheard() -> Iterator[None]:
    """Processes and threads that are started here never hear of an interrupt; ours comes when they are."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
