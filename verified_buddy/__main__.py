"""``verified-buddy`` and ``python -m verified_buddy``: an interrupt is one line from the first import on."""

from __future__ import annotations

import sys


def run() -> None:
    """Load the command line and run it."""
    try:
        from verified_buddy.cli import main

        main(prog_name="verified-buddy")
    except KeyboardInterrupt:
        sys.stderr.write("verified-buddy: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
