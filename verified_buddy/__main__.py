"""``verified-buddy`` and ``python -m verified_buddy``: an interrupt is one line, from the first import on."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Load the command line and run it."""
    try:
        import signal

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, stop)
        from verified_buddy.cli import main
        from verified_buddy.terminal import failed
    except KeyboardInterrupt:
        stop()
    try:
        main(prog_name="verified-buddy")
    except OSError as error:
        sys.exit(failed(error))


def stop(*_: object) -> None:
    """End at once, whatever is half imported."""
    try:
        os.write(2, b"verified-buddy: interrupted\n")
    finally:
        os._exit(130)


if __name__ == "__main__":
    run()
