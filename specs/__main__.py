"""``python -m specs``; an interrupt is one line from the first import on."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _stop(signum: int, frame: FrameType | None) -> None:
    """End at once: half-imported solvers would complain."""
    sys.stderr.write("specs: interrupted\n")
    os._exit(130)


def run() -> None:
    """Load the command line and run it; an interrupt that is ignored stays so."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, _stop)
    from specs.command import main

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="python -m specs")


if __name__ == "__main__":
    run()
