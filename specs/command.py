"""The verification run's command line: decide every theorem, print the ledger, fail unless all hold."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import click
from rich.table import Table

from specs.crosshair_gate.gates import gates
from specs.explain.facts import explained, facts
from specs.explain.words import explanation
from specs.kernel_text.command import kernel
from specs.ledger.checkout import commit
from specs.ledger.interrupts import Interruptible
from specs.ledger.theorem import HOLDS, Theorem
from specs.mutants.command import mutants
from specs.report.command import report
from specs.run.cache import FILE, Cache
from specs.run.decide import ALL_ORDERS, Verdict, cores, theorem
from specs.run.processes import check_all
from specs.run.readme import readme_table
from specs.run.screen import progress, screen
from specs.smtlib.export import export
from specs.smtlib.recheck import recheck
from specs.theorems import LEDGER, TRUSTED

SOLVERS = ("z3-solver", "bitwuzla", "crosshair-tool", "hypothesis")
NAMES = tuple(row.name for row in LEDGER)


@click.group(
    cls=Interruptible, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="verified-buddy", prog_name="specs")
@click.option("--only", "only", multiple=True, metavar="NAME", help="Decide this theorem; may be repeated.")
@click.option("--method", type=click.Choice(sorted(HOLDS)), help="Decide the theorems of one method.")
@click.option("--max-order", type=click.IntRange(0, 10), help="For this top order alone; else for 0..10.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Processes at once (default: all cores).")
@click.option("--fresh", is_flag=True, help="Decide all again, whatever earlier runs established.")
@click.option("--list", "list_rows", is_flag=True, help="List the theorems, and decide none.")
@click.option("--explain", metavar="NAME", help="Say all about one theorem, and decide none.")
@click.option("--table", is_flag=True, help="Print the ledger's table for the README, and decide none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(
    only: tuple[str, ...],
    method: str | None,
    max_order: int | None,
    jobs: int,
    fresh: bool,
    list_rows: bool,
    explain: str | None,
    table: bool,
    as_json: bool,
) -> None:
    """Prove, confirm, check and test every theorem of the ledger about the running code."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    for name in (*only, *([explain] if explain else [])):
        if name not in NAMES:
            raise click.UsageError(f"no theorem is named {name!r}; --list shows them all")
    rows = [row for row in LEDGER if (not only or row.name in only) and method in (None, row.method)]
    if explain is not None:
        row = theorem(explain)
        click.echo(json.dumps(explained(row), indent=2) if as_json else explanation(row))
    elif list_rows:
        click.echo(json.dumps([facts(row) for row in rows], indent=2) if as_json else _listing(rows))
    elif table:
        click.echo(readme_table())
    else:
        orders = ALL_ORDERS if max_order is None else (max_order,)
        sys.exit(0 if _run(rows, orders, jobs, Cache.at(FILE, fresh=fresh), as_json) else 1)


def _run(
    rows: Sequence[Theorem], max_orders: tuple[int, ...], jobs: int, cache: Cache, as_json: bool
) -> bool:
    """Decide the rows, print what came of it, and say whether all hold."""
    started = time.perf_counter()
    verdicts = _decide([row.name for row in rows], max_orders, jobs, cache)
    verdicts.sort(key=lambda verdict: NAMES.index(verdict.name))
    held = bool(verdicts) and all(verdict.holds for verdict in verdicts)
    seconds = round(time.perf_counter() - started, 1)
    if as_json:
        report: dict[str, Any] = {
            "held": held,
            "seconds": seconds,
            "commit": commit(),
            "python": platform.python_version(),
            "solvers": {name: version(name) for name in SOLVERS},
            "trusted": list(TRUSTED),
            "gates": gates(),
            "max_orders": list(max_orders),
            "cached": _cached(verdicts),
            "theorems": [verdict.as_json() for verdict in verdicts],
        }
        click.echo(json.dumps(report, indent=2))
    else:
        _print(verdicts, held, seconds)
    return held


def _decide(names: Sequence[str], max_orders: tuple[int, ...], jobs: int, cache: Cache) -> list[Verdict]:
    verdicts = []
    with progress("deciding", len(names)) as done:
        for verdict in check_all(names, max_orders, jobs, cache):
            verdicts.append(verdict)
            done(now=verdict.name)
    return verdicts


def _cached(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """What earlier runs established: whole rows of the same code, and proofs for the others."""
    rows, proofs = sum(row.cached for row in verdicts), sum(row.recalled for row in verdicts)
    return {"theorems": rows, "proofs": proofs}


def _print(verdicts: Sequence[Verdict], held: bool, seconds: float) -> None:
    console = screen()
    table = Table("theorem", "about", "method", box=None, header_style="bold", pad_edge=False)
    for heading in ("paths", "obligations", "twins", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for row in verdicts:
        about = row.about[0].removeprefix("verified_buddy.") + (", ..." if len(row.about) > 1 else "")
        figures = (str(row.paths), str(row.obligations), str(len(row.rejects)), f"{row.seconds:.1f}")
        table.add_row(
            row.name, about, row.method, *figures, row.verdict, style=None if row.holds else "bold red"
        )
    console.print(table)
    for row in verdicts:
        if not row.holds:
            console.print(f"\n[bold]{row.name}[/bold]: {row.verdict}.", row.says, markup=True, soft_wrap=True)
            console.print("  " + row.story.replace("\n", "\n  "), markup=False, soft_wrap=True)
    console.print("\nRests on:")
    for sentence in TRUSTED:
        console.print(f"  - {sentence}", markup=False)
    failed = [row.name for row in verdicts if not row.holds]
    solvers = ", ".join(f"{name} {version(name)}" for name in SOLVERS)
    said = (
        "all hold"
        if held
        else f"{len(failed)} do not hold: {', '.join(failed)}"
        if verdicts
        else "none decided"
    )
    console.print(
        f"\n{len(verdicts)} theorems in {seconds} s, {solvers}: {said}.", markup=False, soft_wrap=True
    )
    cached = _cached(verdicts)
    if any(cached.values()):
        known = f"{cached['theorems']} theorems of just this code, {cached['proofs']} proofs for the others"
        console.print(f"From earlier runs: {known}; --fresh decides all again.", soft_wrap=True)


def _listing(rows: Sequence[Theorem]) -> str:
    width = max((len(row.name) for row in rows), default=0)
    return "\n".join(f"{row.name:<{width}}  {row.method:<10}  {row.says}" for row in rows)


main.add_command(mutants)
main.add_command(export)
main.add_command(recheck)
main.add_command(report)
main.add_command(kernel)
