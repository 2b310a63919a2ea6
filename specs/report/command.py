"""``python -m specs report``: the whole verification as one page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from specs.report.facts import gather
from specs.report.page import check_target, render, write_whole
from specs.report.saved import BadInput, SavedMatrix, SavedRun, decoded, read
from specs.run.readme import MATRIX, ROOT

FILE = click.Path(path_type=Path)


class _Bad(click.ClickException):
    """One line on stderr."""

    exit_code = 2


@click.command()
@click.argument("out", metavar="OUT.html", type=FILE)
@click.option("--from", "saved", type=FILE, metavar="RUN.json", help="Show this run; else run now.")
@click.option("--matrix", type=FILE, metavar="FILE", help="The kill matrix (default: the committed one).")
@click.option("--max-order", type=click.IntRange(0, 10), help="Run for this top order alone; else for 0..10.")
@click.option("--jobs", type=click.IntRange(1), help="Processes at once (default: all cores).")
def report(
    out: Path, saved: Path | None, matrix: Path | None, max_order: int | None, jobs: int | None
) -> None:
    """Write the whole verification as one page, OUT.html, which needs nothing beside it.

    RUN.json is the output of 'python -m specs --json'; a kill matrix is that of
    'python -m specs mutants --full --json'.  Exit status 1 if any theorem of the run does not hold; the page
    is written all the same.
    """
    if saved is not None and (max_order is not None or jobs is not None):
        raise click.UsageError("--max-order and --jobs are for a run of its own, not for --from")
    try:
        check_target(out)
        for given in (saved, matrix):
            if given is not None and given.exists() and out.exists() and out.samefile(given):
                raise BadInput(f"{out}: the page would replace what it is made from")
        known = _matrix(matrix)
        run = _run(max_order, jobs) if saved is None else read(saved, SavedRun, "python -m specs --json")
        page = gather(run, known)
        write_whole(out, render(page))
    except BadInput as error:
        raise _Bad(" ".join(str(error).split())) from None
    except OSError as error:
        raise _Bad(f"{error.filename}: {error.strerror}") from None
    sys.exit(0 if page.holds else 1)


def _matrix(given: Path | None) -> SavedMatrix | None:
    """The kill matrix that was asked for, or the committed one, if there is any."""
    if given is None and not MATRIX.exists():
        return None
    return read(given or MATRIX, SavedMatrix, "python -m specs mutants --full --json")


def _run(max_order: int | None, jobs: int | None) -> SavedRun:
    """A run of all theorems, now, with its progress on the terminal."""
    command = [sys.executable, "-m", "specs", "--json"]
    command += [] if max_order is None else ["--max-order", str(max_order)]
    command += [] if jobs is None else ["--jobs", str(jobs)]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)  # noqa: S603 # ourselves
    try:
        return decoded(said.stdout, SavedRun)
    except ValueError as error:
        raise BadInput(f"the run ended with status {said.returncode}: {error}") from None
