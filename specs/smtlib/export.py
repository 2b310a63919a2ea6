"""``python -m specs export``: every obligation as a file that any solver decides again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from specs.run.bundles import FAMILIES
from specs.run.decide import ALL_ORDERS, cores
from specs.run.pool import in_processes
from specs.run.screen import progress
from specs.smtlib.collect import NAMES, Collected, NotProved, collect
from specs.smtlib.directory import Refused, check_is_free, write, written_whole
from specs.smtlib.statement import Vacuous


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="This theorem's; may be repeated.")
@click.option("--max-order", type=click.IntRange(0, 10), help="For this top order alone; else for 0..10.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Processes at once (default: all cores).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(directory: Path, only: tuple[str, ...], max_order: int | None, jobs: int, as_json: bool) -> None:
    """Prove every obligation, and write each into DIRECTORY as an SMT-LIB file.

    The directory must be empty, or not be there yet; its README.md says what is in it.
    """
    for name in only:
        if name not in NAMES:
            raise click.UsageError(f"no theorem that solvers decide is named {name!r}")
    names = [name for name in NAMES if not only or name in only]
    tops = ALL_ORDERS if max_order is None else (max_order,)
    started = time.perf_counter()
    try:
        check_is_free(directory)
        with written_whole(directory) as sibling:  # from the start: what takes minutes is not lost at its end
            summary = write(sibling, names, tops, _collect(names, tops, jobs))
    except OSError as error:
        raise Refused(f"{directory} cannot be written: {error.strerror}") from None
    except (NotProved, Vacuous) as error:
        raise click.ClickException(f"nothing is written: {error}") from None
    seconds = round(time.perf_counter() - started, 1)
    if as_json:
        about = {"directory": str(directory), "theorems": names, "max_orders": list(tops)}
        click.echo(json.dumps({**about, **summary, "seconds": seconds}, indent=2))
    else:
        click.echo(
            f"{directory}: {summary['files']} files for {summary['obligations']} obligations of {len(names)} "
            f"theorems, in {seconds} s; {directory / 'README.md'} says how to check them."
        )


def _bundles(names: list[str]) -> Iterator[list[str]]:
    """Rows that share proofs; always the same ones, since a proof may depend on those before it."""
    shared = {name for family in FAMILIES for name in family}
    for family in (*FAMILIES, *((name,) for name in names if name not in shared)):
        bundle = [name for name in names if name in family]
        if bundle:
            yield bundle


def _collect(names: list[str], tops: tuple[int, ...], jobs: int) -> Collected:
    """Each bundle in a process of its own; together in the same order, whichever is done first."""
    bundles = list(_bundles(names))
    done: dict[str, Collected] = {}
    with progress("proving", len(names)) as count:
        for bundle, found in in_processes(partial(collect, tops=tops), bundles, jobs, anew=True):
            if found is None:
                raise NotProved("a process that proved ended")
            done[bundle[0]] = found
            count(len(bundle))
    whole = Collected()
    for bundle in bundles:
        whole.update(done[bundle[0]])
    return whole
