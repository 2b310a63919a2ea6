"""``python -m specs mutants``: how much the proofs would have caught."""

from __future__ import annotations

import json
import sys
import time

import click
from rich.table import Table

from specs.mutants.matrix import Matrix, chosen, run
from specs.mutants.survey import PROOFS, DoesNotHold
from specs.run.decide import cores
from specs.run.methods import in_words
from specs.run.screen import progress, screen


@click.command()
@click.option("--only", multiple=True, metavar="TEXT", help="Those with this in their name; may be repeated.")
@click.option("--sample", type=click.IntRange(1), help="No more than so many, spread over all.")
@click.option("--full", is_flag=True, help="Every theorem on every mutant, however long it takes.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Processes at once (default: all cores).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def mutants(only: tuple[str, ...], sample: int | None, full: bool, jobs: int, as_json: bool) -> None:
    """Break the core in every small way, and see which theorem notices first.

    No test is run, and no row that only tests.  What is rejected counts under the strongest method that
    rejects it (without --full, under that of the first theorem): Z3, CrossHair, every small state, execution.
    Exit status 1 if any mutant that is not known to be equivalent survives.
    """
    wanted = chosen(only, sample)
    if not wanted:
        raise click.UsageError("no mutant's name has that text")
    started = time.perf_counter()
    try:
        with progress("the running code", len(wanted) + len(PROOFS)) as done:
            matrix = run(wanted, jobs, full=full, done=lambda name: done(now=name))
    except DoesNotHold as error:
        raise click.ClickException(f"{error}; run 'python -m specs' first") from None
    seconds = round(time.perf_counter() - started, 1)
    if as_json:
        click.echo(json.dumps({**matrix.as_json(full=full), "seconds": seconds}, indent=1))
    else:
        print_matrix(matrix, full, seconds)
    sys.exit(1 if matrix.survivors or matrix.misjudged else 0)


def print_matrix(matrix: Matrix, full: bool, seconds: float) -> None:
    """Print how many each theorem rejects, what survives, and the sums."""
    console = screen()
    first = {row.name: 0 for row in PROOFS}
    total = dict(first)
    for judged in matrix.judged.values():
        for name in judged.killed_by:
            total[name] += 1
        if judged.killed:
            first[judged.killed_by[0]] += 1
    table = Table("theorem", "method", box=None, header_style="bold", pad_edge=False)
    for heading in ("rejects first", *(("rejects", "alone") if full else ())):
        table.add_column(heading, justify="right")
    alone = matrix.alone()
    for row in PROOFS:
        figures = [first[row.name], *((total[row.name], len(alone[row.name])) if full else ())]
        if any(figures):
            table.add_row(row.name, row.method, *map(str, figures))
    console.print(table)
    for name in (*matrix.survivors, *matrix.misjudged):
        judged = matrix.judged[name]
        why = "is rejected, though it is listed as equivalent" if judged.killed else "survives"
        undecided = f" (no verdict: {', '.join(judged.undecided)})" if judged.undecided else ""
        console.print(f"[bold red]{why}[/bold red]: ", end="")
        console.print(f"{name}{undecided}", markup=False, soft_wrap=True)
    console.print(
        f"\n{len(matrix.judged)} mutants in {seconds} s: {len(matrix.killed)} rejected, "
        f"{len(matrix.equivalent)} equivalent, {len(matrix.survivors)} survive.",
        soft_wrap=True,
    )
    tried = "strongest method that rejects it" if full else "method of the first theorem that rejects it"
    console.print(f"Rejected {in_words(matrix.by_method)}; each under the {tried}.", soft_wrap=True)
