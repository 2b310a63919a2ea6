"""``python -m specs recheck``: other solvers read an export, and answer as it says they must."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click

from specs.run.decide import cores
from specs.run.pool import in_processes
from specs.run.screen import progress
from specs.smtlib.answers import Report, check_files, listed, not_listed
from specs.smtlib.solvers import SOLVERS

TOGETHER = 8
"""How many files a process is given at a time."""
PACKAGES = {"z3": "z3-solver", "bitwuzla": "bitwuzla", "cvc5": "cvc5"}


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--solver", "solvers", multiple=True, type=click.Choice(list(SOLVERS)), help="Default: all.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Processes at once (default: all cores).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def recheck(directory: Path, solvers: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Read every file of an export with each solver: unsat as it is, sat without its goal.

    Exit status 1 if any answer is another, or any file is not the one that was exported.
    """
    names = [name for name in SOLVERS if not solvers or name in solvers]
    started = time.perf_counter()
    wanted = listed(directory)
    report = Report()
    report.failures += not_listed(directory, wanted)
    for part in _in_processes(directory, wanted, names, jobs):
        report.add(part)
    report.failures.sort(key=lambda failure: failure["file"])
    if not wanted:
        report.failures.append({"file": "index.json", "says": "it lists no file"})
    _print(directory, report, names, time.perf_counter() - started, as_json)
    sys.exit(1 if report.failures else 0)


def _in_processes(
    directory: Path, wanted: dict[str, str], solvers: Sequence[str], jobs: int
) -> Iterator[Report]:
    entries = sorted(wanted.items())
    parts = [entries[at : at + TOGETHER] for at in range(0, len(entries), TOGETHER)]
    with progress("rechecking", len(entries)) as done:
        for part, report in in_processes(partial(check_files, directory, solvers=solvers), parts, jobs):
            yield report or Report(
                len(part), failures=[{"file": name, "says": "a solver's process ended"} for name, _ in part]
            )
            done(len(part))


def _print(directory: Path, report: Report, solvers: Sequence[str], seconds: float, as_json: bool) -> None:
    versions = {name: version(PACKAGES[name]) for name in solvers}
    if as_json:
        said = {
            "files": report.files,
            "solvers": versions,
            "unsat": report.unsat,
            "sat_without_goal": report.sat_without_goal,
            "failures": report.failures,
            "seconds": {name: round(report.seconds.get(name, 0.0), 1) for name in solvers},
        }
        click.echo(json.dumps(said, indent=2))
        return
    for failure in report.failures:
        click.echo(f"{failure['file']}: {failure['says']}")
    asked = ", ".join(
        f"{name} {number} ({report.seconds.get(name, 0.0):.1f} s)" for name, number in versions.items()
    )
    click.echo(
        f"{directory}: {report.files} files in {seconds:.1f} s, {asked}: {report.unsat} unsat, "
        f"{report.sat_without_goal} sat without goal, {len(report.failures)} failures."
    )
